"""One contract for every kind of source: the same table, whatever it is written in."""

import bz2
import gzip
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.feather as pf
import pyarrow.parquet as pq
import pytest

from kedou.sources import Source
from kedou.sources import open as kopen
from kedou.sources.formats import COMPRESSIONS, FORMATS, format_of

ROWS = 700


def make_table() -> pa.Table:
    random = np.random.default_rng(5)
    age = random.normal(10, 3, ROWS).round(6)
    columns = {
        "age": pa.array([None if i % 97 == 3 else float(v) for i, v in enumerate(age)]),
        "legs": pa.array(random.integers(0, 5, ROWS)),
        "wild": pa.array(random.integers(0, 2, ROWS) == 1),
        "city": pa.array(["北京", 'Lyon, "FR"', "Ur"][i % 3] for i in range(ROWS)),
        "day": pa.array(np.arange(ROWS) + 19_000, pa.int32()).cast(pa.date32()),
        "count": pa.array(random.integers(1, 4, ROWS)),
        "length": pa.array(random.normal(size=ROWS)),
    }
    return pa.table(columns)


TABLE = make_table()
OPTIONS: dict[str, Any] = {
    "target": "length",
    "weight": "count",
    "categorical": ["city"],
    "polynomial": {"age": 3},
    "dates": ["day"],
    "key": "city",
}


def csv_text(delimiter: str = ",", decimal: str = ".", newline: str = "\n") -> str:
    frame = TABLE.to_pandas()
    return frame.to_csv(index=False, sep=delimiter, decimal=decimal, lineterminator=newline)


