"""Exact scans that are interrupted: the same bits, no block twice, both files of "auto"."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from interrupting import StopError, stopping_after
from kill_scans import make_data

import kedou as kd
from kedou.errors import SavedFileError
from kedou.moments import ExactAccumulator, Sums
from kedou.moments.packed import from_text, to_text

pytestmark = pytest.mark.usefixtures("small")


def exact_options(**more):
    return {"target": "y", "precision": "exact", **more}


def interrupted(data, kept, after, workers=1, **options):
    """Scan until the progress of some block raises; return the blocks that were seen whole."""
    seen = []
    with pytest.raises(StopError):
        kd.scan(
            data,
            checkpoint=kept,
            workers=workers,
            progress=stopping_after(after),
            observe=lambda block, _: seen.append((block.origin, block.first_row)),
            **options,
        )
    return seen[:-1]  # the last was added, but not noted when the scan ended


CASES = {
    "plain": {"features": ["a", "b"]},
    "folds": {"categorical": "g", "folds": 3, "seed": 4},
    "weights": {"categorical": "g", "weight": "w"},
    "powers": {"features": ["a", "b"], "polynomial": {"b": 3, "a": 2}, "folds": 2},
}


def rows_file(folder, kind):
    """Two files; the level "late" stands in the last rows alone, and weights are decimals."""
    data = make_data(folder, kind)
    if kind == "csv":
        for number, path in enumerate(map(Path, data)):
            lines = path.read_text().splitlines()
            rows = [lines[0] + ',"w"', *(f"{row},{n % 7 * 0.3}" for n, row in enumerate(lines[1:]))]
            if number == 1:
                rows += [f'{n}.25,0.5,"late",{n},1' for n in range(300)]
            path.write_text("\n".join(rows) + "\n")
    return data


@pytest.mark.parametrize("case", CASES)
def test_an_interrupted_exact_scan_goes_on(tmp_path, case):
    data, kept = rows_file(tmp_path, "csv"), tmp_path / "kept"
    options = exact_options(**CASES[case])
    right, seen = kd.scan(data, **options), []
    assert right.precision == "exact"
    for after in (9, 25):
        seen += interrupted(data, kept, after, **options)
    last = []
    moments = kd.scan(
        data,
        checkpoint=kept,
        workers=1,
        observe=lambda block, _: last.append((block.origin, block.first_row)),
        **options,
    )
    assert moments == right
    assert moments.exact == right.exact
    assert [fold.exact for fold in moments.folds] == [fold.exact for fold in right.folds]
    assert len(seen) == 9 + 24  # what was read before is told first
    every = seen + last
    assert len(every) == len(set(every))
    levels = [column.level for column in moments.columns if column.source == "g"]
    assert levels == (["late", "north", "south", "x,y"] if "categorical" in CASES[case] else [])


@pytest.mark.parametrize("kind", ["parquet", "csv.gz"])
def test_by_several_threads_and_from_other_files(tmp_path, kind):
    data, kept = rows_file(tmp_path, kind), tmp_path / "kept"
    options = exact_options(categorical="g", folds=3)
    right = kd.scan(data, **options)
    for after in (7, 0, 40):
        interrupted(data, kept, after, workers=3, **options)
    heard, so_far = [], []
    moments = kd.scan(
        data, checkpoint=kept, workers=3, progress=heard.append, so_far=so_far.append, **options
    )
    assert moments == right
    assert [fold.exact for fold in moments.folds] == [fold.exact for fold in right.folds]
    assert 0 < heard[0].before == heard[0].rows < heard[-1].rows == 30_000


def test_exact_and_fast_do_not_share_a_checkpoint(tmp_path):
    data, kept = rows_file(tmp_path, "csv"), tmp_path / "kept"
    interrupted(data, kept, 5, **exact_options())
    before = kept.read_bytes()
    for precision in ("fast", "auto"):
        with pytest.raises(SavedFileError) as caught:
            kd.scan(data, checkpoint=kept, target="y", precision=precision)
        assert caught.value.code == "fitting.checkpoint-options"
        assert caught.value.values["names"] == ["precision"]
    assert kept.read_bytes() == before


def hard_data(folder):
    """Powers of a column far from zero: "auto" reads these rows twice."""
    data = np.arange(6000) % 100 + 1000.0
    rows = [f"{x},{x**3 + n}" for n, x in enumerate(data.tolist())]
    (folder / "hard.csv").write_text("x,y\n" + "\n".join(rows) + "\n")
    return folder / "hard.csv", {"target": "y", "polynomial": {"x": 4}, "folds": 2}


@pytest.mark.parametrize("after", [4, 20])
def test_auto_keeps_both_readings(tmp_path, after):
    path, options = hard_data(tmp_path)
    kept = tmp_path / "kept"
    right = kd.scan(path, **options)
    assert right.chosen is not None
    blocks = []
    kd.scan(path, progress=blocks.append, **options)
    assert 4 < len(blocks) // 2 < 20 < len(blocks), "one stop in each reading"
    with pytest.raises(StopError):
        kd.scan(path, checkpoint=kept, workers=1, progress=stopping_after(after), **options)
    assert (tmp_path / "kept.exact").exists() == (after == 20)
    moments = kd.scan(path, checkpoint=kept, workers=1, **options)
    assert moments == right
    assert moments.exact == right.exact
    assert moments.chosen == right.chosen
    both = kept.read_bytes(), (tmp_path / "kept.exact").read_bytes()
    heard = []
    again = kd.scan(
        path, checkpoint=kept, progress=heard.append, observe=stopping_after(0), **options
    )
    assert again == right
    assert [(told.rows, told.before) for told in heard] == [(6000, 6000)] * 2
    assert both == (kept.read_bytes(), (tmp_path / "kept.exact").read_bytes())


# Exact sums as text.


def some_sums(**options):
    draw = np.random.default_rng(3)
    table = {
        "a": draw.normal(size=90) * 10.0 ** draw.uniform(-40, 40, 90),
        "g": draw.choice(["x", "y", "汉"], 90).tolist(),
        "y": draw.normal(size=90),
    }
    source = kd.open(table, target="y", categorical="g", **options)
    block = next(iter(source.parts()[0].blocks()))
    return ExactAccumulator("y").folded(block, np.arange(90) % 3, 3)


def test_packed_sums_read_back_bit_for_bit():
    sums = some_sums()
    again = from_text(to_text(sums))
    assert isinstance(again, Sums)
    for one, other in zip((sums, *sums.folds), (again, *again.folds), strict=True):
        assert one.bins == other.bins
        assert one.bins.limbs.dtype == other.bins.limbs.dtype
        assert (one.columns, one.count, one.rows_read) == (
            *(other.columns, other.count, other.rows_read),
        )
    assert again.moments() == sums.moments()
    assert (again + sums).bins == (sums + sums).bins
    nothing = ExactAccumulator("y").moments(
        next(iter(kd.open({"a": [1.0], "y": [1.0]}, target="y").parts()[0].blocks()))
    )
    assert from_text(to_text(nothing)).bins == nothing.bins


@pytest.mark.parametrize(
    "change",
    [
        {"size": 3},
        {"size": 0},
        {"limbs": "AAAA"},
        {"limbs": "%"},
        {"first": "low"},
        {"count": None},
        {"folds": 7},
        {"columns": []},
    ],
)
def test_a_damaged_text_is_refused(tmp_path, change):
    data, kept = rows_file(tmp_path, "csv"), tmp_path / "kept"
    options = exact_options(features=["a", "b"])
    interrupted(data, kept, 9, **options)
    from kedou.saving import load_document, save_document

    content = load_document(kept, "checkpoint", 1)
    pieces = content["tree"] or content["open"][0][2]
    sums = json.loads(pieces[0][1])
    sums["sums"].update(change)
    pieces[0][1] = json.dumps(sums)
    save_document(kept, "checkpoint", 1, content)
    before = kept.read_bytes()
    with pytest.raises(SavedFileError) as caught:
        kd.scan(data, checkpoint=kept, **options)
    assert caught.value.code == "saving.damaged"
    assert kept.read_bytes() == before


def test_limbs_that_are_no_carried_sums_are_refused():
    content = json.loads(to_text(some_sums()))
    size = content["sums"]["size"]
    limbs = np.full((2, size, size), 2**40)
    content["sums"]["limbs"] = base64.b64encode(limbs.astype("<i8").tobytes()).decode()
    with pytest.raises(ValueError, match="carries"):
        from_text(json.dumps(content))
