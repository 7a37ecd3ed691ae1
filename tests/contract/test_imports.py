"""``import kedou`` costs next to nothing, and every public name is there."""

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys

import kedou

HEAVY = (
    "sklearn", "scipy", "pyarrow", "pandas", "polars", "narwhals", "typer", "click", "rich",
    "threadpoolctl", "starlette", "uvicorn", "websockets", "anyio", "dask", "distributed",
)  # fmt: skip


def loaded_by(code: str) -> set[str]:
    """Return the heavy packages that a fresh interpreter holds after some code, warnings errors."""
    script = f"{code}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split()) & set(HEAVY)


def test_importing_loads_nothing_heavy_and_warns_of_nothing() -> None:
    assert loaded_by("import kedou") == set()


def test_descending_on_arrays_needs_neither_frames_nor_scipy_nor_terminals() -> None:
    code = "import kedou as kd\nkd.descend(kd.scan([[1.0], [2.0], [4.0]], [1.0, 2.0, 3.0]))"
    assert loaded_by(code) <= {"threadpoolctl", "pyarrow"}


def test_every_public_name_resolves_and_is_listed() -> None:
    assert kedou.__all__ == sorted(kedou.__all__)
    for name in kedou.__all__:
        assert getattr(kedou, name) is not None
        assert name in dir(kedou)


def test_type_checkers_see_the_names_that_are_there() -> None:
    tree = ast.parse(inspect.getsource(kedou))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.asname or alias.name: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert {name: home for name, home in seen.items() if home != "kedou"} == kedou._HOMES
    assert set(seen) <= set(kedou.__all__)


def test_every_module_imports_and_its_listed_names_resolve() -> None:
    for found in pkgutil.walk_packages(kedou.__path__, "kedou."):
        if found.name.endswith("__main__"):
            continue
        module = importlib.import_module(found.name)
        for name in getattr(module, "__all__", ()):
            assert getattr(module, name) is not None, f"{found.name}.{name}"
