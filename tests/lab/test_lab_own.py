"""From a file to a model over the socket: what comes back is what Python gives, to the last bit."""

import csv
import io
import json
import math
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lab_client import House, Line, Visitor, house

import kedou as kd
from elsewhere import PROGRAMS
from kedou.fitting.hold_out import hold_out
from kedou.fitting.leave_one_out import leave_one_out
from kedou.fitting.split import split_last
from kedou.lab.vocabulary import CONVERSIONS
from kedou.moments.store import from_content, to_content

fast_scan = partial(kd.scan, precision="fast")  # as the lab scans

RUN = {"standardize": True, "learning_rate": 0.3, "steps": 40}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Return a lab, with a file of sales that holds all kinds of columns."""
    with house(tmp_path_factory.mktemp("own")) as found:
        found.write("sales.csv", sales(400))
        yield found


def sales(rows: int) -> str:
    random = np.random.default_rng(5)
    lines = ["编号,城市,面积,日期,电梯,重,价格"]
    for i in range(rows):
        area = round(random.normal(90, 20), 1)
        city = ["北京", "上海", "广州"][i % 3]
        price = 2 * area + 10 * (i % 3) + round(random.normal(0, 5), 2)
        day = f"2024-{1 + i // 28 % 12:02d}-{1 + i % 28:02d}"
        cell = "" if i % 50 == 7 else f"{area}"
        lines.append(f"{i + 1},{city},{cell},{day},{'true' if i % 4 else 'false'},{i % 3},{price}")
    return "\n".join(lines) + "\n"


async def opened(visitor: Visitor, line: Line, source: dict[str, Any]) -> str:
    answer = await line.finish(type="open", source=source)
    assert answer["type"] == "table", answer
    return str(answer["table"])


def talk(home: House, source: dict[str, Any], *asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Open something as an owner, ask questions about it, and return all answers."""

    async def run() -> list[dict[str, Any]]:
        visitor = await home.owner()
        async with visitor.socket() as line:
            answers = [await line.finish(type="open", source=source)]
            keys = {"table": answers[0].get("table"), "scan": None}
            for question in asked:
                filled = {k: keys[k] if v is Ellipsis else v for k, v in question.items()}
                answers.append(await line.finish(**filled))
                keys["scan"] = answers[-1].get("scan", keys["scan"])
            return answers

    found: list[dict[str, Any]] = home.run(run())
    return found


def scan(**options: Any) -> dict[str, Any]:
    return {"type": "scan", "table": ..., **options}


SALES = {"path": "sales.csv"}
PRICES = {"target": "价格", "features": ["面积"], "categorical": ["城市"]}


def test_opening_tells_columns_and_the_first_rows(home: House) -> None:
    (table,) = talk(home, SALES)
    assert (table["name"], table["format"], table["rows"]) == ("sales.csv", "csv", None)
    assert table["bytes"] == (home.data / "sales.csv").stat().st_size
    kinds = {column["name"]: column["kind"] for column in table["columns"]}
    assert list(kinds) == ["编号", "城市", "面积", "日期", "电梯", "重", "价格"]
    assert list(kinds.values()) == ["number", "text", "number", "date", "flag", "number", "number"]
    assert len(table["head"]) == 20
    rows = list(csv.reader(io.StringIO(sales(20))))[1:]
    assert [[cell or "" for cell in row] for row in table["head"]] == rows
    assert table["head"][7][2] is None


def test_a_file_in_gbk_is_read_and_said(home: House) -> None:
    home.write("gbk.csv", sales(50).encode("gb18030"))
    table, told = talk(home, {"path": "gbk.csv"}, {"type": "look", "table": ...})
    assert [column["name"] for column in table["columns"]][1] == "城市"
    assert "gb18030" in table["notes"][0]["text"]
    assert told["target"] == "价格"
    wrong, again = talk(home, {"path": "gbk.csv"}), []

    async def other() -> None:
        visitor = await home.owner()
        async with visitor.socket() as line:
            key = await opened(visitor, line, {"path": "gbk.csv"})
            again.append(await line.finish(type="open", source={"table": key}, encoding="latin-1"))
            again.append(await line.finish(type="open", source={"table": key}))

    home.run(other())
    assert again[0]["table"] == "t2"
    assert again[0]["columns"][1]["name"] != "城市"
    assert again[1]["table"] == "t1"
    assert again[1]["columns"] == wrong[0]["columns"]


