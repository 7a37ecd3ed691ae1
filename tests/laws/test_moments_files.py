"""Saved moments: what comes back has the same bits, and anything else is refused in words."""

import hashlib
import json
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kedou as kd
from kedou.errors import KedouError, SavedFileError, UnreadableFileError

seeds = st.integers(0, 2**32 - 1)


def drawn(seed, folds=0):
    rng = np.random.default_rng(seed)
    k = int(rng.integers(0, 4))
    X = (rng.normal(size=(12, k)) + 1e8) * 10.0 ** rng.uniform(-150, 100, k)
    weight = rng.uniform(0, 2, 12) if rng.random() < 0.5 else None
    return kd.scan(X, rng.normal(size=12) / 3, weight=weight, folds=folds, workers=1)


def document(moments, tmp_path):
    moments.save(tmp_path / "moments.json")
    return json.loads((tmp_path / "moments.json").read_text(encoding="utf-8"))


def signed(found, tmp_path):
    """Write a document with the checksum that fits it, as a careful forger would."""
    text = json.dumps(found["content"], sort_keys=True, separators=(",", ":"))
    found["checksum"] = hashlib.sha256(text.encode()).hexdigest()
    path = tmp_path / "forged.json"
    path.write_text(json.dumps(found), encoding="utf-8")
    return path


@given(seeds, st.sampled_from([0, 3]))
def test_what_comes_back_has_the_same_bits(tmp_path_factory, seed, folds):
    path = tmp_path_factory.mktemp("saved") / "moments.json"
    moments = drawn(seed, folds)
    moments.save(path)
    back = kd.Moments.load(path)
    assert back == moments
    assert back.weight_name == moments.weight_name
    assert back + moments == moments + moments


def test_levels_powers_and_chinese_names_come_back(tmp_path):
    frame = {"城市": ["北京", "Lima", "北京"], "尾长": [1.0, 2.0, 4.0], "体积": [1.0, 5.0, 2.0]}
    moments = kd.scan(frame, target="体积", categorical=["城市"], polynomial={"尾长": 3})
    moments.save(tmp_path / "蝌蚪.json")
    assert kd.Moments.load(tmp_path / "蝌蚪.json") == moments
    assert "北京" in (tmp_path / "蝌蚪.json").read_text(encoding="utf-8")


def test_every_byte_flipped_is_noticed_or_harmless(tmp_path):
    path = tmp_path / "moments.json"
    moments = kd.scan(kd.data.tadpoles(), folds=2)
    moments.save(path)
    data, rng = path.read_bytes(), np.random.default_rng(0)
    refused = []
    for place in range(len(data)):
        flipped = bytearray(data)
        flipped[place] ^= int(rng.integers(1, 256))
        path.write_bytes(flipped)
        try:
            # A blank may turn into another blank, e into E: the same content.
            assert kd.Moments.load(path) == moments
        except SavedFileError as refusal:
            refused.append(str(refusal))
    assert len(refused) > 0.95 * len(data.replace(b" ", b""))
    assert all(str(path) in text for text in refused)


def test_every_truncation_is_noticed(tmp_path):
    path = tmp_path / "moments.json"
    kd.scan(kd.data.tadpoles()).save(path)
    data = path.read_bytes()
    for length in range(len(data) - 2):
        path.write_bytes(data[:length])
        with pytest.raises(SavedFileError):
            kd.Moments.load(path)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\x00\xff\xfe\x80",
        b"PAR1\x15\x04",
        b"\x80\x04\x95cos\nsystem\n(S'echo'\ntR.",
        b"time,volume\n0.8,1.0\n",
        b"[]",
        b"null",
        b"7",
        b"1" * 5000,
        b"[" * 100_000,
        b'{"format": "kedou-moments"}',
        b'{"format": "kedou-moments", "version": 1, "content": {}}',
        b'{"format": "kedou-moments", "version": true, "content": {}}',
        b'{"format": "kedou-moments", "version": 1e400, "content": {}}',
        b'{"format": ["kedou-moments"], "version": 1}',
        b"\xef\xbb\xbf{}",
        "\ud800".encode("utf-8", "surrogatepass"),
    ],
)
def test_foreign_files_are_refused(tmp_path, text):
    path = tmp_path / "foreign.json"
    path.write_bytes(text)
    with pytest.raises(SavedFileError) as refusal:
        kd.Moments.load(path)
    assert len(str(refusal.value)) > 30