def write_text(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def packed_csv(path: Path, codec: str) -> Path:
    with pa.CompressedOutputStream(str(path), codec) as stream:
        stream.write(csv_text().encode())
    return path


def parquet(path: Path, group: int) -> Path:
    pq.write_table(TABLE, path, row_group_size=group)
    return path


def feather(path: Path, chunk: int, compression: str) -> Path:
    pf.write_feather(TABLE, path, chunksize=chunk, compression=compression)
    return path


def split(folder: Path, suffix: str) -> Path:
    """Three files, the columns of the second in another order."""
    folder.mkdir()
    for i, start in enumerate(range(0, ROWS, 300)):
        piece = TABLE.slice(start, 300)
        piece = piece.select(piece.column_names[::-1]) if i == 1 else piece
        path = folder / f"part-{i}{suffix}"
        if suffix == ".csv":
            pc.write_csv(piece, path)
        elif suffix == ".parquet":
            pq.write_table(piece, path)
        else:
            pf.write_feather(piece, path)
    return folder


def hive(folder: Path, suffix: str) -> Path:
    """Weights in the names of folders; rows in the order of the weights."""
    order = TABLE.sort_by([("count", "ascending")])
    for count in (1, 2, 3):
        piece = order.filter(pa.compute.equal(order["count"], count)).drop_columns("count")
        path = folder / f"count={count}" / f"rows{suffix}"
        path.parent.mkdir(parents=True)
        pc.write_csv(piece, path) if suffix == ".csv" else pq.write_table(piece, path)
    return folder


KINDS: dict[str, Callable[[Path], Any]] = {
    "pandas": lambda d: TABLE.to_pandas(),
    "pandas-arrow": lambda d: TABLE.to_pandas(types_mapper=pd.ArrowDtype),
    "polars": lambda d: pl.from_arrow(TABLE),
    "polars-lazy": lambda d: pl.from_arrow(TABLE).lazy(),
    "pyarrow": lambda d: TABLE,
    "pyarrow-chunked": lambda d: pa.concat_tables([TABLE.slice(0, 100), TABLE.slice(100)]),
    "record-batch": lambda d: TABLE.combine_chunks().to_batches()[0],
    "mapping": lambda d: {name: TABLE[name] for name in TABLE.column_names},
    "csv": lambda d: write_text(d / "t.csv", csv_text()),
    "csv-path-text": lambda d: str(write_text(d / "t.csv", csv_text())),
    "csv-crlf": lambda d: write_text(d / "t.csv", csv_text(newline="\r\n")),
    "csv-cr": lambda d: write_text(d / "t.csv", csv_text(newline="\r")),
    "csv-bom": lambda d: write_text(d / "t.csv", csv_text(), "utf-8-sig"),
    "csv-utf16": lambda d: write_text(d / "t.csv", csv_text("\t"), "utf-16"),
    "csv-utf16-be": lambda d: write_text(d / "t.csv", "\ufeff" + csv_text("\t"), "utf-16-be"),
    "csv-gb18030": lambda d: write_text(d / "t.csv", csv_text(), "gb18030"),
    "csv-sep-line": lambda d: write_text(d / "t.csv", "sep=;\r\n" + csv_text(";", ",", "\r\n")),
    "csv-semicolon": lambda d: write_text(d / "t.csv", csv_text(";")),
    "csv-decimal-comma": lambda d: write_text(d / "t.csv", csv_text(";", ",")),
    "csv-pipe": lambda d: write_text(d / "t.txt", csv_text("|")),
    "tsv": lambda d: write_text(d / "t.tsv", csv_text("\t")),
    "tsv-decimal-comma": lambda d: write_text(d / "t.tsv", csv_text("\t", ",")),
    "csv-no-last-newline": lambda d: write_text(d / "t.csv", csv_text().rstrip("\n")),
    "csv-blank-lines": lambda d: write_text(d / "t.csv", "\n" + csv_text() + "\n\n"),
    "csv-no-suffix": lambda d: write_text(d / "table", csv_text()),
    "csv-gz": lambda d: packed_csv(d / "t.csv.gz", "gzip"),
    "csv-gz-members": lambda d: gzip_members(d / "t.csv.gz"),
    "csv-zst": lambda d: packed_csv(d / "t.csv.zst", "zstd"),
    "csv-bz2": lambda d: bz2_file(d / "t.csv.bz2"),
    "csv-lz4": lambda d: packed_csv(d / "t.csv.lz4", "lz4"),
    "csv-folder": lambda d: split(d / "many", ".csv"),
    "csv-hive": lambda d: hive(d / "hive", ".csv"),
    "parquet": lambda d: parquet(d / "t.parquet", 10_000),
    "parquet-row-groups": lambda d: parquet(d / "t.parquet", 90),
    "parquet-no-suffix": lambda d: parquet(d / "table", 10_000),
    "parquet-folder": lambda d: split(d / "many", ".parquet"),
    "parquet-glob": lambda d: split(d / "many", ".parquet") / "part-*.parquet",
    "parquet-list": lambda d: sorted(split(d / "many", ".parquet").iterdir()),
    "parquet-hive": lambda d: hive(d / "hive", ".parquet"),
    "feather": lambda d: feather(d / "t.feather", 10_000, "lz4"),
    "feather-batches": lambda d: feather(d / "t.arrow", 90, "uncompressed"),
    "feather-folder": lambda d: split(d / "many", ".feather"),
}


def gzip_members(path: Path) -> Path:
    data = csv_text().encode()
    path.write_bytes(gzip.compress(data[:1000]) + gzip.compress(data[1000:]))
    return path


def bz2_file(path: Path) -> Path:
    path.write_bytes(bz2.compress(csv_text().encode()))
    return path


def expected() -> dict[str, np.ndarray]:
    """The table in X's columns, by plain pandas."""
    frame = TABLE.to_pandas().dropna()
    day = pd.to_datetime(frame["day"])
    age = frame["age"].to_numpy()
    columns = {"age": age, "age^2": age**2, "age^3": age**3}
    columns |= {"legs": frame["legs"], "wild": frame["wild"]}
    columns |= {f"city={c}": frame["city"] == c for c in sorted(frame["city"].unique())}
    columns["day:trend"] = (day - pd.Timestamp("1970-01-01")).dt.days
    columns |= {f"day:weekday={i}": day.dt.isocalendar().day == i for i in range(1, 8)}
    columns |= {f"day:month={i}": day.dt.month == i for i in range(1, 13)}
    columns |= {"y": frame["length"], "weight": frame["count"]}
    return {name: np.asarray(values, dtype=np.float64) for name, values in columns.items()}


def read(source: Source) -> dict[str, np.ndarray]:
    """All blocks joined; a level that a block has not seen is 0 there."""
    blocks = [block for part in source.parts() for block in part.blocks()]
    names = dict.fromkeys(column.name for block in blocks for column in block.columns)
    joined: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for block in blocks:
        here = {column.name: block.X[:, j] for j, column in enumerate(block.columns)}
        for name, values in joined.items():
            values.append(here.get(name, np.zeros(len(block.y))))
    result = {name: np.concatenate(values) for name, values in joined.items()}
    result["y"] = np.concatenate([block.y for block in blocks])
    if source.weight_name is not None:
        result["weight"] = np.concatenate([block.weight for block in blocks])
    return result


@pytest.fixture(params=KINDS)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Source:
    return kopen(KINDS[request.param](tmp_path), **OPTIONS)


def test_every_kind_gives_the_same_table(source: Source) -> None:
    got, want = read(source), expected()
    assert set(got) == set(want)
    hive = source.plan.weight is not None and "count" in str(source.parts()[0].origin)
    order = np.argsort(want["weight"], kind="stable") if hive else slice(None)
    for name, values in want.items():
        if "^" in name:
            np.testing.assert_allclose(got[name], values[order], rtol=1e-15, err_msg=name)
        else:
            np.testing.assert_array_equal(got[name], values[order], err_msg=name)


def test_what_every_kind_says(source: Source) -> None:
    assert isinstance(source, Source)
    assert source.target_name == "length"
    assert source.weight_name == "count"
    assert source.left_out == []
    assert source.rows in (ROWS, None)
    assert kopen(source) is source
    skipped = rows_read = used = 0
    for part in source.parts():
        numbers = []
        for block in part.blocks():
            assert block.origin == part.origin
            assert block.X.flags.f_contiguous
            assert np.isfinite(block.X).all()
            assert len(block.row_numbers) == len(block.y) == len(block.key) == len(block.X)
            assert block.X.shape[1] == len(block.columns)
            assert set(block.skipped) <= {"age"}
            assert set(block.key) <= {"北京", 'Lyon, "FR"', "Ur"}
            numbers.extend(block.row_numbers.tolist())
            skipped += block.skipped.get("age", 0)
            rows_read += block.rows_read
            used += len(block.y)
        assert numbers == sorted(set(numbers))
    absent = TABLE["age"].null_count
    assert (skipped, rows_read, used) == (absent, ROWS, ROWS - absent)


def test_reading_twice_and_in_threads_gives_the_same_bits(source: Source) -> None:
    def bits(part: Any) -> list[bytes]:
        return [b.X.tobytes() + b.y.tobytes() + repr(b.columns).encode() for b in part.blocks()]

    first = [bits(part) for part in source.parts()]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(bits, source.parts())) == first