@pytest.mark.parametrize("format", ["parquet", "feather", "csv.gz"])
def test_other_formats_and_uploads_are_the_same_table(home: House, format: str) -> None:
    plain = home.write("sales.csv", sales(400))
    path = home.data / f"sales.{format}"
    if format == "csv.gz":
        import gzip

        path.write_bytes(gzip.compress(plain.read_bytes()))
    else:
        import pyarrow.csv

        table = pyarrow.csv.read_csv(plain)
        if format == "parquet":
            pq.write_table(table, path)
        else:
            with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as out:
                out.write_table(table)
    _, one = talk(home, {"path": path.name}, scan(**PRICES))

    async def uploaded() -> dict[str, Any]:
        visitor = await home.guest()
        sent = await visitor.upload(f"C:\\fakepath\\{path.name}", path.read_bytes())
        assert sent.status == 200, sent.text
        async with visitor.socket() as line:
            key = await opened(visitor, line, {"upload": json.loads(sent.body)["upload"]})
            found: dict[str, Any] = await line.finish(**{**scan(**PRICES), "table": key})
            return found

    other = home.run(uploaded())
    for name in ("moments", "folds", "sample", "kind", "read", "used", "skipped"):
        assert other[name] == one[name], name
    same_bits(one, fast_scan(path, folds=5, **PRICES))


def same_bits(told: dict[str, Any], moments: kd.Moments) -> None:
    """Check that a message holds the very bits of moments and of their folds."""
    assert told["moments"] == {**json.loads(json.dumps(to_content(moments))), "folds": []}
    assert told["folds"] == json.loads(json.dumps([to_content(fold) for fold in moments.folds]))


def test_moments_have_the_very_bits_of_a_scan(home: House) -> None:
    path = home.data / "sales.csv"
    full = {
        "target": "价格",
        "features": ["面积"],
        "categorical": ["城市"],
        "dates": ["日期"],
        "weight": "重",
    }
    _, told = talk(home, SALES, scan(**full, folds=4, seed=9))
    moments = fast_scan(path, folds=4, seed=9, **full)
    same_bits(told, moments)
    assert (told["read"], told["used"], told["kind"]) == (400, moments.count, "folds")
    assert told["skipped"] == dict(moments.skipped) == {"面积": 8}
    _, none = talk(home, SALES, scan(**PRICES, folds=0))
    same_bits(none, fast_scan(path, **PRICES))
    assert none["kind"] is None


def test_powers_are_scanned(home: House) -> None:
    _, told = talk(home, SALES, scan(target="价格", polynomial={"面积": 3}, features=["面积"]))
    names = [column["name"] for column in told["moments"]["columns"]]
    assert names == ["面积", "面积^2", "面积^3"]


def test_what_is_left_out_is_said_with_its_reason(home: House) -> None:
    _, told = talk(home, SALES, scan(target="价格"))
    left = {one["name"]: one["why"] for one in told["left"]}
    assert set(left) == {"城市", "日期"}
    assert left["城市"]["code"] == "columns.left-text"
    assert "城市" in left["城市"]["text"]


def test_the_sample_is_that_of_the_hash_and_knows_its_folds(home: House) -> None:
    home.write("many.csv", "x,y\n" + "".join(f"{i},{i * i % 97}\n" for i in range(30_000)))
    _, told = talk(home, {"path": "many.csv"}, scan(target="y", seed=3))
    from kedou.fitting.sample import Sampler

    sampler = Sampler(seed=3)
    moments = fast_scan(home.data / "many.csv", target="y", folds=5, seed=3, observe=sampler)
    sample = sampler.sample(moments.columns)
    assert len(sample) == 2000
    assert told["sample"] == {
        "columns": ["x"],
        "X": sample.X.tolist(),
        "y": sample.y.tolist(),
        "rows": sample.rows.tolist(),
        "fold": sample.folds.tolist() if sample.folds is not None else None,
        "weight": None,
    }


def test_a_few_rows_are_left_out_one_by_one(home: House) -> None:
    _, told, run = talk(
        home, {"data": "tadpoles"}, scan(target="volume"), {"type": "run", "scan": ..., **RUN}
    )
    assert (told["kind"], len(told["folds"])) == ("leave-one-out", 7)
    source = kd.open(kd.data.tadpoles().path(), target="volume")
    same_bits({**told, "folds": []}, fast_scan(source))
    assert told["folds"] == json.loads(
        json.dumps([to_content(fold) for fold in leave_one_out(source).folds])
    )
    held = hold_out(leave_one_out(source), **RUN)
    assert run["held"]["rmse"] == held.rmse
    assert run["held"]["mae_rows"] == 7
    _, five = talk(home, {"data": "tadpoles"}, scan(target="volume", folds=5))
    assert (five["kind"], len(five["folds"])) == ("folds", 5)


