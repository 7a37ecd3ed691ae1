"""What the engine says over the socket: the very numbers of Python, and errors in words."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lab_client import Line, Visitor, make_lab

import kedou as kd
from kedou.lab import answers, talk
from kedou.lab.app import Lab
from kedou.lab.messages import Ask
from kedou.lab.workers import StoppedError, Workers
from kedou.sources.mapped import Mapped


def over_socket(talk: Callable[[Line, Lab], Coroutine[Any, Any, None]], **options: Any) -> None:
    """Run a talk over one socket of the owner of a new lab."""

    async def run() -> None:
        lab = make_lab(**options)
        visitor = await Visitor(lab).enter(lab)
        try:
            async with visitor.socket() as line:
                await talk(line, lab)
        finally:
            await lab.close()

    asyncio.run(run())


def once(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to one message."""
    found: dict[str, Any] = {}

    async def talk(line: Line, lab: Lab) -> None:
        found.update(await line.ask(asked))

    over_socket(talk)
    return found


def test_hello_tells_who_and_where() -> None:
    said = once({"type": "hello", "id": 4, "language": "zh_CN.UTF-8"})
    assert (said["type"], said["id"]) == ("hello", 4)
    assert said["version"] == kd.__version__
    assert said["language"] == "zh-CN"
    assert said["languages"] == ["en", "zh-CN"]
    assert said["session"]["kind"] == "owner"
    assert said["limits"]["steps"] == 10_000


def test_describe_tells_of_all_data_sets_and_of_one() -> None:
    said = once({"type": "describe"})
    assert [data["name"] for data in said["data"]] == kd.data.names()
    assert all("table" not in data for data in said["data"])
    tadpoles = once({"type": "describe", "data": "tadpoles"})["data"]
    data = kd.data.tadpoles()
    assert tadpoles["table"] == {
        "time": data.X[:, 0].tolist(),
        "volume": data.y.tolist(),
    }
    assert (tadpoles["features"], tadpoles["target"]) == (["time"], "volume")
    assert tadpoles["title"] == "Seven tadpoles"


def test_words_come_in_the_language_that_hello_chose() -> None:
    async def talk(line: Line, lab: Lab) -> None:
        await line.ask({"type": "hello", "language": "zh"})
        said = await line.ask({"type": "describe", "data": "tadpoles"})
        assert said["data"]["title"] == "七只蝌蚪"
        assert said["data"]["columns"][0]["description"] == "时间"
        wrong = await line.ask({"type": "descend", "data": "tadpols", "id": 3})
        assert "没有叫" in wrong["text"]
        run = (await line.ask({"type": "descend", "data": "tadpoles", "learning_rate": 0.2}))["run"]
        assert "学习率" in run["messages"][0]["text"]

    over_socket(talk)


RUNS: list[dict[str, Any]] = [
    {"data": "tadpoles", "learning_rate": 0.05, "steps": 20},
    {"data": "tadpoles", "learning_rate": 0.11, "steps": 50, "intercept": False},
    {"data": "tadpoles", "rule": "sign", "learning_rate": 0.5, "start": 1.0, "steps": 20},
    {"data": "tadpoles", "rule": {"name": "momentum", "learning_rate": 0.01, "momentum": 0.5}},
    {"data": "longley", "standardize": True, "steps": 200, "ridge": 0.1},
    {"data": "tadpoles", "loss": {"name": "huber", "delta": 0.5}, "steps": 30},
    {"data": "tadpoles", "start": "random", "seed": 7, "steps": 5, "tolerance": 0.5},
    {"data": "tadpoles", "rule": "slope", "start": 1.0, "intercept": False, "steps": 400},
]


@pytest.mark.parametrize("asked", RUNS)
def test_a_run_has_the_very_bits_of_python(asked: dict[str, Any]) -> None:
    settings = {name: value for name, value in asked.items() if name != "data"}
    for name, table in (("rule", kd.rules), ("loss", kd.losses)):
        if isinstance(settings.get(name), dict):
            settings[name] = table.from_json(settings[name])
    run = kd.descend(kd.data.load(asked["data"]), **settings)
    said = once({"type": "descend", "id": 1, **asked})
    assert (said["type"], said["id"]) == ("descend", 1)
    told = said["run"]
    for name in ("theta", "loss", "gradient", "steps"):
        expected = getattr(run, name)
        assert np.array_equal(np.array(told[name], dtype=expected.dtype), expected), name
    assert told["outcome"] == run.outcome
    assert told["oscillating"] == run.oscillating
    assert told["parameters"] == list(run.parameter_names)
    assert told["stop"] == run.stop
    assert told["seed"] == run.seed
    assert told["rule"] == dict(run.rule)
    assert run.exact is not None
    assert told["exact"] == {"theta": run.exact.theta.tolist(), "loss": run.exact.loss}
    assert " ".join(message["text"] for message in told["messages"]) == run.advice
    assert all(message["code"].startswith("descent.") for message in told["messages"])
    if run.rates is not None:
        assert told["rates"]["limit"] == run.rates.limit


