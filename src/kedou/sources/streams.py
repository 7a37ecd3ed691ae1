"""A text file as a stream of UTF-8 bytes, whatever its compression and encoding."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import pyarrow as pa

from kedou.errors import UnreadableFileError
from kedou.sources.files import DataFile


class ByteStream(Protocol):
    """Anything with ``read``."""

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes, none at the end."""


@contextmanager
def raw_bytes(file: DataFile) -> Iterator[ByteStream]:
    """Open a file, decompressed.

    Raises
    ------
    UnreadableFileError
        If it cannot be opened or decompressed; also while reading inside the ``with``.
    """
    try:
        if file.compression is None:
            with file.stream() as stream:
                yield stream
        else:
            with (
                file.input() as packed,
                pa.CompressedInputStream(packed, file.compression) as stream,
            ):
                yield stream
    except OSError as error:
        told = file.refusal(error)
        if told is not None:
            raise told from None
        if file.compression is None:
            reason = str(error)
            raise UnreadableFileError(
                "sources.unreadable", file=file.origin, reason=reason
            ) from None
        raise UnreadableFileError(
            "sources.compressed-damaged", file=file.origin, reason=str(error)
        ) from None


class Transcoded:
    """UTF-8 bytes of a stream in another encoding.

    Raises ``UnreadableFileError`` from ``read`` where the bytes do not fit the encoding.
    """

    def __init__(self, stream: ByteStream, encoding: str, file: str) -> None:
        self.stream, self.encoding, self.file = stream, encoding, file
        self.decoder = codecs.getincrementaldecoder(encoding)()

    def read(self, size: int, /) -> bytes:
        """Return about ``size`` bytes, none at the end."""
        while True:
            data = self.stream.read(size)
            try:
                text = self.decoder.decode(data, final=not data)
            except UnicodeDecodeError:
                raise UnreadableFileError(
                    "sources.not-in-encoding", file=self.file, encoding=self.encoding
                ) from None
            if text or not data:
                return text.encode("utf-8")


def read_full(stream: ByteStream, size: int) -> bytes:
    """Read ``size`` bytes, fewer only at the end."""
    data = stream.read(size)
    while data and len(data) < size:
        more = stream.read(size - len(data))
        if not more:
            break
        data += more
    return data
