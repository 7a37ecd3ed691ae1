"""Interrupted scans go on: to the same bits, reading nothing twice, never from what is wrong."""

import errno
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather as pf
import pyarrow.parquet as pq
import pytest
from interrupting import StopError, stopping_after
from kill_scans import OPTIONS, Trial, make_data, whole

import kedou as kd
from kedou import saving
from kedou.errors import DataError, SavedFileError, UnreadableFileError
from kedou.fitting.checkpoint import Checkpoint
from kedou.moments.packed import from_text, to_text

PATHS = pytest.mark.parametrize("kind", ["parquet", "csv", "csv.gz"])
INTERRUPTIONS = [("block", 12), ("write", 3), ("block", 25), ("rename", 6), ("anywhere", 9)]


@PATHS
def test_a_scan_killed_again_and_again_ends_as_if_nothing_had_been(tmp_path, kind):
    data = make_data(tmp_path, kind)
    (tmp_path / "whole").mkdir()
    right = whole(data, tmp_path / "whole")
    trial = Trial(tmp_path, data)
    hits = [trial.kill(place, number) for place, number in INTERRUPTIONS]
    assert hits[:2] == [True, True]
    assert trial.finish() == right
    assert trial.fresh < 90  # of 96 and more


@pytest.mark.usefixtures("small")
@PATHS
@pytest.mark.parametrize("workers", [1, 3])
def test_an_interrupted_scan_goes_on(tmp_path, kind, workers):
    data, kept = make_data(tmp_path, kind), tmp_path / "kept"
    right, seen, heard = kd.scan(data, **OPTIONS), [], []
    total = len([block for part in kd.open(data, target="y", categorical="g").parts()
                 for block in part.blocks()])  # fmt: skip
    for blocks in (7, 0, 31):
        with pytest.raises(StopError):
            kd.scan(
                data, checkpoint=kept, workers=workers, observe=stopping_after(blocks), **OPTIONS
            )
    moments = kd.scan(
        data,
        checkpoint=kept,
        workers=workers,
        observe=lambda block, folds: seen.append((block.origin, block.first_row)),
        progress=heard.append,
        **OPTIONS,
    )
    assert moments == right
    kept_at_least = 20 if workers == 1 else 5  # the other threads' parts may have been lost
    assert len(seen) == len(set(seen)) < total - kept_at_least
    assert heard[0].before == heard[0].rows > 0
    assert heard[-1].rows == 30_000
    assert heard[-1].rows_per_second < (30_000 - heard[0].before + 1) / heard[-1].seconds


@pytest.mark.usefixtures("small")
def test_a_finished_scan_is_not_read_again(tmp_path):
    data, kept = make_data(tmp_path, "csv"), tmp_path / "kept"
    right, so_far, heard = kd.scan(data, checkpoint=kept, **OPTIONS), [], []
    before = kept.read_bytes()
    again = kd.scan(
        data,
        checkpoint=kept,
        observe=stopping_after(0),
        so_far=so_far.append,
        progress=heard.append,
        **OPTIONS,
    )
    assert again == right
    assert kept.read_bytes() == before
    assert [(told.rows, told.before) for told in heard] == [(30_000, 30_000)]


@pytest.mark.usefixtures("small")
def test_moments_so_far_go_on_as_well(tmp_path, monkeypatch):
    data, kept, heard = make_data(tmp_path, "csv"), tmp_path / "kept", []
    with pytest.raises(StopError):
        kd.scan(data, checkpoint=kept, workers=1, observe=stopping_after(40), **OPTIONS)
    monkeypatch.setattr("kedou.fitting.so_far.SoFar.__init__.__defaults__", (0.0, lambda: 0.0))
    kd.scan(data, checkpoint=kept, workers=1, so_far=heard.append, **OPTIONS)
    assert 10_000 < heard[0].count < 20_000
    assert [moments.count for moments in heard] == sorted(moments.count for moments in heard)


@pytest.mark.usefixtures("small")
def test_what_was_found_while_reading_is_kept(tmp_path):
    """The note on inexact integers, and the number of levels: both from rows read before."""
    big = 2**53 + 1
    for number in range(2):
        rows = [f"{big + i},g{number},{i}" for i in range(4000)]
        (tmp_path / f"{number}.csv").write_text("\n".join(["id,g,y", *rows]) + "\n")
    options = {"target": "y", "categorical": "g"}
    source = kd.open(tmp_path / "*.csv", **options)
    with pytest.raises(StopError):
        kd.scan(source, checkpoint=tmp_path / "kept", workers=1, observe=stopping_after(11))
    fresh = kd.open(tmp_path / "*.csv", **options)
    Checkpoint(tmp_path / "kept", fresh, {"precision": "fast", "folds": 0, "seed": None})
    assert any("'id'" in note for note in fresh.notes)
    assert "g0" in fresh.found()["levels"]["g"]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("ending", ["csv", "csv.gz", "utf16.csv", "mac.csv", "parquet", "feather"])
