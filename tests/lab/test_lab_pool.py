"""Worker processes: bounded, queued, stopped at once, and never the end of the lab."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from kedou.lab import pool as pools
from kedou.lab.frames import Frame
from kedou.lab.pool import Pool, Worker
from kedou.lab.refusal import RefusalError

STUB = """
import dataclasses, os, sys, time, types


@dataclasses.dataclass
class Done:
    body: dict
    facts: dict = dataclasses.field(default_factory=dict)
    keep: bytes = b""


def echo(job, desk):
    return Done({"pid": os.getpid(), "payload": job["payload"].decode(), "say": job.get("say")})


def wait(job, desk):
    desk.news({"pid": os.getpid()})
    while True:
        time.sleep(0.01)
        desk.check()


def stubborn(job, desk):
    desk.news({"pid": os.getpid()})
    while True:
        time.sleep(0.01)


def news(job, desk):
    for number in range(job["many"]):
        desk.news({"number": number, "fill": "x" * job.get("fill", 0)})
    return Done({"pid": os.getpid()}, {"few": 1}, b"kept" * 1000)


def die(job, desk):
    desk.news({"pid": os.getpid()})
    os._exit(3)


def mumble(job, desk):
    os.write(desk._out.fileno(), b"no frame\\n")
    time.sleep(60)


def chatter(job, desk):
    print("a library says something")
    os.write(1, b"and so does C code")
    return Done({"pid": os.getpid()})


def break_down(job, desk):
    raise ZeroDivisionError("secret details")


def refuse(job, desk):
    from kedou.lab.refusal import RefusalError
    raise RefusalError("lab.path-up", path="..")


def eat(job, desk):
    bytearray(3 << 30)


module = types.ModuleType("kedou.lab.jobs")
names = (echo, wait, stubborn, news, die, mumble, chatter, break_down, refuse, eat)
module.JOBS = {job.__name__: job for job in names}
sys.modules["kedou.lab.jobs"] = module
from kedou.lab import worker
worker._ENGINE = ()
worker.main()
"""
COMMAND = (sys.executable, "-c", STUB)


def in_pool(talk: Callable[[Pool], Coroutine[Any, Any, None]], **options: Any) -> None:
    async def run() -> None:
        options.setdefault("command", COMMAND)
        pool = Pool(**options)
        try:
            await talk(pool)
        finally:
            await pool.close()
            assert pool.workers == []

    asyncio.run(run())


class Heard(list[Frame]):
    """News of a job; ``first`` is set once there are some."""

    def __init__(self) -> None:
        super().__init__()
        self.first = asyncio.Event()

    def __call__(self, frame: Frame) -> None:
        self.append(frame)
        self.first.set()

    @property
    def pid(self) -> int:
        return int(json.loads(self[0].body)["pid"])


async def do(pool: Pool, kind: str, **job: Any) -> dict[str, Any]:
    """Do a job and return the answer for the page."""
    tell, payload = job.pop("tell", lambda frame: None), job.pop("payload", b"")
    first = job.pop("first", False)
    waits = job.pop("waits", _waits)
    frame = await pool.do({"do": kind, "language": "en", **job}, payload, tell, waits, first)
    return {"kind": frame.kind, **json.loads(frame.body)}


async def _waits() -> None:
    return None


async def begun(pool: Pool, kind: str, **job: Any) -> tuple[asyncio.Task[dict[str, Any]], int]:
    """Begin a job that tells who does it; return its task and the worker's number."""
    heard = Heard()
    task = asyncio.create_task(do(pool, kind, tell=heard, **job))
    await asyncio.wait_for(heard.first.wait(), 30)
    return task, heard.pid


async def ended(pid: int) -> bool:
    """Wait until a process is gone."""
    for _ in range(1000):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        await asyncio.sleep(0.01)
    return False


async def died(task: asyncio.Task[Any]) -> str:
    with pytest.raises(RefusalError) as caught:
        await asyncio.wait_for(task, 30)
    return caught.value.code


def test_a_worker_is_used_again() -> None:
    async def talk(pool: Pool) -> None:
        first = await do(pool, "echo", say="四", payload=b"\x00\n{}")
        second = await do(pool, "echo")
        assert first == {"kind": "done", "pid": second["pid"], "payload": "\x00\n{}", "say": "四"}
        assert [worker.pid for worker in pool.workers] == [second["pid"]]

    in_pool(talk)


