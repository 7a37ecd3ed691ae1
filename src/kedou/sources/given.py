"""A file system that is given: one of PyArrow's as it is, one of fsspec in its clothes."""

from __future__ import annotations

from typing import Any

from pyarrow import PythonFile
from pyarrow.fs import FileSystem, FSSpecHandler, PyFileSystem

from kedou.errors import OptionError, OptionTypeError
from kedou.sources.stores import Access, Store


def given_store(access: Access, address: str, inner: str) -> tuple[Store, str]:
    """Return the store that a file system is, and the path of an address in it.

    Parameters
    ----------
    access : Access
    address : str
    inner : str
        The address without its scheme.

    Raises
    ------
    OptionError, OptionTypeError
        If it is no file system, or storage options are given as well.
    """
    if access.options:
        raise OptionError("sources.store-options-twice")
    filesystem = access.filesystem
    if isinstance(filesystem, FileSystem):
        return Store(str(filesystem.type_name), given=filesystem), inner.rstrip("/")
    if not hasattr(filesystem, "_strip_protocol"):
        raise OptionTypeError("sources.filesystem-type", type=type(filesystem).__name__)
    path = str(filesystem._strip_protocol(address))
    protocol = filesystem.protocol
    kind = protocol if isinstance(protocol, str) else protocol[0]
    return Store(kind, given=PyFileSystem(Handler(filesystem))), path.rstrip("/")


class Handler(FSSpecHandler):  # type: ignore[misc]
    """A file system of fsspec, whose files fail as files of PyArrow do: with ``OSError``."""

    def open_input_file(self, path: str) -> Any:
        """Open an object, to be read anywhere in it."""
        return PythonFile(_Told(self.fs.open(path, mode="rb")), mode="r")


class _Told:
    """A file; whatever it raises, as the clients of stores have errors of their own, is told."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def read(self, *size: int) -> Any:
        try:
            return self._file.read(*size)
        except OSError:
            raise
        except Exception as error:
            raise OSError(f"{type(error).__name__}: {error}") from error