def test_other_kinds_and_newer_versions_are_refused(tmp_path):
    run = kd.descend(kd.data.tadpoles(), steps=2)
    run.save(tmp_path / "run.json")
    with pytest.raises(SavedFileError, match="kedou-trajectory"):
        kd.Moments.load(tmp_path / "run.json")
    found = document(kd.scan(kd.data.tadpoles()), tmp_path)
    for version in (3, 99, 0, -1, "1", None):
        with pytest.raises(SavedFileError, match=str(version)):
            kd.Moments.load(signed({**found, "version": version}, tmp_path))


FORGERIES = {
    "nothing": lambda c: c.clear(),
    "no mean": lambda c: c.pop("mean"),
    "a short mean": lambda c: c["mean"].pop(),
    "words for numbers": lambda c: c.update(mean=["a", "b"]),
    "a mean that is no number": lambda c: c["mean"].__setitem__(0, float("nan")),
    "an endless weight": lambda c: c.update(weight_sum=float("inf")),
    "a weight below zero": lambda c: c.update(weight_sum=-1.0),
    "a weight that is no number": lambda c: c.update(weight_sum=float("nan")),
    "a count below zero": lambda c: c.update(count=-1),
    "an endless count": lambda c: c.update(count=float("inf")),
    "a scatter below zero": lambda c: c["scatter"][0].__setitem__(0, -1.0),
    "a scatter with a short row": lambda c: c["scatter"].__setitem__(1, [1.0]),
    "a scatter with a row too few": lambda c: c["scatter"].pop(),
    "a scatter with a row too many": lambda c: c["scatter"].append([1.0, 2.0, 3.0]),
    "a scatter larger than float64": lambda c: c["scatter"][0].__setitem__(0, 10**400),
    "columns without names": lambda c: c.update(columns=[{}]),
    "columns of another kind": lambda c: c["columns"][0].update(kind="code"),
    "columns with more in them": lambda c: c["columns"][0].update(run="rm"),
    "columns named by a number": lambda c: c["columns"][0].update(name=7),
    "a broken fold": lambda c: c["folds"][0]["mean"].__setitem__(0, float("inf")),
    "a fold of other columns": lambda c: c["folds"][0]["columns"][0].update(name="other"),
    "folds that are no list": lambda c: c.update(folds=7),
    "skipped that is no table": lambda c: c.update(skipped=[1]),
    "a list": lambda c: None,
}


@pytest.mark.parametrize("what", FORGERIES)
def test_content_that_makes_no_sense_is_refused_even_with_its_checksum(tmp_path, what):
    found = document(kd.scan(kd.data.tadpoles(), folds=2), tmp_path)
    if what == "a list":
        found["content"] = [found["content"]]
    FORGERIES[what](found["content"])
    with pytest.raises(SavedFileError):
        kd.Moments.load(signed(found, tmp_path))


def test_an_honest_forgery_is_read(tmp_path):
    moments = kd.scan(kd.data.tadpoles(), folds=2)
    assert kd.Moments.load(signed(document(moments, tmp_path), tmp_path)) == moments


def test_no_file_and_no_folder_are_refused(tmp_path):
    with pytest.raises(UnreadableFileError):
        kd.Moments.load(tmp_path / "missing.json")
    with pytest.raises(UnreadableFileError):
        kd.Moments.load(tmp_path)
    with pytest.raises(KedouError):
        kd.scan(kd.data.tadpoles()).save(tmp_path / "no" / "folder.json")


def test_moments_of_values_too_large_are_not_saved(tmp_path):
    moments = kd.scan([[1e200], [2e200]], [1.0, 2.0])
    with pytest.raises(KedouError, match="x1"):
        moments.save(tmp_path / "moments.json")
    assert list(tmp_path.iterdir()) == []


def test_a_save_that_fails_leaves_the_older_file(tmp_path, monkeypatch):
    path = tmp_path / "moments.json"
    older, newer = kd.scan(kd.data.tadpoles()), kd.scan(kd.data.tadpoles(), folds=2)
    older.save(path)

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="space"):
        newer.save(path)
    monkeypatch.undo()
    assert kd.Moments.load(path) == older
    assert [file.name for file in tmp_path.iterdir()] == ["moments.json"]