def test_points_are_descended_on_as_an_array() -> None:
    points = [[1.0, 1.0], [2.0, 3.0], [4.0, 4.5]]
    said = once({"type": "descend", "points": points, "steps": 9})["run"]
    run = kd.descend(np.array(points)[:, :1], y=np.array(points)[:, 1], steps=9)
    assert said["theta"] == run.theta.tolist()
    assert said["parameters"] == ["x", "intercept"]
    wide = once({"type": "descend", "points": [[1, 2, 3], [2, 1, 5], [0, 4, 1]], "steps": 3})["run"]
    assert wide["parameters"] == ["x1", "x2", "intercept"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"data": "../../etc/passwd"}, "data.unknown"),
        ({"data": "tadpols"}, "data.unknown-close"),
        ({"data": "tadpoles", "rule": "adams"}, "rules.unknown-close"),
        ({"data": "tadpoles", "rule": "os.system"}, "rules.unknown"),
        ({"data": "tadpoles", "rule": {"name": "adam", "rate": 1}}, "rules.constants"),
        ({"data": "tadpoles", "loss": "exec"}, "losses.unknown"),
        ({"data": "tadpoles", "start": [0.0] * 9}, "spectrum.start-shape"),
        ({"data": "tadpoles", "tolerance": -1}, "spectrum.tolerance"),
        ({"data": "tadpoles", "loss": "huber", "steps": 2001}, "lab.steps-over-rows"),
        ({"data": "tadpoles", "loss": "log"}, "losses.target-not-0-1"),
    ],
)
def test_what_the_engine_refuses_comes_as_code_values_and_text(
    asked: dict[str, Any], code: str
) -> None:
    said = once({"type": "descend", "id": 8, **asked})
    assert (said["type"], said["id"]) == ("error", 8)
    assert said["code"] == code
    assert set(said) == {"type", "id", "code", "values", "text"}
    assert said["text"] == kd.texts.say(said["code"], "en", **said["values"])


def test_a_wrong_message_is_told_and_the_talk_goes_on() -> None:
    async def talk(line: Line, lab: Lab) -> None:
        for wrong in ("{", "[]", '{"type": "x", "id": 3}', "[" * 99_999):
            said = await line.ask(wrong)
            assert said["type"] == "error"
            assert said["code"].startswith("lab.")
        await line.incoming.put({"type": "websocket.receive", "bytes": b'{"type": "hello"}'})
        assert (await line.hear())["code"] == "lab.not-text"
        assert (await line.ask({"type": "hello", "id": 9}))["id"] == 9

    over_socket(talk)


def test_numbers_that_are_not_finite_become_null() -> None:
    text = json.dumps(answers.plain({"a": np.array([1.0, np.inf, np.nan]), "b": np.float64("nan")}))
    assert text == '{"a": [1.0, null, null], "b": null}'


