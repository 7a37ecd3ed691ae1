"""Own data in a lab that runs by itself: started with a file, killed, met by slow senders."""

import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_lab_process import socket_of
from websockets.asyncio.client import ClientConnection

import kedou as kd
from kedou.lab import wire
from kedou.lab.store import PREFIX
from kedou.moments.store import to_content
from lab_process import Running, command, environment, everything, running

LONG = {"loss": "huber", "steps": 10_000}


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file that a pass over takes a while."""
    path = tmp_path_factory.mktemp("big") / "big.parquet"
    random = np.random.default_rng(0)
    columns = {f"x{j}": random.normal(size=400_000) for j in range(8)}
    columns["y"] = sum(columns.values()) + random.normal(size=400_000)
    pq.write_table(pa.table(columns), path, row_group_size=100_000)
    return path


class Page:
    """A page on one socket."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line
        self.count = 0
        self.news: list[dict[str, Any]] = []

    async def say(self, **message: Any) -> int:
        self.count += 1
        await self.line.send(json.dumps({**message, "id": self.count}))
        return self.count

    async def until(self, number: int, *kinds: str) -> dict[str, Any]:
        """Wait for the last word about a question, or for the first of some kind."""
        while True:
            heard: dict[str, Any] = json.loads(await asyncio.wait_for(self.line.recv(), 120))
            if heard.get("id") == number and (
                heard["type"] in kinds or heard["type"] not in ("progress", "passing", "waiting")
            ):
                return heard
            self.news.append(heard)

    async def ask(self, **message: Any) -> dict[str, Any]:
        return await self.until(await self.say(**message))

    async def scanned(self, source: dict[str, Any], target: str) -> str:
        table = await self.ask(type="open", source=source)
        told = await self.ask(type="scan", table=table["table"], target=target)
        assert told["type"] == "scanned", told
        return str(told["scan"])


def visit(
    lab: Running, cookie: str, talk: Callable[[Page], Any], size: int | None = 1 << 25
) -> Any:
    async def run() -> Any:
        async with socket_of(lab, cookie, max_size=size) as line:
            return await talk(Page(line))

    return asyncio.run(run())


