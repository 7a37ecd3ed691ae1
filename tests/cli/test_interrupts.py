"""Ctrl-C in the middle of reading a file: code 130, one line, nothing half-written."""

import signal
import subprocess
import time
from pathlib import Path

import pytest
from installed import command

pytestmark = pytest.mark.skipif(not Path("/proc/self/fdinfo").exists(), reason="needs /proc")
ROWS = 8_000_000
WELL_INTO_IT = 6 << 20


@pytest.fixture(scope="module")
def long_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("long") / "long.csv"
    varied = b"".join(b"%d,2.5,%d,5.0,%d.25\n" % (i, i * i % 97, i % 13) for i in range(500))
    with path.open("wb") as file:
        file.write(b"a,b,c,d,y\n")
        for _ in range(ROWS // 500 // 1000):
            file.write(varied * 1000)
    yield path
    path.unlink()


def interrupted(arguments, path):
    """Start a command, send SIGINT once it is well into the file, and return how it ended."""
    process = subprocess.Popen(
        command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    give_up = time.monotonic() + 30
    while process.poll() is None and _position(process.pid, path) < WELL_INTO_IT:
        assert time.monotonic() < give_up, "it never read the file"
        time.sleep(0.002)
    assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    return process.returncode, out.decode(), err.decode()


def _position(pid, path):
    """Return how far a process has read a file."""
    try:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            if link.resolve() == path:
                return int(Path(f"/proc/{pid}/fdinfo/{link.name}").read_text().split()[1])
    except OSError:
        pass
    return 0


def test_an_interrupted_fit(long_file):
    outputs = ["--model", "m.json", "--history", "h.csv", "--moments", "s.json"]
    code, out, err = interrupted(["fit", long_file, "-t", "y", *outputs], long_file)
    assert code == 130
    assert out == ""
    assert err.strip() == "Interrupted. No half-written file was left."
    assert [path.name for path in Path().iterdir()] == ["tadpoles.csv"]


def test_an_interrupted_prediction_keeps_the_older_file(long_file, kedou):
    with long_file.open("rb") as file:
        head = file.read(200_000).rsplit(b"\n", 1)[0]
    Path("head.csv").write_bytes(head + b"\n")
    kedou("fit", "head.csv", "-t", "y", "--model", "m.json", "--steps", "5")
    Path("out.csv").write_text("older", encoding="utf-8")
    before = sorted(path.name for path in Path().iterdir())
    arguments = ["predict", "m.json", long_file, "-o", "out.csv", "--lang", "zh"]
    code, out, err = interrupted(arguments, long_file)
    assert code == 130
    assert out == ""
    assert err.strip() == "已中断。没有留下写了一半的文件。"
    assert sorted(path.name for path in Path().iterdir()) == before
    assert Path("out.csv").read_text(encoding="utf-8") == "older"
