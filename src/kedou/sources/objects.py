"""Objects in a store, named and listed as files in folders are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from pathlib import PurePosixPath
from typing import Any, TypeVar

from kedou.errors import KedouError, UnreadableFileError
from kedou.sources.files import is_glob
from kedou.sources.formats import is_hidden, is_named_as_data
from kedou.sources.stores import Access, Store, store_at

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StoredPath:
    """Where an object is: a ``Path`` as far as reading needs one.

    Attributes
    ----------
    store : Store
    key : str
        Path in the store, its bucket first.
    prefix : str
        What stands before it in its address: ``"s3://"``.
    """

    store: Store = field(repr=False)
    key: str
    prefix: str

    def __str__(self) -> str:
        """Its address, in which there is no secret."""
        return f"{self.prefix}{self.key}"

    @property
    def inner(self) -> PurePosixPath:
        """Its path in the store."""
        return PurePosixPath(self.key)

    @property
    def name(self) -> str:
        """Last part of its path."""
        return self.inner.name

    @property
    def suffix(self) -> str:
        """Last ending of its name."""
        return self.inner.suffix

    @property
    def suffixes(self) -> list[str]:
        """Endings of its name."""
        return self.inner.suffixes

    @property
    def place(self) -> PurePosixPath:
        """Its address as an absolute path, to be compared with those of other objects."""
        return PurePosixPath("/", self.prefix.rstrip(":/"), self.key.lstrip("/"))

    def asked(self, question: Callable[[], T]) -> T:
        """Return what the store answers; put its refusal into words."""
        return _asked(self.store, str(self), question)

    def input(self) -> Any:
        """Open it as a file of PyArrow's, to be read anywhere in it.

        Raises
        ------
        UnreadableFileError
            If it is not there, or the store does not answer.
        """
        return self.asked(lambda: self.store.filesystem.open_input_file(self.key))

    def seen(self) -> tuple[int, int | None, str | None]:
        """Return its size, when it was changed (ns), and the store's mark of its content."""
        info = self.asked(lambda: self.store.filesystem.get_file_info(self.key))
        if not info.is_file:
            raise UnreadableFileError("sources.store-no-object", file=str(self), reason="")
        with self.input() as opened:
            mark = _mark(opened)
        return int(info.size), info.mtime_ns, mark


def objects_of(
    address: str, access: Access, aside: list[str]
) -> list[tuple[StoredPath, PurePosixPath]]:
    """List the objects of an address, a folder or a pattern, each with the folder it was found in.

    Parameters
    ----------
    address : str
    access : Access
    aside : list of str
        Takes the objects of a folder that are no data.
    """
    store, key = store_at(address, access)
    mark = address.find("://")
    prefix = address[: mark + 3] if mark >= 0 else f"{store.kind}://"
    path = partial(StoredPath, store, prefix=prefix)
    whole = PurePosixPath(key)
    info = _asked(store, f"{prefix}{key}", lambda: store.filesystem.get_file_info(key))
    if info.is_file:
        return [(path(key), whole.parent)]
    if info.type.name == "Directory":
        found = _below(store, path(key))
        return [(path(k), whole) for k in _data(found, whole, aside, f"{prefix}{key}")]
    if is_glob(key):
        matches = _matches(store, path(key))
        if not matches and not _has_bucket(path(key)):
            raise _no_bucket(path(key))
        if not matches:
            raise UnreadableFileError("sources.glob-empty", pattern=f"{prefix}{key}")
        fixed = _fixed(whole)
        return [(path(match), fixed) for match in matches]
    raise _absent(store, path(key))


def _asked(store: Store, address: str, question: Callable[[], T]) -> T:
    try:
        return question()
    except KedouError:
        raise
    except Exception as error:  # a given file system may raise anything
        raise store.refusal(error, address) from None


def _listed(store: Store, address: str, folder: str, deep: bool) -> Iterator[str]:
    from pyarrow.fs import FileSelector

    selector = FileSelector(folder, recursive=deep, allow_not_found=True)
    infos = _asked(store, address, lambda: store.filesystem.get_file_info(selector))
    return (info.path for info in infos if info.is_file)


def _below(store: Store, folder: StoredPath) -> list[str]:
    return sorted(_listed(store, str(folder), folder.key, True), key=_in_order)


def _matches(store: Store, pattern: StoredPath) -> list[str]:
    fixed = _fixed(pattern.inner)
    wanted = pattern.inner.relative_to(fixed).parts
    base = "" if str(fixed) == "." else str(fixed)
    deep = len(wanted) > 1 or "**" in wanted
    keys = _listed(store, str(pattern), base, deep)
    found = (k for k in keys if _fits(PurePosixPath(k).relative_to(fixed).parts, wanted))
    return sorted(found, key=_in_order)


def _fits(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(_fits(parts[n:], pattern[1:]) for n in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:])


def _fixed(path: PurePosixPath) -> PurePosixPath:
    return next(p for p in path.parents if not is_glob(str(p)))


def _in_order(key: str) -> tuple[str, ...]:
    return PurePosixPath(key).parts


def _data(keys: Sequence[str], folder: PurePosixPath, aside: list[str], address: str) -> list[str]:
    data = []
    for key in keys:
        inner = PurePosixPath(key).relative_to(folder)
        if is_hidden(inner):
            continue
        if is_named_as_data(inner):
            data.append(key)
        else:
            aside.append(inner.as_posix())
    if not data:
        raise UnreadableFileError("sources.folder-empty", folder=address)
    return data


def _absent(store: Store, path: StoredPath) -> UnreadableFileError:
    """Say that an object is not there, or its bucket, and what is called much like it."""
    from difflib import get_close_matches

    if not _has_bucket(path):
        return _no_bucket(path)
    keys = _listed(store, str(path), str(path.inner.parent), False)
    near = get_close_matches(path.name, [PurePosixPath(key).name for key in keys], n=1)
    if near:
        return UnreadableFileError("sources.no-file-near", file=str(path), near=near[0])
    return UnreadableFileError("sources.store-no-object", file=str(path), reason="")


def _has_bucket(path: StoredPath) -> bool:
    if path.store.given is not None or path.store.kind not in ("s3", "gs"):
        return True
    bucket = path.inner.parts[0]
    info = path.asked(lambda: path.store.filesystem.get_file_info(bucket))
    return bool(info.type.name != "NotFound")


def _no_bucket(path: StoredPath) -> UnreadableFileError:
    bucket = f"{path.prefix}{path.inner.parts[0]}"
    return UnreadableFileError("sources.store-no-bucket", file=bucket, reason="")


def _mark(opened: Any) -> str | None:
    try:
        found = opened.metadata() or {}
    except (AttributeError, NotImplementedError, OSError, ValueError):
        return None
    for name in ("ETag", b"ETag", "etag"):
        if name in found:
            value = found[name]
            return value.decode() if isinstance(value, bytes) else str(value)
    return None