def test_the_last_part_and_groups_are_held_out(home: House) -> None:
    path = home.data / "sales.csv"
    _, told, run = talk(
        home, SALES, scan(**PRICES, split_by="日期"), {"type": "run", "scan": ..., **RUN}
    )
    moments, split = split_last(kd.open(path, key="日期", **PRICES))
    same_bits(told, moments)
    assert told["kind"] == "split"
    assert told["split"] == {name: getattr(split, name) for name in split.__slots__}
    assert run["held"]["rmse"] == hold_out(moments, "split", **RUN).rmse
    assert run["held"]["folds"] == 1
    _, told, run = talk(
        home, SALES, scan(**PRICES, group_by="电梯"), {"type": "run", "scan": ..., **RUN}
    )
    assert told["kind"] == "group"
    assert run["held"]["kind"] == "group"
    same_bits(told, fast_scan(kd.open(path, key="电梯", **PRICES), folds=5))


def test_likely_leaks_are_named(home: House) -> None:
    lines = [f"{i},{2 * i + 1},{'odd' if i % 2 else 'even'},{i % 2}" for i in range(200)]
    home.write("leak.csv", "a,twice,kind,y\n" + "\n".join(lines) + "\n")
    leak = {"path": "leak.csv"}
    _, one = talk(home, leak, scan(target="a", features=["twice", "y"]))
    assert one["leaks"] == [{"name": "twice", "correlation": 1.0}]
    _, two = talk(home, leak, scan(target="y", features=["a"], categorical=["kind"]))
    assert [found["name"] for found in two["leaks"]] == ["kind"]
    _, told = talk(home, leak, {"type": "look", "table": ..., "target": "a"})
    why = {column["name"]: column["why"] for column in told["columns"]}
    assert why["twice"]["code"] == "lab.look-leak"


def test_columns_that_may_only_number_the_rows_are_named(home: House) -> None:
    lines = [f"{1000 + (i * 7) % 200},{i % 13},{i % 5}" for i in range(200)]
    home.write("numbered.csv", "nr,size,y\n" + "\n".join(lines) + "\n")
    file = {"path": "numbered.csv"}
    _, told = talk(home, file, scan(target="y", features=["nr", "size"]))
    assert [(each["name"], each["why"]["code"]) for each in told["numberings"]] == [
        ("nr", "moments.numbering-consecutive")
    ]
    assert "1,000" in told["numberings"][0]["why"]["text"]
    _, told = talk(home, file, scan(target="y", features=["size"]))
    assert told["numberings"] == []