def test_row_numbers_name_the_rows(source: Source) -> None:
    """Row identity (origin, row) is unique, and gaps stand where rows were skipped."""
    seen = [
        (block.origin, int(row))
        for part in source.parts()
        for block in part.blocks()
        for row in block.row_numbers
    ]
    assert len(seen) == len(set(seen))


def test_every_kind_of_file_is_in_the_contract(tmp_path: Path) -> None:
    """A format or compression that is added must be added here too."""
    formats, packings = set(), set()
    for number, make in enumerate(KINDS.values()):
        folder = tmp_path / str(number)
        folder.mkdir()
        make(folder)
        for path in folder.rglob("*"):
            if path.is_file():
                formats.add(format_of(path))
                packings.add(path.suffix if path.suffix in COMPRESSIONS else None)
    assert formats == set(FORMATS.values())
    assert packings == {None, *COMPRESSIONS}


# Arrays have columns without names, types or text: a contract of their own.

X = np.column_stack([TABLE["age"].to_numpy(), TABLE["legs"].to_numpy()]).astype(np.float64)
Y = TABLE["length"].to_numpy()
W = TABLE["count"].to_numpy()

ARRAYS: dict[str, Any] = {
    "C": np.ascontiguousarray(X),
    "F": np.asfortranarray(X),
    "strided": np.repeat(X, 2, axis=0)[::2],
    "longdouble": X.astype(np.longdouble),
    "list": X.tolist(),
    "masked": np.ma.masked_invalid(X),
    "frame": pd.DataFrame(X, columns=["x1", "x2"]),
    "polars": pl.DataFrame(X, schema=["x1", "x2"]),
}


