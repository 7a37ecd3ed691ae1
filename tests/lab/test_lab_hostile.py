"""Data that nobody here prepared: odd names, odd cells, odd sizes, all answered in words."""

import gzip
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lab_client import House, house

import kedou as kd
from kedou.lab.checks import MOST_NAME, MOST_NAMES

fast_scan = partial(kd.scan, precision="fast")  # as the lab scans

NAMES = [
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "quote\" and 'quote",
    "line\nbreak",
    "tab\tand\x0bmore",
    "'; drop table x; --",
    "{braces} {0} {column} %s",
    "\u202eright to left",
    "数量（个）",
    "🐸",
    "a=b",
    "a^2",
    "a:trend",
    "constructor",
    "__proto__",
    "intercept",
    "-1",
    "@SUM(1)",
    " ",
    "x" * MOST_NAME,
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("hostile")) as made:
        yield made


def talk(home: House, name: str, *asked: dict[str, Any]) -> list[dict[str, Any]]:
    async def run() -> list[dict[str, Any]]:
        visitor = await home.owner()
        async with visitor.socket() as line:
            answers = [await line.finish(type="open", source={"path": name})]
            answers += [await line.finish(**{"table": "t1", **question}) for question in asked]
            return answers

    found: list[dict[str, Any]] = home.run(run())
    return found