def test_all_that_is_told_comes_in_order_and_whole() -> None:
    async def talk(pool: Pool) -> None:
        heard = Heard()
        frame = await pool.do(
            {"do": "news", "language": "en", "many": 300, "fill": 5000}, b"", heard, _waits
        )
        assert [json.loads(one.body)["number"] for one in heard] == list(range(300))
        assert (frame.facts, frame.keep) == ({"few": 1}, b"kept" * 1000)

    in_pool(talk)


def test_what_a_library_prints_disturbs_nothing() -> None:
    async def talk(pool: Pool) -> None:
        assert (await do(pool, "chatter"))["kind"] == "done"
        assert (await do(pool, "echo"))["kind"] == "done"

    in_pool(talk)


def test_what_is_refused_comes_in_words_and_mistakes_of_ours_without_details() -> None:
    async def talk(pool: Pool) -> None:
        refused = await do(pool, "refuse")
        assert (refused["kind"], refused["code"]) == ("error", "lab.path-up")
        assert "'..'" in refused["text"]
        assert "“..”" in (await do(pool, "refuse", language="zh-CN"))["text"]
        broken = await do(pool, "break_down")
        assert broken["code"] == "lab.internal"
        assert "secret" not in str(broken)
        assert len(pool.workers) == 1

    in_pool(talk)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded on Linux only")
def test_too_much_memory_is_refused_in_words_and_the_worker_lives() -> None:
    async def talk(pool: Pool) -> None:
        before = await do(pool, "echo")
        eaten = await do(pool, "eat")
        assert eaten["code"] == "lab.worker-memory"
        assert "2048 MB" in eaten["text"].replace(",", "")
        assert (await do(pool, "echo"))["pid"] == before["pid"]

    in_pool(talk)


def test_a_worker_that_has_grown_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "MOST_RESIDENT", 1)

    async def talk(pool: Pool) -> None:
        pids = {(await do(pool, "echo"))["pid"] for _ in range(3)}
        assert len(pids) == 3
        assert all([await ended(pid) for pid in pids])

    in_pool(talk)


@pytest.mark.parametrize("kind", ["die", "mumble"])
def test_a_worker_that_ends_or_talks_nonsense_is_told_of_in_words(kind: str) -> None:
    async def talk(pool: Pool) -> None:
        before = (await do(pool, "echo"))["pid"]
        assert await died(asyncio.create_task(do(pool, kind))) == "lab.worker-died"
        assert await ended(before)
        assert (await do(pool, "echo"))["pid"] != before

    in_pool(talk)


def test_a_kill_in_the_middle_ends_one_job_and_no_other() -> None:
    async def talk(pool: Pool) -> None:
        (task, pid), (other, other_pid) = await begun(pool, "wait"), await begun(pool, "wait")
        assert pid != other_pid
        os.kill(pid, signal.SIGKILL)
        assert await died(task) == "lab.worker-died"
        assert await ended(pid)
        assert not other.done()
        assert (await do(pool, "echo"))["kind"] == "done"
        other.cancel()

    in_pool(talk, most=3)


def test_a_worker_killed_while_idle_is_replaced() -> None:
    async def talk(pool: Pool) -> None:
        pid = (await do(pool, "echo"))["pid"]
        os.kill(pid, signal.SIGKILL)
        assert await ended(pid)
        assert (await do(pool, "echo"))["pid"] != pid

    in_pool(talk)


def test_a_worker_that_stops_when_asked_is_used_again() -> None:
    async def talk(pool: Pool) -> None:
        task, pid = await begun(pool, "wait")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await do(pool, "echo"))["pid"] == pid

    in_pool(talk, most=1)


def test_one_that_does_not_stop_is_killed_and_nobody_waits_for_that() -> None:
    async def talk(pool: Pool) -> None:
        task, pid = await begun(pool, "stubborn")
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        os.kill(pid, 0)  # it is still there: the answer came before
        assert (await do(pool, "echo"))["pid"] != pid
        assert await ended(pid)

    in_pool(talk, most=1)


def test_cancelling_before_it_began_leaves_the_place_free() -> None:
    async def talk(pool: Pool) -> None:
        for _ in range(3):
            task = asyncio.create_task(do(pool, "wait"))
            await asyncio.sleep(0)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        assert (await do(pool, "echo"))["kind"] == "done"

    in_pool(talk, most=1)


