"""Saved runs: every field comes back with its bits; damaged and foreign files are refused.

Only the moments that a run descended on stay out of its file: sums over few rows are those rows.
"""

import dataclasses
import json

import numpy as np
import pytest

import kedou as kd
from kedou.errors import SavedFileError
from kedou.solution import Solution

TADPOLES = kd.data.tadpoles()
CATEGORY = {
    "city": ["北京", "Lima", "Lima", "Oslo", "北京"],
    "x": [1.0, 2.0, 4.0, 3.0, 5.0],
    "y": [1.0, 3.0, 2.0, 5.0, 4.0],
}
RUNS = {
    "plain": lambda: kd.descend(TADPOLES, steps=30),
    "adam": lambda: kd.descend(TADPOLES, rule="adam", steps=30),
    "diverged": lambda: kd.descend(TADPOLES, learning_rate=10.0, steps=300),
    "random start": lambda: kd.descend(TADPOLES, start="random", seed=4, steps=5),
    "no step": lambda: kd.descend(TADPOLES, steps=0),
    "tolerance": lambda: kd.descend(TADPOLES, steps=900, tolerance=1e-3, learning_rate=0.01),
    "ridge": lambda: kd.descend(TADPOLES, ridge=0.5, steps=5, standardize=True),
    "no intercept": lambda: kd.descend(TADPOLES, intercept=False, steps=5),
    "thinned": lambda: kd.descend(TADPOLES, learning_rate=1e-5, steps=150_000),
    "huber": lambda: kd.descend(TADPOLES, loss="huber", steps=5),
    "exact line": lambda: kd.descend([[1.0], [2.0], [4.0]], y=[2.0, 4.0, 8.0], steps=5),
    "levels": lambda: kd.descend(
        kd.open(CATEGORY, target="y", categorical=["city"]), steps=5
    ),
}  # fmt: skip


def same(a, b):
    if isinstance(a, np.ndarray):
        if a.dtype != b.dtype or a.shape != b.shape:
            return False
        return a.tolist() == b.tolist() if a.dtype == object else a.tobytes() == b.tobytes()
    if dataclasses.is_dataclass(a) and not isinstance(a, type):
        fields = [field for field in dataclasses.fields(a) if field.name != "moments"]
        return type(a) is type(b) and all(
            same(getattr(a, f.name), getattr(b, f.name)) for f in fields
        )
    return type(a) is type(b) and a == b


@pytest.mark.parametrize("name", RUNS)
def test_every_field_comes_back(tmp_path, name):
    run = RUNS[name]()
    run.save(tmp_path / "run.json")
    back = kd.Trajectory.load(tmp_path / "run.json")
    for field in dataclasses.fields(run):
        if field.name != "moments":
            assert same(getattr(back, field.name), getattr(run, field.name)), field.name
    assert back.moments is None
    assert back.advice == run.advice
    assert repr(back) == repr(run)
    if isinstance(run.exact, Solution):
        assert same(back.exact.t, run.exact.t)
        assert same(back.exact.p_values, run.exact.p_values)
        assert same(back.exact.confidence_intervals, run.exact.confidence_intervals)
    assert back.to_frame().equals(run.to_frame())


def test_same_sees_a_difference():
    run = RUNS["plain"]()
    assert same(run, run)
    assert not same(run, dataclasses.replace(run, loss=np.nextafter(run.loss, 9)))
    assert not same(run, dataclasses.replace(run, seed=1))


def test_flips_and_truncations_are_noticed_or_harmless(tmp_path):
    path = tmp_path / "run.json"
    run = kd.descend(TADPOLES, steps=2)
    run.save(path)
    data, rng = path.read_bytes(), np.random.default_rng(1)
    refused = 0
    for place in range(0, len(data), 3):
        flipped = bytearray(data)
        flipped[place] ^= int(rng.integers(1, 256))
        path.write_bytes(flipped)
        try:
            assert same(kd.Trajectory.load(path), run)
        except SavedFileError:
            refused += 1
    assert refused > 0.6 * len(data) / 3
    for length in range(0, len(data) - 2, 7):
        path.write_bytes(data[:length])
        with pytest.raises(SavedFileError):
            kd.Trajectory.load(path)


def test_other_kinds_are_refused(tmp_path):
    kd.scan(TADPOLES).save(tmp_path / "moments.json")
    with pytest.raises(SavedFileError, match="kedou-moments"):
        kd.Trajectory.load(tmp_path / "moments.json")
    kd.descend(TADPOLES, steps=1).save(tmp_path / "run.json")
    document = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    document["version"] = 2
    (tmp_path / "run.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(SavedFileError, match="newer"):
        kd.Trajectory.load(tmp_path / "run.json")
