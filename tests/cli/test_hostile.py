"""Whatever comes in, what comes out is a known exit code and one paragraph: never a traceback."""

import os
import random
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kedou.cli import main
from kedou.cli.exits import Exit

FIT = ["fit", "tadpoles.csv", "--target", "volume"]

USAGE = [
    (["frobnicate"], 2, "frobnicate"),
    (["ft"], 2, "'fit'"),
    (["--frobnicate"], 2, "--frobnicate"),
    (["fit"], 2, "FILES"),
    (["fit", "tadpoles.csv"], 2, "time, volume"),
    ([*FIT, "--stepz", "3"], 2, "--steps"),
    ([*FIT, "--zzzzz"], 2, "--zzzzz"),
    ([*FIT, "--steps"], 2, "--steps"),
    ([*FIT, "--steps", "many"], 2, "many"),
    ([*FIT, "--steps", "2.5"], 2, "2.5"),
    ([*FIT, "--steps", "-1"], 2, "-1"),
    ([*FIT, "--steps", "inf"], 2, "inf"),
    ([*FIT, "--learning-rate", "fast"], 2, "fast"),
    ([*FIT, "--learning-rate", "nan"], 2, "nan"),
    ([*FIT, "--rule", "adm"], 2, "'adam'"),
    ([*FIT, "--rule", "slope", "--learning-rate", "1"], 2, "slope"),
    ([*FIT, "--loss", "squard"], 2, "'squared'"),
    ([*FIT, "--loss", "huber", "--ridge", "1"], 2, "huber"),
    ([*FIT, "--tolerance", "0"], 2, "--tolerance"),
    ([*FIT, "--start", "here"], 2, "here"),
    ([*FIT, "--start", "1,2,3"], 2, "time, intercept"),
    ([*FIT, "--seed", "x"], 2, "--seed"),
    ([*FIT, "--ridge", "-1"], 2, "--ridge"),
    ([*FIT, "--folds", "1"], 2, "--folds"),
    ([*FIT, "--folds", "1000"], 2, "--folds"),
    ([*FIT, "--split-by", "time", "--group-by", "time"], 2, "--group-by"),
    ([*FIT, "--split-by", "time", "--folds", "3"], 2, "--folds"),
    ([*FIT, "--polynomial", "time"], 2, "time"),
    ([*FIT, "--polynomial", "time=0"], 2, "time=0"),
    ([*FIT, "--polynomial", "time=x"], 2, "x"),
    ([*FIT, "--polynomial", "time=2", "--categorical", "time"], 2, "--categorical"),
    ([*FIT, "--missing", "maybe"], 2, "maybe"),
    ([*FIT, "--delimiter", "::"], 2, "::"),
    ([*FIT, "--decimal", "x"], 2, "x"),
    ([*FIT, "--encoding", "klingon"], 2, "klingon"),
    ([*FIT, "--json=yes"], 2, "--json"),
    ([*FIT, "--lang", "fr"], 2, "fr"),
    ([*FIT, "--lang"], 2, "--lang"),
    ([*FIT, "--history", "h.txt"], 2, "h.txt"),
    ([*FIT, "--model", "no/where.json"], 3, "no/where.json"),
    ([*FIT, "--model", "."], 3, "."),
    ([*FIT, "--moments", "no/where.json"], 3, "no/where.json"),
    ([*FIT, "--features", "length"], 3, "length"),
    ([*FIT, "--features", "volume"], 2, "volume"),
    ([*FIT, "--weight", "length"], 3, "length"),
    ([*FIT, "--group-by", "length"], 3, "length"),
    ([*FIT, "--dates", "time"], 3, "time"),
    ([*FIT, "--loss", "log"], 3, "0"),
    (["fit", "tadpoles.csv", "tadpoles.csv", "-t", "volume"], 2, "tadpoles.csv"),
    (["fit", "tadpoles.csv", "-t", "volum"], 3, "'volume'"),
    (["fit", "tadpole.csv", "-t", "volume"], 3, "'tadpoles.csv'"),
    (["fit", "*.parquet", "-t", "volume"], 3, "*.parquet"),
    (["fit", "https://example.org/x.csv", "-t", "volume"], 3, "https"),
    (["fit", "", "-t", "volume"], 2, "FILES"),
    (["fit", "-", "-t", "volume"], 3, "-"),
    (["fit", "\udcff.csv", "-t", "volume"], 3, "?.csv"),
]


def checked(ended, code):
    assert ended.code == code, ended.err
    assert ended.out == ""
    lines = [line for line in ended.err.splitlines() if not line.startswith(("Read ", "The loss"))]
    assert len(lines) == 1, ended.err
    assert lines[0].startswith("Error: ")
    assert "Traceback" not in ended.err
    return lines[0]


@pytest.mark.parametrize(("arguments", "code", "named"), USAGE)
def test_a_mistake_is_one_paragraph_that_names_it(kedou, arguments, code, named):
    assert named.replace("\udcff", "?") in checked(kedou(*arguments), code).replace("\udcff", "?")
    if "--lang" not in arguments:
        chinese = kedou(*arguments, "--lang", "zh")
        assert chinese.code == code
        assert chinese.err.splitlines()[-1].startswith("错误：")