def test_jobs_wait_for_a_place_and_an_owners_go_first() -> None:
    async def talk(pool: Pool) -> None:
        (one, _), (two, _) = await begun(pool, "wait"), await begun(pool, "wait")
        three, _ = await begun(pool, "wait", first=True)  # an owner's own place
        said: list[str] = []
        done: list[str] = []

        def waiting(name: str, first: bool) -> asyncio.Task[None]:
            async def waits() -> None:
                said.append(name)

            async def run() -> None:
                await do(pool, "echo", waits=waits, first=first)
                done.append(name)

            return asyncio.create_task(run())

        tasks = [waiting("guest 1", False), waiting("guest 2", False), waiting("owner", True)]
        given_up = waiting("gone", False)
        while len(said) < 4:
            await asyncio.sleep(0.01)
        given_up.cancel()
        assert done == []
        assert len(pool.workers) == 3
        one.cancel()
        await asyncio.gather(tasks[2])
        await asyncio.sleep(0.1)
        assert done == ["owner"]  # two of the three places are taken, and the third is no guest's
        two.cancel()
        await asyncio.gather(*tasks)
        assert done == ["owner", "guest 1", "guest 2"]
        assert said == ["guest 1", "guest 2", "owner", "gone"]
        three.cancel()
        assert (await do(pool, "echo", waits=_fail))["kind"] == "done"

    in_pool(talk, most=2)


async def _fail() -> None:
    raise AssertionError("it had to wait")


def test_one_is_kept_warm_and_replaced() -> None:
    async def talk(pool: Pool) -> None:
        assert pool.workers == []
        pool.warm()
        pool.warm()
        while not pool._idle:
            await asyncio.sleep(0.01)
        (spare,) = pool.workers
        task, pid = await begun(pool, "wait")
        assert pid == spare.pid
        os.kill(pid, signal.SIGKILL)
        await died(task)
        while not pool._idle:
            await asyncio.sleep(0.01)
        assert [worker.pid for worker in pool.workers] != [pid]

    in_pool(talk)


def test_a_pool_that_is_closed_ends_all_and_takes_no_job() -> None:
    async def run() -> None:
        pool = Pool(command=COMMAND)
        pool.warm()
        tasks = [await begun(pool, kind) for kind in ("wait", "stubborn")]
        await pool.close()
        for task, pid in tasks:
            assert await ended(pid)
            assert await died(task) == "lab.worker-died"
        assert await died(asyncio.create_task(do(pool, "echo"))) == "lab.worker-died"
        assert pool.workers == []

    asyncio.run(run())


def test_a_command_that_cannot_be_started_is_told_in_words() -> None:
    async def talk(pool: Pool) -> None:
        for _ in range(4):
            assert await died(asyncio.create_task(do(pool, "echo"))) == "lab.worker-died"

    in_pool(talk, command=("/no/such/python",), most=1)


@pytest.mark.parametrize("kind", ["wait", "stubborn"])
def test_a_worker_ends_when_its_input_closes_whatever_it_does(kind: str) -> None:
    process = subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdout:
        job = {"job": 1, "do": kind, "language": "en", "payload": 0}
        process.stdin.write(json.dumps(job).encode() + b"\n")
        process.stdin.flush()
        assert b'"is":"news"' in process.stdout.readline()
        process.stdin.close()
        assert process.wait(timeout=10) == 0


def test_what_a_folder_of_data_holds_is_never_imported(tmp_path: Any) -> None:
    """Started in a folder with a file json.py, a worker must not take that for Python's own."""
    (tmp_path / "json.py").write_text("import os; os._exit(9)")
    process = subprocess.Popen(
        pools.COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path
    )
    assert process.stdin is not None
    with process:
        process.stdin.write(b'{"job":1,"do":"places","language":"en","folders":[],"payload":0}\n')
        process.stdin.close()
        assert process.wait(timeout=60) == 0


def test_a_real_worker_starts_and_answers() -> None:
    async def run() -> None:
        worker = await Worker.start()
        job = {"do": "places", "language": "en", "folders": []}
        frame = await worker.work(job, b"", lambda frame: None)
        assert json.loads(frame.body) == {"folders": []}
        assert frame.resident > 10 << 20 or sys.platform != "linux"
        assert await worker.calm()
        await worker.gone()
        assert not worker.is_alive

    asyncio.run(run())
