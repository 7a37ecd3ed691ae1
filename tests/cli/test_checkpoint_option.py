"""``kedou fit --checkpoint``: a killed command goes on, and says what it will not do."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from installed import command


def make_file(path, rows):
    lines = b"".join(b"%d,2.5,%d,%d.25\n" % (i, i * i % 97, i % 13) for i in range(1000))
    path.write_bytes(b"a,b,c,y\n" + lines * (rows // 1000))


def test_a_killed_fit_goes_on_to_the_same_answer(shell):
    make_file(Path("long.csv"), 3_000_000)
    line = ["fit", "long.csv", "-t", "y", "--json", "--steps", "5", "--moments"]
    plain = shell(*line, "plain.json")
    kept = Path("kept")
    process = subprocess.Popen(command(*line, "went-on.json", "--checkpoint", "kept"))
    give_up = time.monotonic() + 60
    while process.poll() is None and not (kept.exists() and '"open": []' not in kept.read_text()):
        assert time.monotonic() < give_up
        time.sleep(0.002)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert not Path("went-on.json").exists()
    for said in ("Going on from the checkpoint: ", "Going on from the checkpoint: 3,000,000 rows"):
        done = shell(*line, "went-on.json", "--checkpoint", "kept")
        assert done.code == plain.code
        assert said in done.err.decode()
        assert Path("went-on.json").read_bytes() == Path("plain.json").read_bytes()
        one, two = (json.loads(ended.out) for ended in (plain, done))
        assert one["fit"] == two["fit"] if "fit" in one else one.keys() == two.keys()
    assert "Read" not in done.err.decode()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--loss", "huber"], "the loss 'huber' reads them again"),
        (["--split-by", "time"], "--split-by reads all rows once more"),
        (["--report", "r.html"], "A report shows some of the rows"),
        (["--batch-size", "9"], "mini-batches read them again in every epoch"),
    ],
)
def test_what_a_checkpoint_does_not_keep(kedou, arguments, words):
    ended = kedou("fit", "tadpoles.csv", "-t", "volume", "--checkpoint", "kept", *arguments)
    assert ended.code == 2
    assert words in ended.err
    assert not Path("kept").exists()


def test_other_work_is_refused_and_the_checkpoint_kept(kedou):
    line = ["fit", "tadpoles.csv", "-t", "volume", "--checkpoint", "kept", "--quiet"]
    assert kedou(*line).code == 0
    assert kedou(*line).code == 0
    before = Path("kept").read_bytes()
    ended = kedou(*line, "--folds", "3")
    assert ended.code == 3
    assert "was begun with other options: folds" in ended.err
    ended = kedou(*line, "--lang", "zh", "--checkpoint", "tadpoles.csv")
    assert ended.code == 3
    assert "根本不是断点文件" in ended.err
    os.utime("tadpoles.csv", (1, 1))
    ended = kedou(*line)
    assert ended.code == 3
    assert "tadpoles.csv has changed since the checkpoint kept" in ended.err
    assert Path("kept").read_bytes() == before
    assert kedou(*line[:-3], "--checkpoint", "nowhere/kept").code == 3


def test_a_second_reading_goes_on_as_well(kedou):
    """The rows are hard enough for "auto" to read them once more, exactly, into a second file."""
    lines = [f"{x},{x**3}" for x in (1000 + n % 100 for n in range(5000))]
    Path("hard.csv").write_text("x,y\n" + "\n".join(lines) + "\n")
    line = ["fit", "hard.csv", "-t", "y", "-p", "x=4", "--steps", "5", "--json"]
    plain = json.loads(kedou(*line).out)
    assert plain["precision"] == "exact"
    assert plain["hold_out"]["mae"] is not None
    kept = [*line, "--checkpoint", "kept"]
    first = kedou(*kept)
    assert "Going on" not in first.err
    assert "Read 5,000 rows" in first.err
    one = Path("kept").read_bytes(), Path("kept.exact").read_bytes()
    second = kedou(*kept)
    assert second.err.count("Going on from the checkpoint: 5,000 rows") == 1
    assert "Read" not in second.err
    assert one == (Path("kept").read_bytes(), Path("kept.exact").read_bytes())
    Path("kept.exact").unlink()
    third = kedou(*kept)
    assert "Going on from the checkpoint: 5,000 rows" in third.err
    assert "Read 5,000 rows" in third.err
    for ended in (first, second, third):
        found = json.loads(ended.out)
        assert found["exact"] == plain["exact"]
        assert found["hold_out"]["mse"] == plain["hold_out"]["mse"]
        assert found["hold_out"]["mae"] is None
        assert any("--checkpoint" in note for note in found["notes"])


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "mean absolute error not"), ("zh", "未计算平均绝对误差")],
)
def test_exact_with_a_checkpoint_says_what_is_not_told(kedou, language, words):
    line = ["--lang", language, "fit", "tadpoles.csv", "-t", "volume", "--precision", "exact"]
    line += ["--folds", "3"]
    assert words not in kedou(*line).out
    assert kedou(*line, "--checkpoint", "kept").out.count(words) == 1
    assert Path("kept").exists()
    assert not Path("kept.exact").exists()
