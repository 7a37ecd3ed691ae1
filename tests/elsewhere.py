"""The other programs that a model is taken to, one function a format.

Each gets what ``kd.convert`` made and rows of raw cells, and returns one prediction a row: a
number, or None where the program says NULL, NaN, an error value, or raises.
"""

import contextlib
import io
import json
import math
import pickle
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

Row = Mapping[str, Any]
Found = list[float | None]


def told(value: Any) -> float | None:
    """Return a finite number, None for what is none."""
    return None if value is None or not math.isfinite(value) else float(value)


def kinds_of(rows: Sequence[Row]) -> dict[str, type]:
    """Return the type of the cells of each column, which are of one type, or missing."""
    kinds: dict[str, type] = {}
    for row in rows:
        for name, cell in row.items():
            if cell is not None:
                kinds.setdefault(name, type(cell))
    return kinds


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


TYPES = {
    float: "DOUBLE PRECISION",
    int: "BIGINT",
    str: "VARCHAR",
    datetime: "TIMESTAMP",
    date: "DATE",
}


def made_table(connection: Any, rows: Sequence[Row]) -> None:
    kinds = kinds_of(rows)
    columns = ", ".join(f"{quoted(name)} {TYPES[kinds[name]]}" for name in rows[0])
    connection.execute(f"CREATE TABLE t ({columns}, n BIGINT)")
    places = ", ".join("?" for _ in range(len(rows[0]) + 1))
    lines = [[*row.values(), number] for number, row in enumerate(rows)]
    connection.executemany(f"INSERT INTO t VALUES ({places})", lines)


def in_duckdb(sql: str, rows: Sequence[Row]) -> Found:
    import duckdb

    with duckdb.connect() as connection:
        made_table(connection, rows)
        found = connection.execute(f"SELECT {sql} FROM t ORDER BY n").fetchall()
        assert connection.execute("SELECT count(*) FROM t").fetchall() == [(len(rows),)]
        assert connection.execute("SHOW TABLES").fetchall() == [("t",)]
    assert all(value is None or math.isfinite(value) for (value,) in found), found
    return [value for (value,) in found]


def in_sqlite(sql: str, rows: Sequence[Row]) -> Found:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        made_table(connection, rows)
        connection.create_function("EXP", 1, math.exp)  # not every build of SQLite has it
        found = connection.execute(f"SELECT {sql} FROM t ORDER BY n").fetchall()
        assert connection.execute("SELECT count(*) FROM t").fetchall() == [(len(rows),)]
    assert all(value is None or math.isfinite(value) for (value,) in found), found
    return [value for (value,) in found]


def in_a_spreadsheet(text: str, rows: Sequence[Row]) -> Found:
    import formulas

    head, _, formula = text.partition("\n=")
    cells = dict(line.removeprefix("# ").split(": ", 1) for line in head.split("\n"))
    names = {cell: json.loads(name) for cell, name in cells.items()}
    function = formulas.Parser().ast("=" + formula.rstrip("\n"))[1].compile()
    return [sheet_value(function, names, row) for row in rows]


def sheet_value(function: Any, names: Mapping[str, str], row: Row) -> float | None:
    with np.errstate(all="ignore"):
        value = function(*(sheet_cells(place, names, row) for place in function.inputs))
    value = np.asarray(value).ravel()[0]
    return None if isinstance(value, str) or not isinstance(value, (int, float)) else told(value)


def sheet_cells(place: str, names: Mapping[str, str], row: Row) -> Any:
    """Return the cells of a place such as A2 or A2:C2."""
    import schedula

    first, _, last = place.partition(":")
    every = list(names)
    within = every[every.index(first) : every.index(last or first) + 1]
    cells = [row[names[cell]] for cell in within]
    return np.array([[schedula.EMPTY if c is None else serial(c) for c in cells]], dtype=object)


def serial(cell: Any) -> Any:
    """Return a cell as a sheet keeps it: dates are days since the end of 1899."""
    if isinstance(cell, date) and not isinstance(cell, datetime):
        cell = datetime(cell.year, cell.month, cell.day)
    if isinstance(cell, datetime):
        return (cell - datetime(1899, 12, 30)) / timedelta(days=1)
    return cell