def test_hostile_names_and_cells_come_through_as_they_are(home: House, tmp_path: Path) -> None:
    cells = ["<img src=x onerror=alert(1)>", "=1+1", "北京", "a\nb", '"', "{x}", "", "null"]
    columns: dict[str, Any] = {
        name: [float((i * (j + 3)) % 17) for i in range(160)] for j, name in enumerate(NAMES)
    }
    columns["level"] = [cells[i % 6] for i in range(160)]
    columns["y"] = [float(i % 23) for i in range(160)]
    pq.write_table(pa.table(columns), home.data / "hostile.parquet")
    settings = {"standardize": True, "steps": 20, "learning_rate": 0.1}

    async def run() -> dict[str, Any]:
        visitor = await home.owner()
        found: dict[str, Any] = {}
        async with visitor.socket() as line:
            found["table"] = await line.finish(type="open", source={"path": "hostile.parquet"})
            found["look"] = await line.finish(type="look", table="t1", target="y")
            found["scan"] = await line.finish(
                type="scan", table="t1", target="y", features=NAMES, categorical=["level"]
            )
            found["run"] = await line.finish(type="run", scan="s1", **settings)
            row = {**dict.fromkeys(NAMES, 1.0), "level": "=1+1"}
            found["predict"] = await line.finish(type="predict", scan="s1", row=row, **settings)
            for kind in ("model", "python", "history-csv", "predictions"):
                answer = await line.finish(type="save", scan="s1", kind=kind, settings=settings)
                assert answer["type"] == "saved", answer
                file = await visitor.ask(f"/download/{answer['file']['id']}")
                found[kind] = file.body
        return found

    found = home.run(run())
    assert [column["name"] for column in found["table"]["columns"]] == list(columns)
    assert found["table"]["head"][3][len(NAMES)] == "a\nb"
    looked = {column["name"]: column for column in found["look"]["columns"]}
    assert [level for level, _ in looked["level"]["levels"]] == cells[:6]
    path = home.data / "hostile.parquet"
    moments = fast_scan(path, target="y", features=NAMES, categorical="level", folds=5)
    expected = kd.descend(moments, **settings)
    assert found["run"]["run"]["theta"] == expected.theta.tolist()
    assert found["run"]["run"]["parameters"] == list(expected.parameter_names)
    (tmp_path / "model.json").write_bytes(found["model"])
    row = {**{name: [1.0] for name in NAMES}, "level": ["=1+1"]}
    assert found["predict"]["value"] == kd.load_model(tmp_path / "model.json").predict(row)[0]
    done = subprocess.run(
        [sys.executable, "-c", found["python"].decode()],
        cwd=home.data, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip().split(" ")[-1] == repr(float(expected.theta[-1][-1]))
    for kind in ("history-csv", "predictions"):
        import csv

        (head, *rows) = csv.reader(io.StringIO(found[kind].decode()))
        assert rows
        assert not any(cell[:1] in ("=", "+", "-", "@") for cell in head), head


def test_a_name_that_is_too_long_and_a_table_too_wide_are_refused_in_words(home: House) -> None:
    home.write("long.csv", "x," + "y" * (MOST_NAME + 1) + "\n1,2\n")
    (said,) = talk(home, "long.csv")
    assert (said["code"], said["values"]["number"]) == ("lab.name-too-long", 2)
    names = [f"x{i}" for i in range(MOST_NAMES + 1)]
    home.write("wide.csv", ",".join(names) + "\n" + ",".join("1" for _ in names) + "\n")
    (said,) = talk(home, "wide.csv")
    assert said["code"] == "lab.too-wide"
    home.write("fits.csv", ",".join(names[1:]) + "\n" + ",".join("1" for _ in names[1:]) + "\n")
    table, look, scan = talk(home, "fits.csv", {"type": "look"}, {"type": "scan", "target": "x1"})
    assert len(table["columns"]) == MOST_NAMES
    assert len(table["head"]) == 1
    assert len(look["columns"]) == MOST_NAMES
    assert scan["type"] == "error"


CONTENTS: dict[str, tuple[bytes, str]] = {
    "empty.csv": (b"", "sources.empty-file"),
    "header.csv": (b"x,y\n", "sources.no-rows"),
    "binary.csv": (b"\x00\x01\x02" * 500, "sources.not-text"),
    "zeros.csv": (b"a,b\n" + b"\0" * 5000, "sources.not-text"),
    "not.parquet": (b"PAR1 nothing", "sources.not-parquet"),
    "not.feather": (b"ARROW1 nothing", "sources.not-feather"),
    "twice.csv": (b"x,x\n1,2\n", "sources.duplicate-column"),
    "quote.csv": (b'x,y\n1,"2\n' + b"3,4\n" * 500_000, "sources.no-rows"),
    "bom.csv": (b"\xff\xfe" + "x,y\n1,2\n3,1\n9,4\n".encode("utf-16-le"), ""),
    "latin.csv": ("größe,y\n1,2\n3,1\n9,4\n".encode("cp1252"), ""),
    "crlf.csv": (b"x,y\r\n1,2\r\n3,1\r\n9,4\r\n", ""),
    "headless.csv": (b"1,2\n3,1\n9,4\n", ""),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_odd_files_are_read_or_explained(home: House, name: str) -> None:
    content, code = CONTENTS[name]
    home.write(name, content)
    told = talk(home, name, *([] if code else [{"type": "look"}]))
    if code:
        assert told[0]["code"] == code, told[0]
        assert str(home.data.parent) not in told[0]["text"].replace(str(home.data), "")
    else:
        assert told[0]["type"] == "table", told[0]
        assert told[1]["rows"] == 3


def test_a_file_that_was_cut_off_is_told_of(home: House) -> None:
    text = "x,y\n" + "".join(f"{i * i},{i % 97}\n" for i in range(300_000))
    home.write("cut.csv.gz", gzip.compress(text.encode())[:-200_000])
    table, scan = talk(home, "cut.csv.gz", {"type": "scan", "target": "y"})
    assert "sources.compressed-damaged" in (table.get("code"), scan.get("code"))


def test_a_small_file_that_unpacks_to_a_huge_one_fills_nothing(home: House) -> None:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as file:
        file.write(b"x,y\n")
        for _ in range(300):
            file.write(b"0" * (1 << 20))
    home.write("bomb.csv.gz", packed.getvalue())
    told = talk(home, "bomb.csv.gz")
    assert told[0]["type"] == "error"
    assert told[0]["code"].startswith(("sources.", "lab.worker-memory"))
    assert all(worker.is_alive for worker in home.lab.shared.pool.workers)


def test_numbers_at_the_ends_of_float64_become_words_or_null(home: House) -> None:
    lines = ["huge,tiny,odd,y"]
    for i in range(40):
        odd = ["inf", "-inf", "nan", "1e999"][i % 4]
        lines.append(f"{'-' if i % 2 else ''}1e308,{i}e-310,{odd},{i}")
    home.write("ends.csv", "\n".join(lines) + "\n")
    _, look, scan, small = talk(
        home,
        "ends.csv",
        {"type": "look"},
        {"type": "scan", "target": "y", "features": ["huge"]},
        {"type": "scan", "target": "y", "features": ["tiny"]},
    )
    assert look["type"] == "look", look
    found = {column["name"]: column for column in look["columns"]}
    assert found["odd"]["missing"] == 40
    assert found["huge"]["histogram"] is None
    assert (found["huge"]["min"], found["huge"]["max"]) == (-1e308, 1e308)
    assert scan["code"] == "moments.too-large"
    assert small["code"] == "moments.too-small"


def test_half_a_character_in_a_message_is_refused_and_the_talk_goes_on(home: House) -> None:
    async def run() -> None:
        visitor = await home.owner()
        async with visitor.socket() as line:
            for text in (
                '{"type": "\\ud800"}',
                '{"type": "hello", "\\udfff": 1}',
                '{"type": "open", "source": {"path": "a\\ud800.csv"}}',
                '{"type": "open", "source": {"data": "\\ud800"}}',
                '{"type": "describe", "data": "\\ud800"}',
                '{"type": "descend", "data": "tadpoles", "rule": "\\ud800"}',
            ):
                said = await line.ask(text)
                assert said["type"] == "error"
                json.dumps(said).encode()
            assert (await line.ask({"type": "hello"}))["type"] == "hello"

    home.run(run())


def test_a_huge_cell_is_shortened(home: House) -> None:
    home.write("cell.csv", "text,y\n" + "a" * 3_000_000 + ",1\nb,2\nc,3\n")
    table, look = talk(home, "cell.csv", {"type": "look"})
    if table["type"] == "table":
        assert len(table["head"][0][0]) <= 200
        assert all(len(level) <= 200 for level, _ in look["columns"][0]["levels"])
    else:
        assert table["code"].startswith("sources.")


def test_lists_structs_and_bytes_of_a_parquet_file_are_left_alone(home: House) -> None:
    rows = 50
    table = pa.table(
        {
            "list": pa.array([[1, 2]] * rows),
            "struct": pa.array([{"a": 1}] * rows),
            "bytes": pa.array([b"\xff\xfe"] * rows),
            "time": pa.array([1] * rows, pa.time32("s")),
            "nothing": pa.nulls(rows),
            "decimal": pa.array(range(rows), pa.decimal128(10, 2)),
            "y": pa.array([float(i % 7) for i in range(rows)]),
        }
    )
    pq.write_table(table, home.data / "odd.parquet")
    opened, look, scan = talk(
        home, "odd.parquet", {"type": "look"}, {"type": "scan", "target": "y"}
    )
    kinds = {column["name"]: column["kind"] for column in opened["columns"]}
    assert kinds == {
        "list": "other", "struct": "other", "bytes": "other", "time": "other",
        "nothing": "empty", "decimal": "number", "y": "number",
    }  # fmt: skip
    suggested = {column["name"]: column["suggest"] for column in look["columns"]}
    assert suggested["list"] == suggested["nothing"] == "leave"
    assert scan["type"] == "scanned", scan
    assert opened["head"][0][2] == "fffe"


def test_a_file_that_changes_while_it_is_open_is_told_of_in_words(home: House) -> None:
    home.write("shrink.csv", "x,y\n" + "".join(f"{i},{i % 7}\n" for i in range(500)))

    async def run() -> None:
        visitor = await home.owner()
        async with visitor.socket() as line:
            await line.finish(type="open", source={"path": "shrink.csv"})
            told = await line.finish(type="scan", table="t1", target="y")
            assert told["type"] == "scanned"
            home.write("shrink.csv", "a,b\n1,2\n")
            said = await line.finish(type="scan", table="t1", target="y")
            assert said["code"].startswith("columns.unknown")
            (home.data / "shrink.csv").unlink()
            for question in (
                {"type": "scan", "table": "t1", "target": "y"},
                {"type": "passes", "scan": "s1", "loss": "huber"},
                {"type": "save", "scan": "s1", "kind": "predictions"},
            ):
                said = await line.finish(**question)
                assert said["code"] == "lab.path-none", said
            assert (await line.finish(type="run", scan="s1"))["type"] == "run"

    home.run(run())
