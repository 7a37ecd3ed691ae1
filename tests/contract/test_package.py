"""What is in the repository belongs there; what is written twice is equal."""

import importlib.metadata
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import kedou

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

PATHS = re.compile(r"(?<![\w.:/~-])/(?:home|root|work|opt|mnt|Users|builds?)/[\w.-]+")
HOSTS = re.compile(
    r"(?:py" + r"pi\.org|python" + r"hosted\.org|ana" + r"conda\.org|npm" + r"js\.org|"
    r"unpkg\.com|jsdelivr\.net|--(?:extra-)?index" + r"-url|//mir" + r"rors?\.)"
)


def tracked() -> list[Path]:
    """Return the files of the repository: those git knows, or all that are not by-products."""
    if shutil.which("git"):
        done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
        if done.returncode == 0 and done.stdout:
            names = done.stdout.decode().split("\0")
            return [ROOT / name for name in names if name and (ROOT / name).is_file()]
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
    ]


def lines() -> list[tuple[str, str]]:
    """Return every line of every text file with the place where it stands."""
    found = []
    for path in tracked():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        place = path.relative_to(ROOT).as_posix()
        found += [(f"{place}:{n}", line) for n, line in enumerate(text.splitlines(), 1)]
    return found


def test_no_file_names_a_place_on_one_machine_or_a_package_index() -> None:
    bad = [where for where, line in lines() if PATHS.search(line) or HOSTS.search(line)]
    assert not bad, bad


def test_the_searches_above_would_find_something() -> None:
    assert PATHS.search("open('/home/" + "anna/data.csv')")
    assert not PATHS.search("src/kedou/home/index")
    assert HOSTS.search("https://py" + "pi.org/simple")


def test_the_version_is_written_once() -> None:
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert "version" not in PROJECT["project"]
    assert re.fullmatch(r"\d+\.\d+\.\d+(\.?(a|b|rc|dev)\d+)?", kedou.__version__)
    assert importlib.metadata.version("kedou") == kedou.__version__, "install the package again"


def test_the_package_is_typed_licensed_and_has_its_assets() -> None:
    package = ROOT / "src" / "kedou"
    assert (package / "py.typed").exists()
    assert "BSD 3-Clause" in (ROOT / "LICENSE").read_text("utf-8")
    assert PROJECT["project"]["license"] == "BSD-3-Clause"
    assert list((package / "assets" / "data").glob("*.csv"))


def test_the_example_is_the_data_set_of_the_package() -> None:
    example = (ROOT / "examples" / "tadpoles.csv").read_bytes()
    assert example == (ROOT / "src/kedou/assets/data/tadpoles.csv").read_bytes()