def in_python(text: str, rows: Sequence[Row]) -> Found:
    names: dict[str, Any] = {"__name__": "elsewhere"}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(text, "elsewhere", "exec"), names)
    found: Found = []
    problems: list[str] = []
    for row in rows:
        try:
            found.append(names["predict"](row))
        except ValueError as problem:
            found.append(None)
            problems.append(str(problem))
    assert printed.getvalue() == ""
    assert all("column" in problem for problem in problems), problems
    return found


def in_javascript(text: str, rows: Sequence[Row]) -> Found:
    if shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    cells = [[[name, plain(cell)] for name, cell in row.items()] for row in rows]
    script = f"""
const module_ = {{ exports: {{}} }};
const kept = Object.getOwnPropertyNames(Object.prototype).join();
new Function("module", {json.dumps(text)})(module_);
const far = {{ inf: Infinity, "-inf": -Infinity, nan: NaN }};
const answers = {json.dumps(cells)}.map((cells) => {{
  const row = {{}};
  for (const [name, cell] of cells) {{
    const value = cell !== null && typeof cell === "object" ? far[cell.far] : cell;
    Object.defineProperty(row, name, {{ value, enumerable: true }});
  }}
  try {{
    return module_.exports.predict(row);
  }} catch (problem) {{
    return String(problem.message);
  }}
}});
if (kept !== Object.getOwnPropertyNames(Object.prototype).join()) throw new Error("changed");
console.log(JSON.stringify(answers));
"""
    done = subprocess.run(
        ["node", "-"], input=script, capture_output=True, encoding="utf-8", check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert all("column" in answer for answer in answers if isinstance(answer, str)), answers
    return [None if isinstance(answer, str) else answer for answer in answers]


def plain(cell: Any) -> Any:
    """Return a cell as JSON can hold it."""
    if isinstance(cell, (date, datetime)):
        return cell.isoformat()
    return {"far": str(cell)} if isinstance(cell, float) and not math.isfinite(cell) else cell


def in_onnxruntime(data: bytes, rows: Sequence[Row]) -> Found:
    import onnxruntime

    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    feeds = {}
    for given in session.get_inputs():
        cells = [row[given.name] for row in rows]
        if given.type == "tensor(string)":
            feeds[given.name] = np.array(["" if c is None else str(c) for c in cells], dtype=object)
        else:
            assert given.type == "tensor(double)"
            feeds[given.name] = np.array([days(cell) for cell in cells], dtype=np.float64)
    (output,) = session.get_outputs()
    assert output.type == "tensor(double)"
    (found,) = session.run([output.name], feeds)
    assert found.shape == (len(rows),)
    return [told(value) for value in found.tolist()]


def days(cell: Any) -> Any:
    """Return a cell as ONNX takes it: dates are days since 1970-01-01."""
    if isinstance(cell, date) and not isinstance(cell, datetime):
        cell = datetime(cell.year, cell.month, cell.day)
    if isinstance(cell, datetime):
        return (cell - datetime(1970, 1, 1)) / timedelta(days=1)
    return math.nan if cell is None else cell


def in_sklearn(made: Any, rows: Sequence[Row]) -> Found:
    import pandas as pd

    kept = pickle.loads(pickle.dumps(made))
    names = list(rows[0])
    frame = pd.DataFrame(
        {name: pd.Series([row[name] for row in rows], dtype=object) for name in names[::-1]}
    )
    found = answers_of(kept, frame)
    assert answers_of(kept[-1], frame[names].to_numpy(dtype=object)) == found
    pickle.dumps(kept)
    return found


def answers_of(regressor: Any, cells: Any) -> Found:
    """Predict all rows; where that raises, halves of them, down to the row that is to blame."""
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            return [told(value) for value in regressor.predict(cells)]
    except (TypeError, ValueError):
        if len(cells) == 1:
            return [None]
        middle = len(cells) // 2
        return answers_of(regressor, cells[:middle]) + answers_of(regressor, cells[middle:])


PROGRAMS: dict[str, Callable[[Any, Sequence[Row]], Found]] = {
    "sql": in_duckdb,
    "spreadsheet": in_a_spreadsheet,
    "python": in_python,
    "javascript": in_javascript,
    "onnx": in_onnxruntime,
    "sklearn": in_sklearn,
}
