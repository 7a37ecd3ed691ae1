"""Mini-batches over the socket: the very bits of Python, told while they go on, ended at once."""

import asyncio
import json
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from lab_client import Visitor, make_lab

import kedou as kd
from kedou.lab.errands import kept_run, same_settings
from kedou.lab.jobs.passing import passes
from kedou.lab.messages import BadMessageError, read
from kedou.lab.refusal import RefusalError
from kedou.texts import set_language

ASKED = {"loss": "squared", "standardize": True, "batch_size": 16, "epochs": 4}


class Desk:
    """A desk that keeps what is told, and may be told to stop."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.told: list[dict[str, Any]] = []
        self.stop_after = stop_after

    def check(self) -> None:
        if self.stop_after is not None and len(self.told) >= self.stop_after:
            raise KeyboardInterrupt

    def news(self, body: dict[str, Any]) -> None:
        self.check()
        self.told.append(body)


def job(**settings: Any) -> dict[str, Any]:
    engel = kd.data.engel()
    return {
        "table": {"source": {"data": "engel"}, "name": "engel.csv"},
        "ask": {"target": engel.target_name, "scanned_rows": 235},
        "settings": {**ASKED, **settings},
    }


@pytest.mark.parametrize("loss", ["squared", "huber"])
def test_a_run_has_the_very_bits_of_python(loss: str) -> None:
    engel = kd.data.engel()
    done = passes(job(loss=loss, steps=1000), Desk())
    source = kd.open(engel.path(), target=engel.target_name)
    run = kd.descend(source, standardize=True, batch_size=16, epochs=4, loss=loss)
    assert done.body["run"]["theta"] == run.theta.tolist()
    assert done.body["run"]["loss"] == run.loss.tolist()
    assert done.body["run"]["settings"]["batch_size"] == 16


@pytest.mark.parametrize("loss", ["squared", "huber"])
def test_how_far_it_has_come_is_told_some_times_a_second(
    monkeypatch: pytest.MonkeyPatch, loss: str
) -> None:
    """On a clock of its own: every look at it takes 5 ms."""
    now = iter(np.arange(0.0, 1e6, 0.005))
    clock = SimpleNamespace(perf_counter=lambda: next(now))
    monkeypatch.setattr("kedou.lab.jobs.passing.time", clock)
    monkeypatch.setattr("kedou.fitting.batches.walking.time", clock)
    desk = Desk()
    passes(job(loss=loss, epochs=100), desk)
    steps = [each["step"] for each in desk.told]
    assert steps[0] == 0
    assert steps[-1] == 1500
    assert {each["total"] for each in desk.told} == {1500}
    assert all(np.isfinite(each["loss"]) for each in desk.told)
    # Seconds gone by: two looks a step, at most 20 and at least 10 reports in each.
    seconds = next(now)
    assert 10 * seconds < len(steps) + 2 < 20 * seconds + 4


def test_it_ends_as_soon_as_nobody_waits() -> None:
    desk = Desk(stop_after=2)
    with pytest.raises(KeyboardInterrupt):
        passes(job(epochs=10_000), desk)
    assert desk.told[-1]["step"] < 15 * 10_000


@pytest.mark.parametrize(
    "wrong", [{"batch_size": 0}, {"batch_size": 1.5}, {"epochs": 0}, {"epochs": 10**9}]
)
def test_a_wrong_field_is_refused_by_name(wrong: dict[str, Any]) -> None:
    text = json.dumps({"type": "passes", "scan": "s1", "loss": "squared", **wrong})
    with pytest.raises(BadMessageError) as refused:
        read(text)
    assert refused.value.values["field"] in wrong


def test_a_run_on_batches_is_kept_for_what_is_asked_of_it_and_another_is_not() -> None:
    scan: Any = SimpleNamespace(run=(same_settings(ASKED), b"run"))
    assert kept_run(scan, dict(reversed(ASKED.items()))) == b"run"
    assert kept_run(scan, {"loss": "squared"}) is None
    with pytest.raises(RefusalError) as refused:
        kept_run(scan, {**ASKED, "epochs": 5})
    assert refused.value.code == "lab.run-first"


@asynccontextmanager
async def talking():  # type: ignore[no-untyped-def]
    lab = make_lab()
    try:
        visitor = await Visitor(lab).enter(lab)
        async with visitor.socket() as socket:
            yield socket
    finally:
        await lab.close()


async def until(socket: Any, message: dict[str, Any], last: str) -> dict[str, Any]:
    await socket.say(message)
    while True:
        heard: dict[str, Any] = await socket.hear()
        if heard["type"] in (last, "error"):
            return heard


def test_over_a_socket_it_is_run_predicted_from_saved_and_cancelled(tmp_path: Path) -> None:
    async def talk() -> None:
        async with talking() as socket:
            engel = kd.data.engel()
            table = await until(
                socket, {"type": "open", "id": 1, "source": {"data": "engel"}}, "table"
            )
            ask = {"type": "scan", "id": 2, "table": table["table"], "target": engel.target_name}
            scan = (await until(socket, ask, "scanned"))["scan"]
            run = await until(socket, {"type": "passes", "id": 3, "scan": scan, **ASKED}, "run")
            own = kd.descend(
                kd.open(engel.path(), target=engel.target_name),
                standardize=True, batch_size=16, epochs=4,
            )  # fmt: skip
            assert run["run"]["theta"] == own.theta.tolist()
            row = {engel.feature_names[0]: 800.0}
            found = await until(
                socket, {"type": "predict", "id": 4, "scan": scan, "row": row, **ASKED}, "predicted"
            )
            assert found["value"] == pytest.approx(own.theta[-1] @ [800.0, 1.0], rel=1e-12)
            asked = {"type": "save", "id": 5, "scan": scan, "kind": "python", "settings": ASKED}
            saved = await until(socket, asked, "saved")
            space: dict[str, Any] = {}
            exec(saved["text"], space)
            assert space["run"].theta.tolist() == own.theta.tolist()
            long = {**ASKED, "batch_size": 1, "epochs": 10_000}
            await socket.say({"type": "passes", "id": 6, "scan": scan, **long})
            while (heard := await socket.hear())["type"] != "passing":
                assert heard["type"] != "error", heard
            gone = await until(socket, {"type": "cancel", "id": 7, "job": 6}, "cancelled")
            assert gone["type"] == "cancelled"

    set_language("en")
    try:
        asyncio.run(asyncio.wait_for(talk(), 120))
    finally:
        set_language(None)
