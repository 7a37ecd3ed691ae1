"""Under which names the lab answers, and which pages may talk to it.

A page of another site can make a browser send requests here, and can point a name of its own at
127.0.0.1 (DNS rebinding). So a request counts only if its Host is a name this lab is known by, and
a WebSocket only if its Origin is that very Host.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from kedou.errors import OptionError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(?::([0-9]{1,5}))?")
_ANYWHERE = ("0.0.0.0", "::")


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one lab.

    Attributes
    ----------
    host : str
        The address it is bound to, as given to ``--host``.
    extra : frozenset of str
        Names of proxies, ``name`` or ``name:port``.
    """

    host: str = "127.0.0.1"
    extra: frozenset[str] = field(default_factory=frozenset)

    def knows(self, host: str, address: str = "") -> bool:
        """Say whether the lab answers to a Host header.

        Parameters
        ----------
        host : str
            The header.
        address : str
            The address of this machine that the connection came in at: where the lab is bound to
            all addresses, that one is a name, and no other.

        Examples
        --------
        >>> names = Names()
        >>> names.knows("localhost:8000"), names.knows("evil.example:8000")
        (True, False)
        """
        found = _AUTHORITY.fullmatch(host.lower())
        if found is None:
            return False
        own = set(LOOPBACK) | {bracketed(self.host).lower()}
        if self.host in _ANYWHERE and address:
            own.add(bracketed(address))
        return found[1] in own or self._is_extra(found[0], found[1])

    def may_talk(self, origin: str, host: str) -> bool:
        """Say whether a page of ``origin`` may talk to the lab under the name ``host``.

        Exact: scheme, name and port. A proxy's name stands for http and https, since a proxy that
        speaks https passes on http.

        Examples
        --------
        >>> names = Names()
        >>> names.may_talk("http://localhost:8000", "localhost:8000")
        True
        >>> names.may_talk("http://localhost:9000", "localhost:8000")
        False
        """
        scheme, mark, authority = origin.lower().partition("://")
        found = _AUTHORITY.fullmatch(authority)
        if not mark or found is None or scheme not in ("http", "https"):
            return False
        if authority in self.extra:
            return True
        if authority != host.lower():
            return False
        return scheme == "http" or self._is_extra(found[0], found[1])

    def _is_extra(self, authority: str, name: str) -> bool:
        return authority in self.extra or name in self.extra


def read_names(values: Iterable[str]) -> frozenset[str]:
    """Read what was given to ``--allow-host``: names, with a port or without.

    Raises
    ------
    OptionError
        If one is no name of a host.

    Examples
    --------
    >>> sorted(read_names(["Hub.example.org", "https://lab.example.org:8443/"]))
    ['hub.example.org', 'lab.example.org:8443']
    """
    found = set()
    for value in values:
        name = re.sub(r"^https?://", "", value.strip().lower()).removesuffix("/")
        if not _AUTHORITY.fullmatch(name):
            raise OptionError("lab.allow-host", got=value)
        found.add(name)
    return frozenset(found)


def bracketed(address: str) -> str:
    """Write an address as it stands in a URL.

    >>> bracketed("::1"), bracketed("127.0.0.1"), bracketed("::ffff:10.0.0.7")
    ('[::1]', '127.0.0.1', '10.0.0.7')
    """
    if address.startswith("::ffff:") and "." in address:
        return address.removeprefix("::ffff:")
    return f"[{address}]" if ":" in address and not address.startswith("[") else address
