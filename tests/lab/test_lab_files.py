"""Files that are sent and taken away: quotas, names, whose they are, and that nothing is left."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from lab_client import HOST, OWN, Answer, Visitor, make_lab
from test_lab_guard import check_headers

from kedou.lab import store as stores
from kedou.lab import transfers
from kedou.lab.app import Lab
from kedou.lab.errands import Shared
from kedou.lab.formats import FORMATS, ending_of
from kedou.lab.own import MOST_UPLOADS, Made
from kedou.lab.pool import Pool
from kedou.lab.sessions import Sessions
from kedou.lab.store import PREFIX, Room, Store, sweep
from kedou.sources import formats as sources

ROWS = b"x,y\n1,2\n3,4\n"


def in_lab(
    tmp_path: Path, talk: Callable[[Lab, Visitor], Coroutine[Any, Any, None]], **options: Any
) -> None:
    """Run a talk with a new lab, whose files lie in a folder of the test, and its owner."""
    store_options = {name: options.pop(name) for name in ("most", "free") if name in options}

    async def run() -> None:
        store = Store(tmp_path, **{"free": 0, **store_options})
        lab = make_lab(shared=Shared(pool=Pool(spares=0), store=store), **options)
        try:
            await talk(lab, await Visitor(lab).enter(lab))
        finally:
            await lab.close()
        assert list(tmp_path.glob(f"{PREFIX}*")) == []

    asyncio.run(run())


def on_disk(tmp_path: Path) -> list[Path]:
    return [path for path in tmp_path.glob(f"{PREFIX}*/*") if path.name != stores.LOCK]


async def guest_of(lab: Lab) -> Visitor:
    guest = Visitor(lab)
    secret, _ = lab.sessions.open("guest")
    guest.cookies[lab.cookie] = secret
    return guest


def test_a_file_is_taken_under_a_name_of_the_labs_own(tmp_path: Path) -> None:
    async def talk(lab: Lab, visitor: Visitor) -> None:
        answer = await visitor.upload("../../етс/ev<i>l.CSV", ROWS)
        assert answer.status == 200
        check_headers(answer)
        told = json.loads(answer.body)
        assert (told["upload"], told["bytes"]) == ("u1", len(ROWS))
        (path,) = on_disk(tmp_path)
        assert path.name == "1.csv"
        assert path.read_bytes() == ROWS
        if os.name == "posix":
            assert path.stat().st_mode & 0o777 == 0o600
            assert path.parent.stat().st_mode & 0o777 == 0o700

    in_lab(tmp_path, talk)


async def told(answer: Answer, status: int, words: str = "") -> None:
    assert answer.status == status, answer.text
    assert words in answer.text
    check_headers(answer)
    assert "Traceback" not in answer.text


def test_uploads_that_are_refused_leave_nothing(tmp_path: Path) -> None:
    async def talk(lab: Lab, visitor: Visitor) -> None:
        async def post(*headers: tuple[str, str], target: str = "/upload?name=a.csv") -> Answer:
            return await visitor.ask(target, *headers, method="POST", body=ROWS)

        size = ("content-length", str(len(ROWS)))
        own = ("origin", OWN)
        await told(await post(size), 403, "which page")
        await told(await post(size, ("origin", "null")), 403)
        await told(await post(size, ("origin", f"http://{HOST}.evil.example")), 403)
        await told(await post(own), 411, "Content-Length")
        await told(await post(own, ("transfer-encoding", "chunked")), 411)
        for wrong in ("-5", "1e3", "²", "+12", ""):
            await told(await post(own, ("content-length", wrong)), 411)
        await told(await post(own, size, size), 411)
        await told(await post(own, size, target="/upload"), 400, "name")
        await told(await post(own, size, target="/upload?name="), 400)
        await told(await post(own, size, target="/upload?name=" + "a" * 256), 400)
        await told(await post(own, ("content-length", "5")), 400, "another size")
        await told(await post(own, ("content-length", "500")), 400, "another size")
        await told(await post(own, ("content-length", "9" * 30)), 413)
        for target in ("/upload/x?name=a", "/uploads?name=a", "//upload?name=a", "/socket", "/"):
            answer = await post(own, size, target=target)
            await told(answer, 405, "is not something this lab does")
            assert answer["allow"] == "GET, HEAD"
        for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"):
            answer = await visitor.ask("/upload?name=a", own, method=method)
            await told(answer, 405)
            assert answer["allow"] == "POST"
        stranger = Visitor(lab)
        await told(await stranger.upload("a.csv", ROWS), 403, "not let in")
        assert on_disk(tmp_path) == []
        assert json.loads((await visitor.upload("a.csv", ROWS)).body)["upload"] == "u1"

    in_lab(tmp_path, talk)


def test_quotas_of_a_file_a_session_the_lab_and_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mb = 1 << 20
    monkeypatch.setitem(stores.ROOMS, "owner", Room(3 * mb, 5 * mb))
    monkeypatch.setitem(stores.ROOMS, "guest", Room(1 * mb, 2 * mb))

    async def talk(lab: Lab, owner: Visitor) -> None:
        guest = await guest_of(lab)
        async with guest.socket() as line:
            own = (await line.ask({"type": "hello"}))["own"]
        assert (own["upload_limit"], own["left"], own["paths"]) == (1 * mb, 2 * mb, False)
        await told(await guest.upload("a.csv", b"x" * (mb + 1)), 413, "1 MB")
        await told(await guest.upload("a.csv", b"x" * mb), 200)
        await told(await guest.upload("b.csv", b"x" * mb), 200)
        await told(await guest.upload("c.csv", b"x"), 413, "0 MB are left")
        await told(await owner.upload("a.csv", b"x" * 3 * mb), 200)
        await told(await owner.upload("b.csv", b"x" * 3 * mb), 413, "2 MB are left")
        other = await guest_of(lab)
        answer = await other.upload("a.csv", b"x" * mb)
        await told(answer, 200)
        assert json.loads(answer.body)["left"] == 0
        await told(await owner.upload("c.csv", b"x" * mb), 413, "as much as it can")
        assert sum(path.stat().st_size for path in on_disk(tmp_path)) == 6 * mb

    in_lab(tmp_path, talk, most=6 * mb)


def test_the_disk_is_never_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(lab: Lab, visitor: Visitor) -> None:
        await told(await visitor.upload("a.csv", ROWS), 507, "nearly full")
        assert on_disk(tmp_path) == []

    in_lab(tmp_path, talk, free=1 << 60)
    monkeypatch.setattr(transfers, "LOOK_AT_DISK", 1)
    monkeypatch.setattr(transfers, "PIECE", 1)

    async def filling(lab: Lab, visitor: Visitor) -> None:
        def full() -> None:
            raise transfers.RefusalError("lab.disk-full", status=507)

        monkeypatch.setattr(lab.shared.store, "check_disk", full)
        await told(await visitor.upload("a.csv", ROWS), 507)
        assert on_disk(tmp_path) == []

    in_lab(tmp_path, filling)


def test_one_upload_at_a_time_and_those_that_break_off_leave_nothing(tmp_path: Path) -> None:
    async def talk(lab: Lab, visitor: Visitor) -> None:
        pieces: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        headers = [("origin", OWN), ("content-length", "12")]
        scope = visitor.scope("/upload?name=a.csv", headers)
        scope["method"] = "POST"
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        task = asyncio.create_task(visitor.app(scope, pieces.get, send))
        await pieces.put({"type": "http.request", "body": ROWS[:4], "more_body": True})
        while not on_disk(tmp_path):
            await asyncio.sleep(0.01)
        await told(await visitor.upload("b.csv", ROWS), 429, "being received")
        await pieces.put({"type": "http.disconnect"})
        await asyncio.wait_for(task, 10)
        assert on_disk(tmp_path) == []
        left = lab.shared.store.left("", "guest")
        assert left == stores.ROOMS["guest"].session
        await told(await visitor.upload("b.csv", ROWS), 200)

    in_lab(tmp_path, talk)


def test_a_file_of_the_same_name_replaces_the_older_and_only_so_many_stay(tmp_path: Path) -> None:
    async def talk(lab: Lab, visitor: Visitor) -> None:
        for content in (b"x,y\n1,1\n", b"x,y\n2,2\n2,2\n"):
            await visitor.upload("a.csv", content)
        assert [path.name for path in on_disk(tmp_path)] == ["2.csv"]
        for number in range(MOST_UPLOADS):
            await visitor.upload(f"{number}.csv", ROWS)
        assert len(on_disk(tmp_path)) == MOST_UPLOADS
        async with visitor.socket() as line:
            for key in ("u1", "u2"):
                said = await line.ask({"type": "open", "source": {"upload": key}})
                assert said["code"] == "lab.no-upload"

    in_lab(tmp_path, talk)


def test_nobody_sees_what_another_has(tmp_path: Path) -> None:
    async def talk(lab: Lab, owner: Visitor) -> None:
        one, two = await guest_of(lab), await guest_of(lab)
        await one.upload("mine.csv", ROWS)
        for other in (two, owner):
            async with other.socket() as line:
                said = await line.ask({"type": "open", "source": {"upload": "u1"}})
                assert said["code"] == "lab.no-upload"
        await two.upload("mine.csv", b"a,b\n5,6\n7,8\n")
        async with one.socket() as line, two.socket() as other_line:
            first = await line.finish(type="open", source={"upload": "u1"})
            second = await other_line.finish(type="open", source={"upload": "u1"})
            assert [column["name"] for column in first["columns"]] == ["x", "y"]
            assert [column["name"] for column in second["columns"]] == ["a", "b"]
            told_one = await line.finish(type="scan", table="t1", target="y")
            assert told_one["type"] == "scanned", told_one
            made = await line.finish(type="save", scan="s1", kind="model")
            assert made["file"]["id"] == "f1"
            for question in (
                {"type": "run", "scan": "s1"},
                {"type": "predict", "scan": "s1", "row": {"x": 1}},
                {"type": "save", "scan": "s1", "kind": "model"},
                {"type": "passes", "scan": "s1", "loss": "huber"},
            ):
                assert (await other_line.finish(**question))["code"] == "lab.no-scan"
        mine, theirs = await one.ask("/download/f1"), await two.ask("/download/f1")
        assert mine.status == 200
        await told(theirs, 404, "no file")
        await told(await owner.ask("/download/f1"), 404)
        await told(await Visitor(lab).ask("/download/f1"), 403)

    in_lab(tmp_path, talk)


def test_a_download_is_saved_and_never_shown(tmp_path: Path) -> None:
    async def talk(lab: Lab, visitor: Visitor) -> None:
        (session,) = lab.sessions.ids()
        own, _ = lab.desk(next(iter(lab.sessions._inside.values())))
        kept = lab.shared.store.reserve(session, "owner", 100, ".csv")
        kept.path.write_bytes(b"<script>" * 10)
        lab.shared.store.settle(kept)
        name = 'a"\r\nset-cookie: x=1\r\n\r\n<b>价格;.csv'
        own.add_file(Made(name, kept))
        answer = await visitor.ask("/download/f1")
        assert answer.body == b"<script>" * 10
        assert answer["content-type"] == "application/octet-stream"
        assert answer["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer["x-content-type-options"] == "nosniff"
        assert answer["cache-control"] == "no-store"
        assert answer["set-cookie"] is None
        header = str(answer["content-disposition"])
        assert header.startswith('attachment; filename="')
        assert not set(header) & set("\r\n<>")
        assert header.count(";") == 2
        for key in ("f2", "f0", "..", "%2e%2e", "f1/..", "1.csv", "f1%00"):
            assert (await visitor.ask(f"/download/{key}")).status == 404

    in_lab(tmp_path, talk)


def test_what_a_session_had_goes_with_it(tmp_path: Path) -> None:
    now = [0.0]

    async def talk(lab: Lab, owner: Visitor) -> None:
        guest = await guest_of(lab)
        await guest.upload("a.csv", ROWS)
        await owner.upload("a.csv", ROWS)
        async with guest.socket() as line:
            await line.finish(type="open", source={"upload": "u1"})
            now[0] = 150.0
            lab.forget()
            assert len(on_disk(tmp_path)) == 1  # the owner's is gone, the guest is still there
        now[0] = 300.0
        lab.forget()
        assert on_disk(tmp_path) == []
        assert lab.desks == {}

    in_lab(tmp_path, talk, sessions=Sessions(idle=100.0, clock=lambda: now[0]))


def test_a_file_that_is_being_read_is_deleted_afterwards(tmp_path: Path) -> None:
    store = Store(tmp_path, free=0)
    kept = store.reserve("a", "owner", 10)
    kept.hold()
    kept.hold()
    kept.discard()
    assert not kept.is_wanted
    kept.release()
    assert kept.path.exists()
    kept.release()
    assert not kept.path.exists()
    assert store.files_of("a") == []
    store.close()


def test_folders_of_dead_labs_are_swept_away_and_no_others(tmp_path: Path) -> None:
    code = (
        "import sys, os, signal; from pathlib import Path; from kedou.lab.store import Store;"
        "kept = Store(Path(sys.argv[1]), free=0).reserve('a', 'owner', 1);"
        "kept.path.write_text('secret'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    (dead,) = tmp_path.glob(f"{PREFIX}*")
    assert (dead / "1").read_text() == "secret"
    alive = Store(tmp_path, free=0)
    kept = alive.reserve("a", "owner", 1)
    (tmp_path / f"{PREFIX}new").mkdir()
    (tmp_path / f"{PREFIX}old").mkdir()
    os.utime(tmp_path / f"{PREFIX}old", (0, 0))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").write_text("keep")
    (tmp_path / f"{PREFIX}link").symlink_to(elsewhere)
    (tmp_path / "other").mkdir()
    assert sweep(tmp_path) == 2
    assert not dead.exists()
    assert kept.path.exists()
    names = {path.name for path in tmp_path.iterdir()}
    assert names >= {f"{PREFIX}new", f"{PREFIX}link", "elsewhere", "other"}
    assert f"{PREFIX}old" not in names
    assert (elsewhere / "file").read_text() == "keep"
    alive.close()
    assert not kept.path.exists()
    assert not kept.path.parent.exists()


def test_nothing_is_made_on_the_disk_before_it_is_needed(tmp_path: Path) -> None:
    async def talk(lab: Lab, visitor: Visitor) -> None:
        async with visitor.socket() as line:
            await line.ask({"type": "hello"})
            await line.finish(type="open", source={"data": "engel"})
            await line.finish(type="scan", table="t1", target="food")
            await line.finish(type="run", scan="s1")
        assert list(tmp_path.iterdir()) == []

    in_lab(tmp_path, talk)


def test_endings_are_those_of_the_engine() -> None:
    assert FORMATS == sources.FORMATS
    for packed in sources.COMPRESSIONS:
        assert ending_of(f"a.csv{packed}") == f".csv{packed}"
        assert ending_of(f"a{packed}") == packed
    for name in ("a.py", "a.csv.exe", "csv", ".csv.sh", "a.csv/", "a.csv\n", "a.csv\0"):
        assert ending_of(name) == ""
    for ending in (".xlsx", ".xls", ".ods"):
        assert ending_of(f"book{ending}") == ending


def test_a_workbook_that_is_sent_is_explained(tmp_path: Path) -> None:
    async def talk(lab: Lab, visitor: Visitor) -> None:
        await visitor.upload("Umsätze.xlsx", b"PK\x03\x04 something")
        await visitor.upload("page.csv", b"PK\x03\x04 something")
        await visitor.upload("image.png", b"\x89PNG\r\n\x1a\n\x00\x00")
        async with visitor.socket() as line:
            answers = [
                await line.finish(type="open", source={"upload": key}) for key in ("u1", "u2", "u3")
            ]
        assert [one["code"] for one in answers] == [
            "sources.workbook",
            "sources.workbook-inside",
            "sources.unknown-format",
        ]
        assert "Umsätze.xlsx" in answers[0]["text"]
        assert all(str(tmp_path) not in json.dumps(one) for one in answers)

    in_lab(tmp_path, talk)


def test_sweeping_goes_on_in_the_background(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kedou.lab.app.SWEEP_SECONDS", 0.01)
    monkeypatch.setattr("kedou.lab.app.sweep", lambda: 0)
    now = [0.0]

    async def talk(lab: Lab, owner: Visitor) -> None:
        task = asyncio.create_task(lab.tidy())
        await owner.upload("a.csv", ROWS)
        now[0] = 200.0
        began = time.perf_counter()
        while on_disk(tmp_path) and time.perf_counter() - began < 10:
            await asyncio.sleep(0.01)
        assert on_disk(tmp_path) == []
        task.cancel()

    in_lab(tmp_path, talk, sessions=Sessions(idle=100.0, clock=lambda: now[0]))
