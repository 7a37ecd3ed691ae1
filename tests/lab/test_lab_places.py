"""Paths lead into the folders that were allowed, and nowhere else, whatever tricks they try."""

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lab_client import House, Visitor, house, make_lab

from kedou.errors import OptionError
from kedou.lab.errands import Shared
from kedou.lab.places import MOST_LISTED, Places, read_folders
from kedou.lab.pool import Pool
from kedou.lab.refusal import RefusalError
from kedou.sources.files import find_files

ROWS = "x,y\n1,2\n3,4\n5,7\n"
SECRET = "secret,y\n1,2\n3,4\n5,7\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a folder that may be read from, beside one that may not."""
    data, out = tmp_path / "data", tmp_path / "out"
    for name in ("sub/year=2023", "sub/year=2024", ".hidden", "linked"):
        (data / name).mkdir(parents=True)
    out.mkdir()
    for name in ("a.csv", "b.csv", "sub/year=2023/p.csv", "sub/year=2024/p.csv", "linked/c.csv"):
        (data / name).write_text(ROWS)
    for name in (".hidden/x.csv", ".env.csv", "_draft.csv"):
        (data / name).write_text(SECRET)
    (data / "notes.md").write_text("words")
    for name in ("secret.csv", "other.csv"):
        (out / name).write_text(SECRET)
    (data / "out.csv").symlink_to(out / "secret.csv")
    (data / "outdir").symlink_to(out)
    (data / "up").symlink_to("..")
    (data / "inner.csv").symlink_to("a.csv")
    (data / "innerdir").symlink_to("sub")
    (data / "to_hidden.csv").symlink_to(".hidden/x.csv")
    (data / "broken.csv").symlink_to("nowhere.csv")
    (data / "loop.csv").symlink_to("loop.csv")
    (data / "linked" / "out.csv").symlink_to(out / "secret.csv")
    os.mkfifo(data / "pipe.csv")
    return data


@pytest.fixture
def places(tree: Path) -> Places:
    return read_folders([str(tree)])


def found(places: Places, text: str) -> list[str]:
    """Return the files that a text stands for, as a worker finds them."""
    files, _ = find_files(places.find(text), places.admit)
    return [file.path.name if "year" not in file.origin else file.origin for file in files]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a.csv", ["a.csv"]),
        ("./a.csv", ["a.csv"]),
        ("inner.csv", ["inner.csv"]),
        ("sub", ["year=2023/p.csv", "year=2024/p.csv"]),
        ("innerdir", ["year=2023/p.csv", "year=2024/p.csv"]),
        ("sub/*/p.csv", ["year=2023/p.csv", "year=2024/p.csv"]),
        ("[ab].csv", ["a.csv", "b.csv"]),
        ("_draft.csv", ["_draft.csv"]),
        ("notes.md", ["notes.md"]),
    ],
)
def test_what_lies_inside_is_found(places: Places, text: str, names: list[str]) -> None:
    assert found(places, text) == names
    tops = {places.folders[0].given, places.folders[0].real}
    for top in tops:
        assert found(places, str(top / text)) == names