def test_wrong_settings_are_told_before_any_row_is_read(kedou):
    for options in (["--rule", "adm"], ["--ridge", "-1"], ["--tolerance", "0"],
                    ["--model", "no/m.json"], ["--history", "h.txt"]):  # fmt: skip
        assert "Read" not in kedou(*FIT, *options).err


FILES = {
    "empty": b"",
    "blank": b"\n\n\n",
    "names only": b"x,y\n",
    "one cell": b"7",
    "zeros": b"\x00" * 1000,
    "noise": random.Random(3).randbytes(3000),
    "open quote": b'x,y\n1,"2\n3,4\n',
    "two names": b"x,x,y\n1,2,3\n",
    "text": b"x,y\na,b\nc,d\n",
    "all missing": b"x,y\n,\n,\n",
    "one row": b"x,y\n1,2\n",
    "one column": b"y\n1\n2\n",
    "huge": b"x,y\n1e300,1\n2e300,2\n3e300,1\n",
    "infinite": b"x,y\ninf,1\n-inf,2\n",
    "tiny": b"x,y\n1e-300,1\n2e-300,2\n3e-300,5\n",
    "constant": b"x,y\n5,1\n5,2\n",
    "workbook": b"PK\x03\x04" + b"\x00" * 100,
    "not quite Parquet": b"PAR1" + b"\x00" * 100,
    "not quite Arrow": b"ARROW1" + b"\x00" * 100,
    "utf-16": "x,y\n1,2\n2,3\n".encode("utf-16"),
    "latin": b"x,y,caf\xe9\n1,2,3\n2,4,1\n",
    "ragged": b"x,y\n1,2,3\n4\n",
    "a page": b"<!DOCTYPE html><html><body>Not found</body></html>",
    "json": b'{"x": [1, 2], "y": [2, 3]}',
    "carriage returns": b"x,y\r1,2\r2,4\r4,4\r",
    "curly names": b"{x},{0},y\n1,2,3\n2,5,3\n4,1,1\n",
    "marked up": b"[bold]x[/bold],y\n1,2\n2,5\n3,3\n",
    "control": b"x\x1b[31m,y\n1,2\n2,5\n3,3\n",
    "very wide": (",".join(f"c{i}" for i in range(400)) + ",y\n" + "1," * 400 + "2\n").encode(),
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("command", ["fit", "diagnose"])
def test_any_file_ends_in_words(kedou, kind, command):
    Path("odd.csv").write_bytes(FILES[kind])
    for options in ([], ["--json"], ["--skip-bad-rows", "--lang", "zh"]):
        ended = kedou(command, "odd.csv", "--target", "y", *options)
        assert ended.code in (0, 3, 4, 5), ended.err
        assert "Traceback" not in ended.err
        assert (ended.code == 3) == (ended.out == ""), ended.err


@given(st.binary(max_size=300), st.sampled_from(["x", "y", "a"]))
@settings(max_examples=40)
def test_random_bytes_never_surprise(tmp_path_factory, content, target):
    path = tmp_path_factory.mktemp("bytes") / "any.csv"
    path.write_bytes(b"x,y,a\n1,2,3\n" + content)
    assert main(["fit", str(path), "-t", target, "-q", "--folds", "0"]) in (0, 3, 4, 5)


WORDS = ["fit", "predict", "tadpoles.csv", "-t", "volume", "--json", "--steps", "1", "-q", "--",
         "--folds", "3", "-", "=", "--ridge=1", "--start", "0,0", "time", "-f", "--no-intercept",
         "\x00", "🐸", "a" * 300, "--lang", "zh", "-p", "time=2", "--model", "m.json"]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS) | st.text(string.printable, max_size=4), max_size=8))
@settings(max_examples=60)
def test_random_command_lines_never_surprise(arguments):
    assert main(arguments) in set(Exit) - {Exit.INTERNAL, Exit.INTERRUPTED}


def test_a_mistake_of_ours_is_one_paragraph(kedou, monkeypatch):
    def broken(*arguments, **options):
        raise ZeroDivisionError("seven\ntadpoles")

    monkeypatch.setattr("kedou.fitting.descend", broken)
    ended = kedou(*FIT)
    line = checked(ended, 1)
    assert "ZeroDivisionError: seven tadpoles" in line
    assert "KEDOU_DEBUG=1" in line
    monkeypatch.setenv("KEDOU_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(FIT)


def test_too_little_memory_is_told(kedou, monkeypatch):
    def hungry(*arguments, **options):
        raise MemoryError

    monkeypatch.setattr("kedou.fitting.scan", hungry)
    assert "memory" in checked(kedou(*FIT), 3)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs an ordinary user")
def test_a_folder_that_may_not_be_written(kedou):
    Path("locked").mkdir(mode=0o500)
    assert "locked" in checked(kedou(*FIT, "--model", "locked/m.json"), 3)


def test_a_disk_that_fills_up_while_writing(kedou, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kedou.saving.os.fsync", full)
    before = sorted(Path().iterdir())
    for option, name in (("--model", "m.json"), ("--history", "h.csv"), ("--moments", "s.json")):
        assert "No space left" in checked(kedou(*FIT, option, name), 3)
    assert sorted(Path().iterdir()) == before