@pytest.mark.parametrize("kind", ARRAYS)
@pytest.mark.parametrize("options", [{}, {"polynomial": {"x1": 2}}])
def test_arrays(kind: str, options: dict[str, Any]) -> None:
    source = kopen(ARRAYS[kind], Y, weight=W, **options)
    got = read(source)
    fine = np.isfinite(X).all(axis=1)
    want = {"x1": X[fine, 0], "x2": X[fine, 1], "y": Y[fine], "weight": W[fine]}
    if options:
        want["x1^2"] = X[fine, 0] ** 2
    assert set(got) == set(want)
    for name, values in want.items():
        np.testing.assert_array_equal(got[name], values, err_msg=name)
    blocks = [block for part in source.parts() for block in part.blocks()]
    assert sum(block.skipped["x1"] for block in blocks) == (~fine).sum()
    assert sum(block.rows_read for block in blocks) == ROWS


def test_finite_arrays_are_not_copied() -> None:
    clean = np.ascontiguousarray(X[np.isfinite(X).all(axis=1)])
    source = kopen(clean, clean[:, 0], features=["age", "legs"])
    (block,) = source.parts()[0].blocks()
    assert np.shares_memory(block.X, clean)
    assert np.shares_memory(block.y, clean)
    assert [column.name for column in block.columns] == ["age", "legs"]


@pytest.mark.parametrize("dtype", ["float32", "float16", "int8", "int64", "uint64", "bool"])
def test_arrays_of_other_numbers(dtype: str) -> None:
    values = np.array([[0, 1], [1, 0], [1, 1]]).astype(dtype)
    (block,) = kopen(values, values[:, 0]).parts()[0].blocks()
    np.testing.assert_array_equal(block.X, values.astype(float))
    assert block.X.dtype == block.y.dtype == np.float64


def test_blocks_have_borders_of_their_own(tmp_path: Path) -> None:
    """Length 131,072 at most, wherever parts begin; rows are numbered from the file's start."""
    n, bad = 1_200_000, 1_100_000
    values = np.arange(n, dtype=np.float64)
    values[bad] = np.nan
    table = pa.table({"x1": values, "y": values})
    pq.write_table(table, tmp_path / "t.parquet", row_group_size=300_000)
    pf.write_feather(table, tmp_path / "t.feather", chunksize=300_000)
    sources = {
        "array": (kopen(values, values), [131_072] * 9 + [n - 9 * 131_072]),
        "table": (kopen(table, target="y"), [131_072] * 9 + [n - 9 * 131_072]),
        "parquet": (kopen(tmp_path / "t.parquet", target="y"), [131_072, 131_072, 37_856] * 4),
        "feather": (kopen(tmp_path / "t.feather", target="y"), [131_072, 131_072, 37_856] * 4),
    }
    for source, lengths in sources.values():
        blocks = [block for part in source.parts() for block in part.blocks()]
        assert [block.rows_read for block in blocks] == lengths
        assert [block.first_row for block in blocks] == [
            sum(lengths[:i]) for i in range(len(lengths))
        ]
        kept = np.concatenate([block.row_numbers for block in blocks])
        np.testing.assert_array_equal(kept, np.delete(np.arange(n), bad))
        np.testing.assert_array_equal(np.concatenate([block.y for block in blocks]), kept)
        assert sum(block.skipped.get("y", 0) for block in blocks) == 1


def test_blocks_with_many_levels_are_cut() -> None:
    """X stays small, and the rows keep their numbers."""
    n = 20_000
    levels = np.arange(n) % 900
    source = kopen(pa.table({"c": levels, "y": levels}), target="y", categorical="c")
    blocks = [block for part in source.parts() for block in part.blocks()]
    assert max(block.X.size for block in blocks) <= 1 << 22
    assert [row for block in blocks for row in block.row_numbers.tolist()] == list(range(n))
    for block in blocks:
        level = np.array([float(column.level) for column in block.columns])
        np.testing.assert_array_equal(block.X @ level, block.y)