def test_blocks_after_a_mark_are_those_that_follow_it(tmp_path, ending):
    text = 'a;"b\nb";y\r\n' + "".join(f'{i},5;"{i % 3}\n";{i}\r\n' for i in range(9000))
    path = tmp_path / f"rows.{ending}"
    if ending == "csv.gz":
        with pa.CompressedOutputStream(str(path), "gzip") as stream:
            stream.write(text.encode())
    elif ending == "utf16.csv":
        path.write_bytes(text.encode("utf-16"))
    elif ending == "mac.csv":
        path.write_bytes(b"\n".join([b"a;y", *(b"%d,5;%d" % (i, i) for i in range(9000))]))
    elif ending.endswith("csv"):
        path.write_bytes(("\ufeff" + text).encode())
    else:
        table = pa.table({"a": np.arange(9000.0), "y": np.arange(9000.0)})
        write = pq.write_table if ending == "parquet" else pf.write_feather
        write(table, path)
    (part,) = kd.open(path, target="y").parts()[:1]
    every = list(part.blocks_after(None))
    plain = list(part.blocks())
    assert [block.first_row for block, _ in every] == [block.first_row for block in plain]
    marks = [(number, mark) for number, (_, mark) in enumerate(every, 1) if mark is not None]
    assert bool(marks) == ending.endswith(("csv", "gz"))
    for number, mark in marks:
        rest = list(part.blocks_after(mark))
        assert len(rest) == len(plain) - number
        for (block, after), (other, later) in zip(rest, every[number:], strict=True):
            assert (block.first_row, after) == (other.first_row, later)
            assert block.X.tobytes() == other.X.tobytes()
            assert block.y.tobytes() == other.y.tobytes()


def test_packed_moments_read_back_bit_for_bit():
    table = {"a": [0.1, -0.0, 1e300], "g": ["x", "y", "x"], "y": [1.0, 2.0, 1e-300]}
    moments = kd.scan(table, target="y", categorical="g", folds=2)
    assert from_text(to_text(moments)) == moments
    many = kd.scan(np.random.default_rng(0).normal(size=(50, 7)), np.arange(50.0), folds=3)
    assert from_text(to_text(many)) == many


# Refusals


@pytest.fixture
def begun(tmp_path, small):
    """Files, and a checkpoint of an interrupted scan of them."""
    data, kept = make_data(tmp_path, "csv"), tmp_path / "kept"
    with pytest.raises(StopError):
        kd.scan(data, checkpoint=kept, observe=stopping_after(20), **OPTIONS)
    return data, kept


def refused(code, kept, kind=SavedFileError, **call):
    before = kept.read_bytes()
    with pytest.raises(kind) as caught:
        kd.scan(checkpoint=kept, observe=stopping_after(0), **call)
    assert caught.value.code == code
    assert caught.value.text("en") != caught.value.text("zh-CN")
    assert kept.read_bytes() == before
    return caught.value


def test_other_files_are_refused(begun, tmp_path):
    (one, two), kept = begun
    error = refused("fitting.checkpoint-file-less", kept, data=[one], **OPTIONS)
    assert error.values["file"] == two
    shutil.copy(one, tmp_path / "2.csv")
    three = str(tmp_path / "2.csv")
    error = refused("fitting.checkpoint-file-more", kept, data=[one, two, three], **OPTIONS)
    assert error.values["file"] == three
    refused("fitting.checkpoint-order", kept, data=[two, one], **OPTIONS)


@pytest.mark.parametrize("quietly", [False, True])
def test_a_changed_file_is_refused(begun, quietly):
    (one, two), kept = begun
    about = Path(two).stat()
    text = Path(two).read_bytes()
    Path(two).write_bytes(text[:-3] + (b"7" if text[-3:-2] != b"7" else b"8") + text[-2:])
    if quietly:
        os.utime(two, ns=(about.st_atime_ns, about.st_mtime_ns))
    error = refused("fitting.checkpoint-changed", kept, data=[one, two], **OPTIONS)
    assert error.values["file"] == two


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"target": "a"}, "target"),
        ({"categorical": []}, "features"),
        ({"features": ["b"]}, "features"),
        ({"polynomial": {"a": 2}}, "polynomial"),
        ({"categorical": ["g", "b"]}, "categorical"),
        ({"weight": "b"}, "weight"),
        ({"folds": 4}, "folds"),
        ({"seed": 1}, "seed"),
        ({"missing": "error"}, "missing"),
        ({"bad_cells": "skip"}, "bad_cells"),
        ({"key": "g"}, "key"),
        ({"encoding": "gb18030"}, "encoding"),
    ],
)
def test_other_options_are_refused(begun, change, name):
    data, kept = begun
    error = refused("fitting.checkpoint-options", kept, data=data, **{**OPTIONS, **change})
    assert name in error.values["names"]
    assert set(error.values["names"]) <= {name, "features"}  # other columns may be left over