def children(pid: int) -> set[int]:
    """Return the processes that a process has started and that live."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "stat").read_text().rsplit(") ", 1)[1].split()
        except (OSError, IndexError):
            continue
        if int(status[1]) == pid and status[0] != "Z":
            found.add(int(folder.name))
    return found


def gone(pids: set[int], seconds: float = 10.0) -> bool:
    """Wait until processes are gone; those nobody collects count as gone."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        left = set()
        for pid in pids:
            try:
                state = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0]
            except (OSError, IndexError):
                continue
            if state != "Z":
                left.add(pid)
        if not left:
            return True
        time.sleep(0.02)
    return False


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def test_it_opens_on_a_file(tmp_path: Path) -> None:
    path = tmp_path / "elsewhere" / "prices.csv"
    path.parent.mkdir()
    path.write_text("size,price\n1,2\n2,3\n3,5\n4,6\n")
    with running(str(path), "--data", str(tmp_path / "elsewhere")) as lab:
        assert f"/?token={lab.token}&lang=en&chapter=own-data" in "".join(lab.printed)
        answer = lab.get(f"/?token={lab.token}&lang=en&chapter=own-data")
        assert answer.getheader("location") == "./?lang=en&chapter=own-data"
        cookie = str(answer.getheader("set-cookie")).partition(";")[0]

        async def talk(page: Page) -> None:
            own = (await page.ask(type="hello"))["own"]
            assert (own["opened"], own["paths"]) == ("t1", True)
            table = await page.ask(type="open", source={"table": "t1"})
            assert [column["name"] for column in table["columns"]] == ["size", "price"]
            told = await page.ask(type="scan", table="t1", target="price")
            moments = kd.scan(path, target="price", precision="fast")
            expected = json.loads(json.dumps(to_content(moments)))
            assert told["moments"] == {**expected, "folds": []}
            places = await page.ask(type="places")
            assert [one["path"] for one in places["folders"][0]["files"]] == ["prices.csv"]

        visit(lab, cookie, talk)
        code, seconds = lab.interrupt()
        assert code == 0
        assert seconds < 5


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["no such file.csv"], "no such file.csv"),
        (["https://example.org/a.csv"], "There is no file"),
        (["--data", "no/such/folder"], "is not a folder"),
        (["--data", "lab_client.py"], "is not a folder"),
    ],
)
def test_a_file_or_folder_that_is_not_there_is_told_in_words(
    arguments: list[str], sentence: str
) -> None:
    done = subprocess.run(
        command("--no-browser", *arguments),
        capture_output=True,
        text=True,
        env=environment(),
        cwd=Path(__file__).parent,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


@on_linux
def test_a_worker_killed_in_the_middle_ends_its_job_alone(big: Path) -> None:
    with running("--class", "--data", str(big.parent)) as lab:
        owner = lab.enter(f"/?token={lab.token}")
        guest = lab.enter(f"/?join={lab.join}")

        async def talk() -> None:
            async with (
                socket_of(lab, owner, max_size=1 << 25) as first,
                socket_of(lab, guest, max_size=1 << 25) as second,
            ):
                one, two = Page(first), Page(second)
                scan = await one.scanned({"path": "big.parquet"}, "y")
                other = await two.scanned({"data": "engel"}, "food")
                before = children(lab.process.pid)
                number = await one.say(type="passes", scan=scan, **LONG)
                await one.until(number, "passing")
                busy = max(children(lab.process.pid), key=cpu_seconds)
                assert busy in before | children(lab.process.pid)
                os.kill(busy, signal.SIGKILL)
                said = await one.until(number)
                assert (said["type"], said["code"]) == ("error", "lab.worker-died"), said
                assert gone({busy})
                told = await two.ask(type="passes", scan=other, loss="huber", steps=20)
                assert told["type"] == "run"
                assert (await one.ask(type="run", scan=scan, steps=5))["type"] == "run"
                again = await one.ask(type="passes", scan=scan, loss="huber", steps=2)
                assert again["type"] == "run"

        asyncio.run(talk())
        assert lab.process.poll() is None


def cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    except OSError:
        return -1.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_cancelling_takes_effect_at_once(big: Path) -> None:
    with running("--data", str(big.parent)) as lab:
        cookie = lab.enter(f"/?token={lab.token}")

        async def talk(page: Page) -> None:
            scan = await page.scanned({"path": "big.parquet"}, "y")
            for question in (
                {"type": "passes", "scan": scan, **LONG},
                {"type": "scan", "table": "t1", "target": "y"},
                {"type": "save", "scan": scan, "kind": "predictions"},
            ):
                number = await page.say(**question)
                if question["type"] == "passes":
                    await page.until(number, "passing")
                await page.say(type="cancel", job=number)
                answer = await page.until(number)
                assert answer == {"type": "cancelled", "id": number}
            first = await page.say(type="passes", scan=scan, **LONG)
            second = await page.say(type="look", table="t1")
            third = await page.say(type="look", table="t1", target="x1")
            assert (await page.until(second))["type"] == "dropped"
            await page.say(type="cancel", job=third)
            assert (await page.until(third))["type"] == "cancelled"
            lost = await page.say(type="cancel", job=999)
            assert (await page.until(lost))["code"] == "lab.no-job"
            await page.say(type="cancel", job=first)
            assert (await page.until(first))["type"] == "cancelled"
            assert (await page.ask(type="look", table="t1"))["type"] == "look"
            files = list_files(lab)
            assert files == []

        visit(lab, cookie, talk)


def list_files(lab: Running) -> list[Path]:
    """Return what the lab holds on the disk."""
    temporary = Path(environment().get("TMPDIR", "/tmp"))
    own = [f for f in temporary.glob(f"{PREFIX}*") if _opened_by(f, lab.process.pid)]
    return [path for folder in own for path in folder.iterdir() if path.name != "alive"]


def _opened_by(folder: Path, pid: int) -> bool:
    for link in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            if str(link.readlink()).startswith(str(folder)):
                return True
        except OSError:
            continue
    return False


@on_linux
def test_workers_end_with_the_lab_even_when_it_is_killed(big: Path, tmp_path: Path) -> None:
    with running("--data", str(big.parent), TMPDIR=str(tmp_path)) as lab:
        cookie = lab.enter(f"/?token={lab.token}")
        sent = upload(lab, cookie, "a.csv", b"x,y\n1,2\n")
        assert sent.status == 200

        async def talk() -> None:
            async with socket_of(lab, cookie, max_size=1 << 25) as line:
                page = Page(line)
                scan = await page.scanned({"path": "big.parquet"}, "y")
                number = await page.say(type="passes", scan=scan, **LONG)
                await page.until(number, "passing")
                started = children(lab.process.pid)
                assert started
                lab.process.kill()
                lab.process.wait(timeout=10)
                assert gone(started)

        asyncio.run(talk())
        (left,) = tmp_path.glob(f"{PREFIX}*")
        assert (left / "1.csv").exists()
    with running(TMPDIR=str(tmp_path)) as lab:
        end = time.monotonic() + 10
        while left.exists() and time.monotonic() < end:
            time.sleep(0.02)
        assert not left.exists()
        cookie = lab.enter(f"/?token={lab.token}")
        assert upload(lab, cookie, "a.csv", b"x,y\n1,2\n").status == 200
        assert len(list(tmp_path.glob(f"{PREFIX}*"))) == 1
        assert lab.interrupt()[0] == 0
    assert list(tmp_path.glob(f"{PREFIX}*")) == []


@on_linux
def test_ctrl_c_ends_busy_workers_at_once(big: Path) -> None:
    taken: list[float] = []
    while len(taken) < 3 and min(taken, default=1.0) >= 1.0:
        with running("--data", str(big.parent)) as lab:
            cookie = lab.enter(f"/?token={lab.token}")

            async def talk(lab: Running = lab, cookie: str = cookie) -> set[int]:
                async with socket_of(lab, cookie, max_size=1 << 25) as line:
                    page = Page(line)
                    scan = await page.scanned({"path": "big.parquet"}, "y")
                    number = await page.say(type="passes", scan=scan, **LONG)
                    await page.until(number, "passing")
                    started = children(lab.process.pid)
                    code, seconds = await asyncio.to_thread(lab.interrupt)
                    assert code == 0
                    taken.append(seconds)
                    return started

            assert gone(asyncio.run(talk()))
            assert lab.process.stdout is not None
            assert "Traceback" not in lab.process.stdout.read()
    assert min(taken) < 1.0


def upload(lab: Running, cookie: str, name: str, body: bytes) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(*lab.address, timeout=60)
    headers = {"Host": lab.authority, "Origin": lab.origin, "Cookie": cookie}
    connection.request("POST", f"/upload?name={name}", body=body, headers=headers)
    answer = connection.getresponse()
    answer.body = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


def test_a_file_goes_up_and_comes_down_over_the_wire(tmp_path: Path) -> None:
    with running("--data", str(tmp_path)) as lab:
        cookie = lab.enter(f"/?token={lab.token}")
        text = "x,y\n" + "".join(f"{i},{i % 89}\n" for i in range(400_000))
        sent = upload(lab, cookie, "rows.csv", text.encode())
        assert sent.status == 200
        assert json.loads(sent.body)["bytes"] == len(text)  # type: ignore[attr-defined]

        async def talk(page: Page) -> dict[str, Any]:
            scan = await page.scanned({"upload": "u1"}, "y")
            made = await page.ask(type="save", scan=scan, kind="predictions")
            told = [one for one in page.news if one["type"] == "progress"]
            assert told
            return dict(made["file"])

        file = visit(lab, cookie, talk)
        answer = lab.get(f"/download/{file['id']}", Cookie=cookie)
        body: bytes = answer.body  # type: ignore[attr-defined]
        assert len(body) == file["bytes"] > 4_000_000
        assert body.count(b"\n") == 400_001
        assert answer.getheader("content-disposition", "").startswith("attachment")


@pytest.fixture
def impatient(tmp_path: Path) -> Iterator[Running]:
    """Return a lab in which a transfer has to move a lot in a short time."""
    code = (
        "import sys\nfrom kedou.lab import wire\n"
        "wire.ANSWER_SECONDS = 0.5\nwire.LEAST_BYTES = 100_000\n"
        "from kedou.cli import app\nsys.exit(app.run(['lab', *sys.argv[1:]]))"
    )
    import lab_process

    true = lab_process.START
    lab_process.START = code
    try:
        with running("--data", str(tmp_path)) as lab:
            yield lab
    finally:
        lab_process.START = true


def head(lab: Running, cookie: str, size: int) -> bytes:
    lines = ["POST /upload?name=a.csv HTTP/1.1", f"Host: {lab.authority}", f"Cookie: {cookie}"]
    lines += [f"Origin: {lab.origin}", f"Content-Length: {size}", "", ""]
    return "\r\n".join(lines).encode()


def test_an_upload_may_take_long_but_must_keep_moving(impatient: Running) -> None:
    lab = impatient
    cookie = lab.enter(f"/?token={lab.token}")
    size, piece = 2_000_000, b"x" * 50_000
    with socket.create_connection(lab.address, timeout=20) as line:
        line.sendall(head(lab, cookie, size))
        began = time.perf_counter()
        for _ in range(size // len(piece)):
            line.sendall(piece)
            time.sleep(0.05)
        answer = line.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200"), answer
        assert time.perf_counter() - began > 1.5
    with socket.create_connection(lab.address, timeout=20) as line:
        line.sendall(head(lab, cookie, size))
        stopped = threading.Event()

        def trickle() -> None:
            for _ in range(400):
                try:
                    line.sendall(b"x" * 100)
                except OSError:
                    break
                if stopped.wait(0.02):
                    break

        thread = threading.Thread(target=trickle)
        thread.start()
        began = time.perf_counter()
        assert everything(line) == b""
        assert time.perf_counter() - began < 7
        stopped.set()
        thread.join()
    end = time.monotonic() + 10
    while len(list_files(lab)) > 1 and time.monotonic() < end:
        time.sleep(0.02)
    assert len(list_files(lab)) == 1
    assert upload(lab, cookie, "b.csv", b"x,y\n1,2\n").status == 200


def test_a_download_may_take_long_but_must_keep_moving(impatient: Running) -> None:
    lab = impatient
    cookie = lab.enter(f"/?token={lab.token}")
    text = "x,y\n" + "".join(f"{i},{i % 89}\n" for i in range(300_000))
    assert upload(lab, cookie, "rows.csv", text.encode()).status == 200

    async def talk(page: Page) -> int:
        scan = await page.scanned({"upload": "u1"}, "y")
        made = await page.ask(type="save", scan=scan, kind="predictions")
        return int(made["file"]["bytes"])

    size = visit(lab, cookie, talk)
    asked = f"GET /download/f1 HTTP/1.1\r\nHost: {lab.authority}\r\nCookie: {cookie}\r\n\r\n"
    for slowly in (True, False):
        with socket.socket() as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            line.settimeout(20)
            line.connect(lab.address)
            line.sendall(asked.encode())
            taken = 0
            began = time.perf_counter()
            if not slowly:
                time.sleep(3.0)
            while piece := _received(line):
                taken += len(piece)
                if taken >= size:
                    break
                time.sleep(0.01 if slowly else 0)
            assert (taken >= size) is slowly, taken
            assert time.perf_counter() - began > 0.5


def _received(line: socket.socket) -> bytes:
    try:
        return line.recv(65536)
    except ConnectionError:
        return b""


def test_words_reach_a_sender_whose_file_is_refused() -> None:
    with running() as lab:
        cookie = lab.enter(f"/?token={lab.token}")
        with socket.create_connection(lab.address, timeout=20) as line:
            line.sendall(head(lab, cookie, 3 << 30))
            for _ in range(20):
                line.sendall(b"x" * 100_000)
            found = everything(line)
        assert found.startswith(b"HTTP/1.1 413 ")
        assert b"2,048 MB" in found
        assert wire.LEAST_BYTES < 1 << 20