def columns_of(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {column["name"]: column for column in told["columns"]}


def test_looking_tells_what_each_column_holds(home: House) -> None:
    _, told = talk(home, SALES, {"type": "look", "table": ...})
    assert (told["rows"], told["of"], told["target"]) == (400, None, "价格")
    found = columns_of(told)
    assert found["面积"]["missing"] == 8
    assert sum(found["面积"]["histogram"]["counts"]) == 392
    assert len(found["面积"]["histogram"]["edges"]) == len(found["面积"]["histogram"]["counts"]) + 1
    assert found["面积"]["relation"] == pytest.approx(0.98, abs=0.02)
    assert found["城市"]["levels"] == [["北京", 134], ["上海", 133], ["广州", 133]]
    assert 0 < found["城市"]["relation"] < 0.6
    assert found["日期"]["min"] == 19723.0
    assert found["电梯"]["levels"] == [["false", 100], ["true", 300]]
    suggested = {name: column["suggest"] for name, column in found.items()}
    assert suggested == {
        "编号": "leave", "城市": "categorical", "面积": "feature", "日期": "date",
        "电梯": "feature", "价格": "feature", "重": "feature",
    }  # fmt: skip
    assert found["编号"]["why"]["code"] == "lab.look-counts"
    assert found["价格"]["relation"] is None
    _, other = talk(home, SALES, {"type": "look", "table": ..., "target": "面积"})
    assert columns_of(other)["价格"]["relation"] == pytest.approx(0.98, abs=0.02)
    _, wrong = talk(home, SALES, {"type": "look", "table": ..., "target": "no such"})
    assert wrong["code"] == "columns.unknown"


def test_looking_says_what_to_leave_and_why(home: House) -> None:
    lines = ["empty,constant,sparse,id,many,y"]
    for i in range(300):
        sparse = str(i % 7) if i % 2 else ""
        lines.append(f",5,{sparse},name {i},{'abcdefghij'[i % 10]}{i % 60},{i % 11}")
    home.write("odd.csv", "\n".join(lines) + "\n")
    _, told = talk(home, {"path": "odd.csv"}, {"type": "look", "table": ...})
    why = {name: (c["suggest"], c["why"]["code"]) for name, c in columns_of(told).items()
           if c["why"]}  # fmt: skip
    assert why == {
        "empty": ("leave", "lab.look-empty"),
        "constant": ("leave", "lab.look-constant"),
        "sparse": ("leave", "lab.look-missing"),
        "id": ("leave", "lab.look-names"),
    }
    assert told["target"] == "y"
    assert "50 %" in columns_of(told)["sparse"]["why"]["text"]
    _, suggested = talk(home, {"data": "engel"}, {"type": "look", "table": ...})
    assert suggested["target"] == kd.data.engel().target_name


@pytest.mark.parametrize(
    "settings",
    [
        RUN,
        {},
        {"rule": "momentum", "standardize": True},
        {"rule": {"name": "adam", "learning_rate": 0.1}, "steps": 30, "ridge": 0.5},
        {"features": ["面积"], "learning_rate": 1e-5},
        {"start": "random", "seed": 4, "standardize": True, "steps": 5},
        {"learning_rate": 10.0},
    ],
)
def test_a_run_has_the_very_bits_of_python(home: House, settings: dict[str, Any]) -> None:
    *_, run = talk(home, SALES, scan(**PRICES), {"type": "run", "scan": ..., **settings})
    assert run["type"] == "run", run
    moments = fast_scan(home.data / "sales.csv", folds=5, **PRICES)
    given = dict(settings)
    if "features" in given:
        moments = moments.select(given.pop("features"))
    if isinstance(given.get("rule"), dict):
        given["rule"] = kd.rules.from_json(given["rule"])
    expected = kd.descend(moments, **given)
    assert run["run"]["theta"] == expected.theta.tolist()
    assert run["run"]["loss"] == [x if math.isfinite(x) else None for x in expected.loss.tolist()]
    assert run["run"]["outcome"] == expected.outcome
    if expected.outcome == "diverged":
        assert run["held"] is None
        return
    again = {"standardize": False, **given, "seed": expected.seed}
    if settings.get("rule") == "momentum":
        again["learning_rate"] = expected.learning_rate
    held = hold_out(moments, **again)
    assert run["held"]["rmse"] == held.rmse
    assert run["held"]["fold_rmse"] == list(held.fold_rmse)
    assert run["held"]["mae_rows"] == 392
    assert 0 < run["held"]["mae"] < run["held"]["baseline_mae"]


def test_a_run_of_many_numbers_is_thinned(home: House) -> None:
    names = [f"x{i}" for i in range(60)]
    random = np.random.default_rng(0)
    pq.write_table(
        pa.table({name: random.normal(size=500) for name in [*names, "y"]}),
        home.data / "wide.parquet",
    )
    _, _, run = talk(
        home,
        {"path": "wide.parquet"},
        scan(target="y"),
        {"type": "run", "scan": ..., "steps": 10_000, "learning_rate": 0.1},
    )
    steps = run["run"]["steps"]
    assert (steps[0], steps[1], steps[-1]) == (0, 8, 10_000)
    assert len(steps) == len(run["run"]["theta"]) == len(run["run"]["loss"]) == 1251
    moments = fast_scan(home.data / "wide.parquet", target="y", folds=5)
    expected = kd.descend(moments, steps=10_000, learning_rate=0.1)
    assert run["run"]["theta"][-1] == expected.theta[-1].tolist()
    assert run["run"]["loss"][1] == expected.loss[8]


@pytest.mark.parametrize("loss", ["huber", {"name": "huber", "delta": 3.0}, "absolute"])
def test_other_losses_go_over_the_rows_with_news(home: House, loss: Any) -> None:
    settings = {"standardize": True, "steps": 60, "features": ["面积", "城市"]}

    async def run() -> tuple[dict[str, Any], list[dict[str, Any]]]:
        visitor = await home.owner()
        async with visitor.socket() as line:
            key = await opened(visitor, line, SALES)
            told = await line.finish(**{**scan(**PRICES), "table": key})
            line.news.clear()
            found = await line.finish(type="passes", scan=told["scan"], loss=loss, **settings)
            return found, [one for one in line.news if one["type"] == "passing"]

    found, news = home.run(run())
    made = kd.losses.from_json(loss) if isinstance(loss, dict) else loss
    expected = kd.descend(
        kd.open(home.data / "sales.csv", **PRICES), loss=made, standardize=True, steps=60
    )
    assert found["run"]["theta"] == expected.theta.tolist()
    assert found["held"] is None
    assert news[-1]["step"] == 60
    assert news[-1]["theta"] == expected.theta[-1].tolist()
    assert all(one["total"] == 60 for one in news)
    assert [one["step"] for one in news] == sorted(one["step"] for one in news)


def test_one_row_is_predicted_as_the_model_does(home: House) -> None:
    row = {"面积": 100, "城市": "上海", "not used": None}
    predict = {"type": "predict", "scan": ..., "row": row, **RUN}
    *_, one, wide, none, unseen, lacking = talk(
        home,
        SALES,
        scan(**PRICES),
        predict,
        {**predict, "interval": 0.5},
        {**predict, "interval": None},
        {**predict, "row": {"面积": 100, "城市": "深圳"}},
        {**predict, "row": {"面积": 100}},
    )
    path = home.data / "sales.csv"
    moments = fast_scan(path, folds=5, **PRICES)
    model = kd.fitting.make_model(kd.open(path, **PRICES), kd.descend(moments, **RUN))
    expected = model.predict({"面积": [100.0], "城市": ["上海"]}, interval=0.95)
    assert (one["type"], one["value"]) == ("predicted", expected.value[0])
    assert (one["lower"], one["upper"]) == (expected.lower[0], expected.upper[0])
    assert one["lower"] < wide["lower"] < wide["upper"] < one["upper"]
    assert none["lower"] is None
    assert unseen["code"] == "columns.level-unseen"
    assert lacking["code"].startswith("columns.unknown")


def test_a_feature_that_is_off_is_not_needed_to_predict(home: House) -> None:
    polynomial = {"target": "价格", "polynomial": {"面积": 3}, "categorical": ["城市"],
                  "features": ["面积"], "dates": ["日期"]}  # fmt: skip
    kept = ["面积^3", "日期:trend"]
    *_, one, two, three, four = talk(
        home,
        SALES,
        scan(**polynomial),
        {"type": "run", "scan": ..., **RUN, "features": ["城市"]},
        {"type": "predict", "scan": ..., **RUN, "features": ["城市"], "row": {"城市": "广州"}},
        {"type": "run", "scan": ..., **RUN, "features": kept},
        {
            "type": "predict", "scan": ..., **RUN, "features": kept,
            "row": {"面积": 2, "日期": "1970-01-11"},
        },
    )  # fmt: skip
    theta = dict(zip(one["run"]["parameters"], one["run"]["theta"][-1], strict=True))
    assert two["value"] == pytest.approx(theta["城市=广州"] + theta["intercept"])
    theta = dict(zip(three["run"]["parameters"], three["run"]["theta"][-1], strict=True))
    assert list(theta) == [*kept, "intercept"]
    value = theta["面积^3"] * 8 + theta["日期:trend"] * 10
    assert four["value"] == pytest.approx(value + theta["intercept"])


async def saved(visitor: Visitor, line: Line, **question: Any) -> tuple[dict[str, Any], bytes]:
    answer = await line.finish(type="save", **question)
    assert answer["type"] == "saved", answer
    file = await visitor.ask(f"/download/{answer['file']['id']}")
    assert file.status == 200
    assert len(file.body) == answer["file"]["bytes"] == int(file["content-length"] or 0)
    return answer, file.body


def test_everything_that_is_saved_can_be_used_again(home: House, tmp_path: Any) -> None:
    found: dict[str, bytes] = {}
    texts: dict[str, Any] = {}

    async def run() -> None:
        visitor = await home.owner()
        async with visitor.socket() as line:
            key = await opened(visitor, line, SALES)
            told = await line.finish(**{**scan(**PRICES, seed=2), "table": key})
            for kind in ("model", "history-csv", "history-parquet", "moments", "python"):
                answer, body = await saved(
                    visitor, line, scan=told["scan"], settings=RUN, kind=kind
                )
                found[kind], texts[kind] = body, answer["text"]
                assert answer["file"]["name"].startswith("sales-")

    home.run(run())
    path = home.data / "sales.csv"
    moments = fast_scan(path, folds=5, seed=2, **PRICES)
    expected = kd.descend(moments, **RUN)
    for kind, body in found.items():
        (tmp_path / kind).write_bytes(body)
    model = kd.load_model(tmp_path / "model")
    assert model.theta.tolist() == expected.theta[-1].tolist()
    assert kd.Moments.load(tmp_path / "moments") == moments
    frame = pq.read_table(tmp_path / "history-parquet")
    assert frame.column("loss").to_pylist() == expected.loss.tolist()
    rows = list(csv.DictReader(io.StringIO(found["history-csv"].decode())))
    assert [float(row["面积"]) for row in rows] == expected.theta[:, 0].tolist()
    assert texts["python"] == found["python"].decode()
    assert texts["model"] is None
    done = subprocess.run(
        [sys.executable, str(tmp_path / "python")],
        cwd=home.data, capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = [line.rsplit(" ", 1) for line in done.stdout.strip().split("\n")[1:]]
    assert {name: float(value) for name, value in lines} == dict(
        zip(expected.parameter_names, expected.theta[-1].tolist(), strict=True)
    )


@pytest.mark.parametrize(
    ("asked", "settings"),
    [
        ({"split_by": "日期"}, RUN),
        ({"group_by": "电梯", "missing": "skip"}, {"rule": "adam", "steps": 20}),
        ({"weight": "重", "folds": 0}, {"rule": "momentum", "steps": 9, "standardize": True}),
        ({}, {"features": ["城市"], "start": "random", "seed": 3, "steps": 7}),
    ],
)
def test_the_code_of_a_run_gives_its_numbers(
    home: House, tmp_path: Any, asked: dict[str, Any], settings: dict[str, Any]
) -> None:
    *_, run, code = talk(
        home,
        SALES,
        scan(**PRICES, **asked),
        {"type": "run", "scan": ..., **settings},
        {"type": "save", "scan": ..., "kind": "python", "settings": settings},
    )
    assert code["type"] == "saved", code
    done = subprocess.run(
        [sys.executable, "-c", code["text"]],
        cwd=home.data, capture_output=True, text=True, check=True,
    )  # fmt: skip
    values = [float(line.rsplit(" ", 1)[1]) for line in done.stdout.strip().split("\n")[1:]]
    assert values == run["run"]["theta"][-1]


def test_the_code_of_a_run_over_rows_has_what_was_switched_on(home: House) -> None:
    home.write("gaps.csv", sales(60) + "61,,50,2024-01-01,true,1,500\n62,深圳,80,,,,\n")
    settings = {"features": ["面积"], "loss": "huber", "steps": 12, "learning_rate": 1e-4}
    *_, run, code = talk(
        home,
        {"path": "gaps.csv"},
        scan(**PRICES, missing="skip"),
        {"type": "passes", "scan": ..., **settings},
        {"type": "save", "scan": ..., "kind": "python", "settings": settings},
    )
    assert run["run"]["parameters"] == ["面积", "intercept"]
    done = subprocess.run(
        [sys.executable, "-c", code["text"]],
        cwd=home.data, capture_output=True, text=True, check=True,
    )  # fmt: skip
    values = [float(line.rsplit(" ", 1)[1]) for line in done.stdout.strip().split("\n")[1:]]
    assert values == run["run"]["theta"][-1]


def test_a_run_over_rows_is_saved_after_it_was_made(home: House, tmp_path: Any) -> None:
    settings = {"standardize": True, "steps": 30, "loss": "huber"}

    async def run() -> tuple[list[dict[str, Any]], bytes]:
        visitor = await home.owner()
        async with visitor.socket() as line:
            key = await opened(visitor, line, SALES)
            told = await line.finish(**{**scan(**PRICES), "table": key})
            row = {"面积": 80.0, "城市": "北京"}
            before = await line.finish(type="predict", scan=told["scan"], row=row, **settings)
            first = await line.finish(
                type="save", scan=told["scan"], kind="model", settings=settings
            )
            await line.finish(type="passes", scan=told["scan"], **settings)
            other = await line.finish(
                type="save", scan=told["scan"], kind="model", settings={**settings, "steps": 31}
            )
            answer = await line.finish(type="predict", scan=told["scan"], row=row, **settings)
            _, body = await saved(visitor, line, scan=told["scan"], kind="model", settings=settings)
            return [before, first, other, answer], body

    (before, first, other, answer), body = home.run(run())
    assert [one["code"] for one in (before, first, other)] == ["lab.run-first"] * 3
    (tmp_path / "model.json").write_bytes(body)
    model = kd.load_model(tmp_path / "model.json")
    expected = kd.descend(
        kd.open(home.data / "sales.csv", **PRICES), loss="huber", standardize=True, steps=30
    )
    assert model.theta.tolist() == expected.theta[-1].tolist()
    assert answer["value"] == model.predict({"面积": [80.0], "城市": ["北京"]})[0]
    assert answer["lower"] is None


def test_predictions_of_all_rows_are_a_table(home: House) -> None:
    home.write("gaps.csv", sales(60) + "61,北京,oops,2024-01-01,true,1,5\n62,深圳,80\n")

    async def run() -> bytes:
        visitor = await home.owner()
        async with visitor.socket() as line:
            key = await opened(visitor, line, {"path": "gaps.csv"})
            told = await line.finish(**{**scan(**PRICES, skip_bad_rows=True), "table": key})
            _, body = await saved(
                visitor, line, scan=told["scan"], kind="predictions", settings=RUN, interval=0.9
            )
            return body

    rows = list(csv.DictReader(io.StringIO(home.run(run()).decode())))
    assert list(rows[0]) == ["row", "价格", "prediction", "lower", "upper"]
    assert [int(row["row"]) for row in rows] == list(range(1, 63))
    path = home.data / "gaps.csv"
    moments = fast_scan(path, folds=0, bad_cells="skip", **PRICES)
    model = kd.fitting.make_model(
        kd.open(path, **PRICES), kd.descend(fast_scan(path, bad_cells="skip", **PRICES), **RUN)
    )
    assert moments.count == 58
    for number in (0, 10, 59):
        area = csv.reader(io.StringIO(sales(60).split("\n")[number + 1]))
        cells = next(area)
        value = model.predict({"面积": [float(cells[2])], "城市": [cells[1]]})[0]
        assert float(rows[number]["prediction"]) == pytest.approx(value, rel=1e-9)
        assert float(rows[number]["lower"]) < value < float(rows[number]["upper"])
    for number in (7, 60, 61):
        assert rows[number]["prediction"] == ""


@pytest.mark.parametrize("kind", CONVERSIONS)
def test_a_model_taken_away_predicts_the_same_elsewhere(home: House, kind: str) -> None:
    async def run() -> tuple[dict[str, Any], bytes]:
        visitor = await home.owner()
        async with visitor.socket() as line:
            key = await opened(visitor, line, SALES)
            told = await line.finish(**{**scan(**PRICES), "table": key})
            return await saved(visitor, line, scan=told["scan"], kind=kind, settings=RUN)

    answer, body = home.run(run())
    rows: list[dict[str, Any]] = [
        {"面积": 20.5 * i - 3.25, "城市": city}
        for i, city in enumerate(["北京", "上海", "广州", "上海"])
    ]
    path = home.data / "sales.csv"
    moments = fast_scan(path, folds=5, **PRICES)
    model = kd.fitting.make_model(kd.open(path, **PRICES), kd.descend(moments, **RUN))
    expected = model.predict({name: [row[name] for row in rows] for name in rows[0]})
    name = CONVERSIONS[kind]
    read = {"sklearn": pickle.loads, "onnx": bytes}.get(name, bytes.decode)
    made: Any = read(body)
    assert answer["text"] == (made if isinstance(made, str) else None)
    np.testing.assert_allclose(PROGRAMS[name](made, rows), expected, rtol=1e-12)


def test_the_report_is_a_page_of_its_own(home: House) -> None:
    *_, said = talk(
        home,
        {"data": "engel"},
        scan(target="food"),
        {"type": "save", "scan": ..., "kind": "report"},
    )
    assert said["type"] == "saved"
    assert said["file"]["name"] == "engel-report.html"
    assert said["file"]["bytes"] > 100_000


def test_the_report_warns_of_rows_and_columns_that_took_no_part(home: House) -> None:
    home.write(
        "holes.csv", "x,town,y\n" + "".join(f"{i},a,{i % 7}\n" for i in range(40)) + ",b,3\n"
    )

    async def run() -> bytes:
        visitor = await home.owner()
        async with visitor.socket() as line:
            key = await opened(visitor, line, {"path": "holes.csv"})
            told = await line.finish(**{**scan(target="y"), "table": key})
            _, body = await saved(visitor, line, scan=told["scan"], kind="report", settings=RUN)
            return body

    page = home.run(run()).decode()
    found = re.search(r'id="kedou-report">(.*?)</script>', page)
    assert found
    codes = [each["code"] for each in json.loads(found[1])["warnings"]]
    assert "reporting.some-skipped" in codes
    assert "reporting.columns-left-out" in codes


def test_a_run_that_diverged_is_no_model(home: House) -> None:
    settings = {"learning_rate": 10.0}
    *_, model, row = talk(
        home,
        {"data": "engel"},
        scan(target="food"),
        {"type": "save", "scan": ..., "kind": "model", "settings": settings},
        {"type": "predict", "scan": ..., "row": {"income": 1}, **settings},
    )
    assert model["code"] == row["code"] == "fitting.diverged"


ERRORS: list[tuple[dict[str, Any], str]] = [
    (scan(target="no such"), "columns.unknown"),
    (scan(target="城市"), "columns.target-not-numeric"),
    (scan(target="价格", features=["城市"]), "columns.feature-text"),
    (scan(target="价格", features=["价格"]), "columns.role-and-feature"),
    (scan(target="价格", missing="error"), "columns.missing-cell"),
    (scan(target="价格", folds=1), "fitting.folds"),
    (scan(target="价格", split_by="城市"), "hold_out.not-ordered"),
    (scan(target="价格", split_by="日期", group_by="城市"), "lab.split-and-group"),
    (scan(target="价格", categorical=["编号"], features=["面积"]), "lab.too-many-columns"),
    ({"type": "run", "scan": "s9"}, "lab.no-scan"),
    ({"type": "look", "table": "t9"}, "lab.no-table"),
    ({"type": "open", "source": {"upload": "u9"}}, "lab.no-upload"),
    ({"type": "open", "source": {"data": "engels"}}, "data.unknown-close"),
    ({"type": "open", "source": {"path": "sales.csv"}, "delimiter": '"'}, "sources.delimiter"),
    ({"type": "open", "source": {"path": "sales.csv"}, "encoding": "zlib"}, "sources.encoding"),
]


@pytest.mark.parametrize(("asked", "code"), ERRORS)
def test_what_cannot_be_done_comes_as_code_values_and_text(
    home: House, asked: dict[str, Any], code: str
) -> None:
    *_, said = talk(home, SALES, asked)
    assert (said["type"], said["code"]) == ("error", code)
    assert set(said) == {"type", "id", "code", "values", "text"}
    assert said["text"] == kd.texts.say(code, "en", **said["values"])


def test_words_come_in_the_language_of_the_page(home: House) -> None:
    async def run() -> list[dict[str, Any]]:
        visitor = await home.owner()
        async with visitor.socket() as line:
            await line.finish(type="hello", language="zh")
            key = await opened(visitor, line, SALES)
            return [
                await line.finish(type="look", table=key),
                await line.finish(**{**scan(target="价格", missing="error"), "table": key}),
            ]

    told, said = home.run(run())
    assert "只是行号" in columns_of(told)["编号"]["why"]["text"]
    assert "第 8 行" in said["text"] or "缺" in said["text"]


def test_a_built_in_data_set_is_answered_from_memory_the_second_time(home: House) -> None:
    asked = ({"data": "penguins"}, {"type": "look", "table": ...})
    first = talk(home, *asked)
    before = len(home.lab.shared.known)

    class NoPool:
        async def do(self, *given: Any, **options: Any) -> Any:
            raise AssertionError("a worker was asked")

    pool, home.lab.shared.pool = home.lab.shared.pool, NoPool()  # type: ignore[assignment]
    try:
        again = talk(home, *asked)
    finally:
        home.lab.shared.pool = pool
    assert again == first
    assert len(home.lab.shared.known) == before


def test_a_million_rows(home: House) -> None:
    random = np.random.default_rng(1)
    X = random.normal(size=(1_000_000, 3))
    table = pa.table({**{f"x{j}": X[:, j] for j in range(3)}, "y": X.sum(axis=1)})
    pq.write_table(table, home.data / "million.parquet", row_group_size=100_000)

    async def run() -> tuple[dict[str, Any], list[dict[str, Any]]]:
        visitor = await home.owner()
        async with visitor.socket() as line:
            key = await opened(visitor, line, {"path": "million.parquet"})
            line.news.clear()
            return await line.finish(**{**scan(target="y"), "table": key}), line.news

    told, news = home.run(run())
    same_bits(told, fast_scan(home.data / "million.parquet", target="y", folds=5))
    assert told["used"] == 1_000_000
    assert [one["rows"] for one in news] == sorted(one["rows"] for one in news)
    assert all(one["total"] == 1_000_000 for one in news)
    partly = [one["moments"] for one in news if one["moments"] is not None]
    for content in partly:
        some = from_content(content)
        assert 0 < some.count <= 1_000_000
        assert kd.descend(some, steps=3).outcome
