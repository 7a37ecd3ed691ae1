"""Who is inside: links that let in, and the sessions they open.

The owner's links work once each. A class link works for everyone who has it, and each visitor
gets a session of their own. Secrets are kept as digests and compared in constant time.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from kedou.lab.refusal import RefusalError

MOST_GUESTS = 500
IDLE_SECONDS = 4 * 3600.0
MOST_SOCKETS = 8

Kind = Literal["owner", "guest"]


@dataclass(eq=False, slots=True)
class Session:
    """One visitor.

    Attributes
    ----------
    id : str
        What the page may know of it; no way in.
    kind : {"owner", "guest"}
    seen : float
        When it was last heard of.
    sockets : int
        WebSockets it holds open, and uploads that are coming in.
    """

    id: str
    kind: Kind
    seen: float
    sockets: int = 0


class Sessions:
    """All visitors of one lab.

    Parameters
    ----------
    most : int
        How many guests there may be.
    idle : float
        Seconds after which a visitor without an open socket is forgotten.
    clock : callable
    """

    def __init__(
        self,
        most: int = MOST_GUESTS,
        idle: float = IDLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._idle = idle
        self._clock = clock
        self._inside: dict[bytes, Session] = {}

    def open(self, kind: Kind) -> tuple[str, Session]:
        """Open a session and return the secret that proves it.

        Raises
        ------
        RefusalError
            There are as many guests as there may be.
        """
        if kind == "guest" and self.guests() >= self._most:
            raise RefusalError("lab.full", status=503, most=self._most)
        secret = secrets.token_urlsafe(32)
        session = Session(secrets.token_urlsafe(9), kind, self._clock())
        self._inside[_digest(secret)] = session
        return secret, session

    def find(self, secret: str) -> Session | None:
        """Return the session of a secret, and note that it was heard of."""
        key = _digest(secret)
        session = self._inside.get(key)
        if session is None:
            return None
        if self._is_over(session):
            del self._inside[key]
            return None
        session.seen = self._clock()
        return session

    def guests(self) -> int:
        """Return how many guests there are, after forgetting those long gone."""
        self._inside = {k: s for k, s in self._inside.items() if not self._is_over(s)}
        return sum(session.kind == "guest" for session in self._inside.values())

    def ids(self) -> set[str]:
        """Return the ids of all sessions, after forgetting those long gone."""
        self.guests()
        return {session.id for session in self._inside.values()}

    def leave(self, session: Session) -> None:
        """Note that a session has closed a socket."""
        session.sockets -= 1
        session.seen = self._clock()

    def _is_over(self, session: Session) -> bool:
        return session.sockets == 0 and self._clock() - session.seen > self._idle


class Links:
    """The secrets in the links of one lab.

    Parameters
    ----------
    owners : int
        How many one-time links to make.
    for_class : bool
        Whether to make a class link.
    """

    def __init__(self, owners: int = 1, for_class: bool = False) -> None:
        self.owner = [secrets.token_urlsafe(32) for _ in range(owners)]
        self.join = secrets.token_urlsafe(24) if for_class else None
        self._fresh = {_digest(token) for token in self.owner}
        self._used: set[bytes] = set()

    def spend(self, token: str) -> None:
        """Use up an owner's link.

        Raises
        ------
        RefusalError
            It has been used already, or never was one.
        """
        given = _digest(token)
        fresh = [known for known in self._fresh if hmac.compare_digest(known, given)]
        used = [known for known in self._used if hmac.compare_digest(known, given)]
        if fresh:
            self._fresh -= set(fresh)
            self._used |= set(fresh)
        elif used:
            raise RefusalError("lab.token-used")
        else:
            raise RefusalError("lab.token-wrong")

    def check_join(self, token: str) -> None:
        """Refuse what is not the class link.

        Raises
        ------
        RefusalError
            It is another, or this is no class.
        """
        if self.join is None or not hmac.compare_digest(_digest(self.join), _digest(token)):
            raise RefusalError("lab.join-wrong")


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