def test_another_program_is_refused(begun, monkeypatch):
    data, kept = begun
    monkeypatch.setattr(kd, "__version__", "99.0")
    error = refused("fitting.checkpoint-program", kept, data=data, **OPTIONS)
    assert error.values["here"] == "99.0"


def test_a_damaged_checkpoint_is_refused(begun):
    data, kept = begun
    text = kept.read_bytes()
    for damaged in (b"", text[: len(text) // 2], text.replace(b'"next": ', b'"next": 1'), b"a,y\n"):
        kept.write_bytes(damaged)
        refused("fitting.checkpoint-damaged", kept, data=data, **OPTIONS)
    others = (("format", "kedou-moments", "other-format"), ("version", 99, "other-version"))
    for name, value, code in others:
        kept.write_text(json.dumps({**json.loads(text), name: value}))
        refused(f"saving.{code}", kept, data=data, **OPTIONS)


def test_data_in_memory_have_no_checkpoint(tmp_path):
    for data in (np.ones((3, 1)), {"a": [1.0], "y": [2.0]}):
        call = {"y": np.ones(3)} if isinstance(data, np.ndarray) else {"target": "y"}
        with pytest.raises(kd.KedouError) as caught:
            kd.scan(data, checkpoint=tmp_path / "kept", **call)
        assert caught.value.code == "fitting.checkpoint-needs-files"
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("small")
def test_a_file_that_changes_meanwhile_is_told(tmp_path):
    data = make_data(tmp_path, "csv")

    def grow(block, folds):
        if block.origin == "0.csv" and block.first_row == 0:
            with Path(data[1]).open("a") as file:
                file.write("1,1,north,1\n")

    with pytest.raises(DataError) as caught:
        kd.scan(data, checkpoint=tmp_path / "kept", observe=grow, workers=1, **OPTIONS)
    assert caught.value.code == "fitting.changed-meanwhile"
    assert caught.value.values["file"] == data[1]
    refused("fitting.checkpoint-changed", tmp_path / "kept", data=data, **OPTIONS)


# A disk that fails


class Failing:
    """A file whose n-th write, or flush, or whatever comes n-th, fails."""

    def __init__(self, file, count):
        self.file, self.count = file, count

    def __getattr__(self, name):
        return getattr(self.file, name)

    def write(self, data):
        half = len(data) // 2
        self.file.write(data[:half])
        self.count()
        return half + self.file.write(data[half:])

    def flush(self):
        self.count()
        self.file.flush()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.file.close()


@pytest.mark.parametrize("nth", range(1, 13))
def test_a_disk_that_fails_leaves_the_old_checkpoint_whole(begun, monkeypatch, nth):
    """Every operation of two writings fails in turn: two writes, flush, fsync, rename, fsync.

    The last, of the folder, may fail: the file is whole under either name.
    """
    data, kept = begun
    reason = errno.ENOSPC if nth % 4 < 2 else errno.EIO
    before, left = sorted(path.name for path in kept.parent.iterdir()), [nth]
    old = [kept.read_bytes()]

    def count():
        left[0] -= 1
        if left[0] == 0:
            raise OSError(reason, os.strerror(reason))

    fdopen, fsync, replace = os.fdopen, os.fsync, Path.replace

    def flushed(descriptor):
        count()
        fsync(descriptor)

    def renamed(path, target):
        count()
        made = replace(path, target)
        old.append(kept.read_bytes())
        return made

    with monkeypatch.context() as patch:
        patch.setattr(saving.os, "fdopen", lambda *a: Failing(fdopen(*a), count))
        patch.setattr(saving.os, "fsync", flushed)
        patch.setattr(Path, "replace", renamed)
        if nth % 6 == 0:
            kd.scan(data, checkpoint=kept, workers=1, **OPTIONS)
        else:
            with pytest.raises(UnreadableFileError) as caught:
                kd.scan(data, checkpoint=kept, workers=1, **OPTIONS)
            assert caught.value.code == "fitting.checkpoint-unwritten"
            assert os.strerror(reason) in str(caught.value)
    assert left[0] <= 0
    assert kept.read_bytes() == old[-1]
    assert sorted(path.name for path in kept.parent.iterdir()) == before
    assert kd.scan(data, checkpoint=kept, **OPTIONS) == kd.scan(data, **OPTIONS)


def test_a_place_that_cannot_be_written_is_told_at_once(tmp_path):
    data = make_data(tmp_path, "csv")
    with pytest.raises(UnreadableFileError) as caught:
        kd.scan(
            data, checkpoint=tmp_path / "nowhere" / "kept", observe=stopping_after(0), **OPTIONS
        )
    assert caught.value.code == "saving.cannot-write"
