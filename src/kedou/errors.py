"""Every error Kedou raises on purpose: one base class, one text catalogue.

An error is a code and values, like every message (see ``kedou.texts``): it says what we got,
what we needed and what to try, in the language in force. Each class also derives from the
built-in exception that fits, so ``except ValueError`` works as anyone expects.
"""

from __future__ import annotations

from typing import Any

from kedou.texts import say


class KedouError(Exception):
    """Base of all errors that Kedou raises on purpose.

    Parameters
    ----------
    code : str
        ``area.key`` in the text catalogue.
    **values
        What the sentence mentions; kept on ``error.values`` for programs.
    """

    def __init__(self, code: str, /, **values: Any) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values

    def __str__(self) -> str:
        return say(self.code, **self.values)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.code, self.values))

    def text(self, language: str | None = None) -> str:
        """Return the message in a language of choice (``"en"`` or ``"zh-CN"``)."""
        return say(self.code, language, **self.values)


def _rebuild(kind: type[KedouError], code: str, values: dict[str, Any]) -> KedouError:
    return kind(code, **values)


class DataError(KedouError, ValueError):
    """The data cannot be used as they are: a cell, a column, a shape."""


class OptionError(KedouError, ValueError):
    """An argument has a value that makes no sense here."""


class OptionTypeError(KedouError, TypeError):
    """An argument has a type that makes no sense here."""


class UnreadableFileError(KedouError, OSError):
    """A file is missing, unreadable, or of a kind that Kedou does not read."""


class ExistsError(KedouError, FileExistsError):
    """Something is there already, and would be written over."""


class SavedFileError(KedouError, ValueError):
    """A saved moments, trajectory or model file is damaged, foreign or from a newer version."""


class MomentsMismatchError(KedouError, ValueError):
    """Two moments cannot be added: they describe different columns or precisions."""


class ClusterError(KedouError, RuntimeError):
    """A cluster could not be reached, or its workers died or failed again and again."""


class DivergenceError(KedouError, ArithmeticError):
    """A fit diverged where only a fitted model may be returned (the estimators)."""


class MissingPackageError(KedouError, ImportError):
    """What was asked for needs a package that is not installed; the message names the extra."""