class Held:
    """An engine that answers when it is told to, and says how many questions are in its hands."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.gate = threading.Event()
        self.begun: list[int | None] = []
        self.stopped: list[int | None] = []
        self.inside = 0
        self.most_inside = 0
        monkeypatch.setattr(answers, "descend", self.descend)

    def descend(self, ask: Ask, language: str, stop: threading.Event) -> dict[str, Any]:
        self.begun.append(ask.id)
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        for _ in range(2000):
            if stop.is_set():
                self.stopped.append(ask.id)
                self.inside -= 1
                raise StoppedError
            if self.gate.wait(0.005):
                break
        self.inside -= 1
        return {"run": ask.id}

    async def until(self, begun: int) -> None:
        for _ in range(2000):
            if len(self.begun) >= begun:
                return
            await asyncio.sleep(0.005)
        raise AssertionError(f"{self.begun}")


def test_one_question_is_in_flight_and_the_newest_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held(monkeypatch)

    async def talk(line: Line, lab: Lab) -> None:
        await line.say({"type": "descend", "id": 0, "data": "tadpoles"})
        await held.until(1)
        for number in range(1, 6):
            await line.say({"type": "descend", "id": number, "data": "tadpoles"})
        dropped = [await line.hear() for _ in range(4)]
        assert dropped == [{"type": "dropped", "id": number} for number in range(1, 5)]
        await line.ask({"type": "hello", "id": 77})
        held.gate.set()
        assert [(await line.hear())["id"] for _ in range(2)] == [0, 5]

    over_socket(talk)
    assert held.begun == [0, 5]
    assert held.most_inside == 1


def test_a_question_of_another_type_is_not_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held(monkeypatch)

    async def talk(line: Line, lab: Lab) -> None:
        await line.say({"type": "descend", "id": 0, "data": "tadpoles"})
        await held.until(1)
        await line.say({"type": "describe", "id": 1})
        await line.say({"type": "descend", "id": 2, "data": "tadpoles"})
        held.gate.set()
        assert [(await line.hear())["id"] for _ in range(3)] == [0, 1, 2]

    over_socket(talk)


def test_a_run_stops_when_its_socket_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held(monkeypatch)

    async def run() -> None:
        lab = make_lab(workers=Workers(threads=1))
        visitor = await Visitor(lab).enter(lab)
        async with visitor.socket() as line, visitor.socket() as other:
            await line.say({"type": "descend", "id": 0, "data": "tadpoles"})
            await held.until(1)
            await other.say({"type": "descend", "id": 1, "data": "tadpoles"})
        for _ in range(1000):
            if held.stopped:
                break
            await asyncio.sleep(0.005)
        held.gate.set()
        async with visitor.socket() as line:
            said = await line.ask({"type": "descend", "id": 2, "data": "tadpoles"})
            assert said["run"] == 2

    asyncio.run(run())
    assert held.stopped == [0]
    assert held.begun == [0, 2]


def test_a_long_run_of_the_engine_ends_at_its_next_pass() -> None:
    ask = Ask("descend", 1, {"data": "engel", "loss": "huber", "steps": 2000})
    stop = threading.Event()
    passes = [0]
    true = Mapped.parts

    def counted(self: Any) -> Any:
        passes[0] += 1
        if passes[0] == 10:
            stop.set()
        return true(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Mapped, "parts", counted)
        with pytest.raises(StoppedError):
            answers.descend(ask, "en", stop)
    assert passes[0] == 10


def test_a_run_that_takes_too_long_is_stopped_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held(monkeypatch)

    async def talk(line: Line, lab: Lab) -> None:
        said = await line.ask({"type": "descend", "id": 0, "data": "tadpoles"})
        assert (said["code"], said["id"]) == ("lab.too-long", 0)

    over_socket(talk, workers=Workers(longest=0.1))
    assert held.stopped == [0]


def test_too_many_messages_close_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk, "A_SECOND", 1)
    monkeypatch.setattr(talk, "BURST", 5)

    async def chat(line: Line, lab: Lab) -> None:
        for number in range(6):
            await line.say({"type": "hello", "id": number})
        heard = [await line.hear() for _ in range(7)]
        assert [said["type"] for said in heard] == ["hello"] * 5 + ["error", "closed"]
        assert heard[5]["code"] == "lab.too-fast"
        assert line.closed == 1008

    over_socket(chat)


def test_messages_at_a_bearable_pace_are_all_taken() -> None:
    now = [0.0]
    bucket = talk.Bucket(8.0, 3.0, clock=lambda: now[0])
    taken = 0
    for _ in range(100):
        now[0] += 0.125
        taken += bucket.take()
    assert taken == 100
    now[0] += 1000.0
    assert [bucket.take() for _ in range(5)] == [True, True, True, False, False]


def test_a_mistake_of_ours_is_told_without_its_details(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*arguments: Any) -> None:
        raise ZeroDivisionError("secret details")

    monkeypatch.setattr(answers, "describe", broken)
    said = once({"type": "describe", "id": 2})
    assert (said["code"], said["id"]) == ("lab.internal", 2)
    assert "secret" not in json.dumps(said)
    assert "secret details" in caplog.text


def test_a_class_hears_only_its_own_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        lab = make_lab(for_class=True)
        first, second = Visitor(lab), Visitor(lab)
        for guest in (first, second):
            await guest.ask(f"/?join={lab.links.join}")
        async with first.socket() as one, second.socket() as two:
            await one.say({"type": "hello", "language": "zh"})
            await one.say({"type": "descend", "id": 1, "data": "tadpoles", "steps": 3})
            await two.say({"type": "descend", "id": 1, "data": "engel", "steps": 4})
            assert (await one.hear())["language"] == "zh-CN"
            assert (await one.hear())["run"]["target"] == "volume"
            assert (await two.hear())["run"]["target"] != "volume"
            assert (await two.ask({"type": "hello"}))["language"] == "en"
            assert one.outgoing.empty()
            assert two.outgoing.empty()

    asyncio.run(run())


def test_nothing_is_written_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    once({"type": "descend", "data": "engel", "steps": 2})
    opened: list[str] = []
    true = open

    def watched(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        if set(mode) & set("wax+"):
            opened.append(str(file))
        return true(file, mode, *arguments, **options)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("builtins.open", watched)
    monkeypatch.setattr("io.open", watched)
    once({"type": "descend", "data": "engel", "steps": 2})
    once({"type": "describe", "data": "engel"})
    once({"type": "descend", "points": [[1, 2], [2, 3]], "loss": "absolute", "steps": 5})
    assert opened == []
    assert list(tmp_path.iterdir()) == []


def test_the_workers_are_few_and_fair() -> None:
    async def run() -> None:
        workers = Workers(threads=2)
        began: list[int] = []
        inside = [0, 0]

        def work(number: int) -> Callable[[threading.Event], int]:
            def do(stop: threading.Event) -> int:
                began.append(number)
                inside[0] += 1
                inside[1] = max(inside)
                time.sleep(0.02)
                inside[0] -= 1
                return number

            return do

        before = threading.active_count()
        found = await asyncio.gather(*(workers.do(work(number)) for number in range(8)))
        assert found == list(range(8))
        assert sorted(began) == list(range(8))
        assert all(abs(number - place) < 2 for place, number in enumerate(began))  # two at a time
        assert inside[1] <= 2
        assert threading.active_count() <= before + 2

    asyncio.run(run())