REFUSED = [
    ("out.csv", "leads-out"),
    ("outdir", "leads-out"),
    ("outdir/secret.csv", "leads-out"),
    ("outdir/*.csv", "leads-out"),
    ("up", "leads-out"),
    ("up/out/secret.csv", "leads-out"),
    ("up/*/secret.csv", "leads-out"),
    ("*/secret.csv", "leads-out"),
    ("**/*.csv", "leads-out"),
    ("linked", "leads-out"),
    ("linked/*", "leads-out"),
    ("to_hidden.csv", "hidden"),
    (".hidden", "hidden"),
    (".hidden/x.csv", "hidden"),
    (".env.csv", "hidden"),
    ("sub/../.hidden/x.csv", "up"),
    ("../out/secret.csv", "up"),
    ("sub/../../out/secret.csv", "up"),
    ("..", "up"),
    ("..\\out\\secret.csv", "up"),
    ("/etc/passwd", "outside"),
    ("/", "outside"),
    ("/dev/zero", "outside"),
    ("/proc/self/environ", "outside"),
    ("~/a.csv", "none"),
    ("~root/a.csv", "none"),
    ("$HOME/a.csv", "none"),
    ("no such.csv", "none"),
    ("*.parquet", "none"),
    ("pipe.csv", "special"),
    ("broken.csv", "gone"),
    ("loop.csv", "gone"),
    ("a.csv\0.png", "odd"),
    ("a\n.csv", "odd"),
    ("a\x7f.csv", "odd"),
    ("http://evil.example/a.csv", "address"),
    ("s3://bucket/a.csv", "address"),
    ("file:///etc/passwd", "address"),
    ("FILE:/etc/passwd", "address"),
    ("data:text/csv,x", "address"),
    ("\\\\server\\share\\a.csv", "network"),
    ("//server/share/a.csv", "network"),
    ("\\\\?\\C:\\a.csv", "network"),
    ("\\\\.\\pipe\\a", "network"),
    ("/\\server\\a.csv", "network"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_what_leads_elsewhere_is_refused_before_it_is_read(
    places: Places, text: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    true = Path.open

    def watched(self: Path, *given: Any, **options: Any) -> Any:
        read.append(str(self))
        return true(self, *given, **options)

    monkeypatch.setattr(Path, "open", watched)
    with pytest.raises(RefusalError) as caught:
        found(places, text)
    assert caught.value.code == f"lab.path-{reason}"
    assert read == []
    for language in ("en", "zh-CN"):
        assert "{" not in caught.value.text(language)


def test_a_path_beside_the_folder_that_begins_like_it_is_outside(tree: Path) -> None:
    beside = tree.parent / "data2"
    beside.mkdir()
    (beside / "a.csv").write_text(SECRET)
    places = read_folders([str(tree)])
    for text in (f"{tree}2/a.csv", f"{tree}/../data2/a.csv", str(beside / "a.csv")):
        with pytest.raises(RefusalError):
            found(places, text)


def test_devices_and_sockets_are_no_files(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(tmp_path / "s.csv"))
        places = read_folders([str(tmp_path), "/dev"])
        for text in ("s.csv", "/dev/null", "null", "/dev/zero"):
            with pytest.raises(RefusalError) as caught:
                found(places, text)
            assert caught.value.code in ("lab.path-special", "lab.path-leads-out")


def test_a_pipe_that_a_pattern_finds_is_not_admitted(tree: Path, places: Places) -> None:
    with pytest.raises(RefusalError) as caught:
        places.admit(tree / "pipe.csv")
    assert caught.value.code == "lab.path-special"
    assert places.admit(tree / ".env.csv") is False


def test_a_link_that_is_changed_later_is_looked_at_again(tree: Path, places: Places) -> None:
    link = tree / "later.csv"
    link.symlink_to("a.csv")
    assert found(places, "later.csv") == ["later.csv"]
    link.unlink()
    link.symlink_to(tree.parent / "out" / "secret.csv")
    with pytest.raises(RefusalError, match="leads out"):
        found(places, "later.csv")


def test_a_folder_that_is_a_link_or_hidden_itself_may_be_allowed(tree: Path) -> None:
    (tree.parent / "alias").symlink_to(tree)
    for folder in (tree.parent / "alias", tree / ".hidden", tree / "outdir"):
        places = read_folders([str(folder)])
        names = [file["path"] for file in places.listing()[0]["files"]]
        assert names
        for name in names:
            assert found(places, name) == [Path(name).name] or "year" in name


def test_several_folders_are_tried_in_their_order(tree: Path) -> None:
    out = tree.parent / "out"
    (out / "a.csv").write_text(SECRET)
    places = read_folders([str(tree), str(out), str(tree)])
    assert len(places.folders) == 2
    assert places.find("a.csv").parent == tree
    assert places.find("secret.csv").parent == out
    assert found(places, "out.csv") == ["out.csv"]
    listed = [file["path"] for file in places.listing()[1]["files"]]
    assert listed == [str(out / "a.csv"), "other.csv", "secret.csv"]
    assert found(places, listed[0]) == ["a.csv"]
    assert Places.from_json(places.to_json()) == places


def test_the_listing_holds_data_files_that_may_be_read(tree: Path, places: Places) -> None:
    (told,) = places.listing()
    assert told["name"] == str(tree)
    assert [file["path"] for file in told["files"]] == [
        "a.csv", "b.csv", "inner.csv", "linked/c.csv", "sub/year=2023/p.csv", "sub/year=2024/p.csv",
    ]  # fmt: skip
    assert told["files"][0] == {"path": "a.csv", "bytes": len(ROWS), "format": "csv"}


def test_a_listing_is_bounded_and_takes_odd_names(tmp_path: Path) -> None:
    for number in range(MOST_LISTED + 20):
        (tmp_path / f"{number:04}.csv").write_text("")
    (tmp_path / "<img src=x>.csv").write_text("")
    Path(os.fsdecode(os.fsencode(str(tmp_path)) + b"/\xff\xfe.csv")).write_text("")
    (told,) = read_folders([str(tmp_path)]).listing()
    assert len(told["files"]) == MOST_LISTED
    for path in tmp_path.glob("0*.csv"):
        path.unlink()
    (told,) = read_folders([str(tmp_path)]).listing()
    assert [file["path"] for file in told["files"]] == ["<img src=x>.csv"]


@pytest.mark.parametrize("given", ["no/such", "a.csv", ""])
def test_only_folders_can_be_allowed(tree: Path, given: str) -> None:
    with pytest.raises(OptionError, match="--data"):
        read_folders([str(tree / given) if given else "\0"])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("places")) as made:
        made.write("a.csv", ROWS)
        (made.data / "out.csv").symlink_to("/etc/passwd")
        (made.data.parent / "b.csv").write_text(SECRET)
        yield made


def test_the_owner_reads_by_path_and_a_guest_does_not(home: House) -> None:
    async def run() -> None:
        for visitor, may in ((await home.owner(), True), (await home.guest(), False)):
            async with visitor.socket() as line:
                own = (await line.ask({"type": "hello"}))["own"]
                assert own["paths"] is may
                told = await line.finish(type="places")
                paths = [file["path"] for one in told["folders"] for file in one["files"]]
                assert paths == (["a.csv"] if may else [])
                answer = await line.finish(type="open", source={"path": "a.csv"})
                assert answer["type"] == ("table" if may else "error")
                for text in ("out.csv", "../b.csv", str(home.data.parent / "b.csv"), "/etc/passwd"):
                    said = await line.finish(type="open", source={"path": text})
                    assert said["type"] == "error"
                    expected = "lab.path-" if may else "lab.path-owner"
                    assert said["code"].startswith(expected)
                    assert "root:" not in str(said)

    home.run(run())


def test_a_file_that_becomes_a_link_is_refused_at_the_scan(home: House) -> None:
    async def run() -> None:
        home.write("change.csv", ROWS)
        visitor = await home.owner()
        async with visitor.socket() as line:
            table = await line.finish(type="open", source={"path": "change.csv"})
            (home.data / "change.csv").unlink()
            (home.data / "change.csv").symlink_to(home.data.parent / "b.csv")
            for question in (
                {"type": "look"},
                {"type": "scan", "target": "y"},
            ):
                said = await line.finish(table=table["table"], **question)
                assert said["code"] == "lab.path-leads-out"

    home.run(run())


def test_files_of_the_command_line_may_lie_anywhere(tmp_path: Path) -> None:
    (tmp_path / "named.csv").write_text(ROWS)
    opened = {"source": {"files": [str(tmp_path / "named.csv")]}, "name": "named.csv"}

    async def run() -> None:
        lab = make_lab(
            for_class=True,
            shared=Shared(pool=Pool(spares=0), places=read_folders([])),
            opened=opened,
        )
        try:
            for _ in range(2):
                owner = await Visitor(lab).enter(lab)
                async with owner.socket() as line:
                    own = (await line.ask({"type": "hello"}))["own"]
                    assert (own["opened"], own["paths"]) == ("t1", False)
                    table = await line.finish(type="open", source={"table": "t1"})
                    assert [column["name"] for column in table["columns"]] == ["x", "y"]
                    said = await line.finish(
                        type="open", source={"path": str(tmp_path / "named.csv")}
                    )
                    assert said["code"] == "lab.path-outside"
            guest = Visitor(lab)
            await guest.ask(f"/?join={lab.links.join}")
            async with guest.socket() as line:
                assert (await line.ask({"type": "hello"}))["own"]["opened"] is None
                said = await line.finish(type="open", source={"table": "t1"})
                assert said["code"] == "lab.no-table"
        finally:
            await lab.close()

    asyncio.run(run())
