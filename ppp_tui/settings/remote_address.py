"""Addresses of session files on other machines: ``ssh://[user@]host[:port]/path``.

A part that the user's ``ssh`` could take for an option, or that could lead out of the copy on this machine, is refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ppp_tui.model.patterns import lazy_pattern

SCHEME = "ssh://"
"""First characters of every address."""

MAX_CHARS = 1000
"""Characters of the longest address that is accepted."""

_USER = lazy_pattern(r"[A-Za-z0-9_][A-Za-z0-9._+-]*")
_HOST = lazy_pattern(r"[A-Za-z0-9_][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\]")
_AUTHORITY = lazy_pattern(r"(?:([^@/]*)@)?(\[[^\]/]*\]|[^:/]*)(?::([^:/]*))?")


class RemoteAddress(NamedTuple):
    """A folder or file on another machine."""

    user: str
    """'' for the user that ssh's own settings name."""
    host: str
    """A name, an address, or an alias of the user's ssh settings; without the brackets of an address of version 6."""
    port: int
    """0 for the port of the user's ssh settings."""
    path: str
    """Below the root of the file system, or below the home; '' for the agent's usual place."""
    is_in_home: bool
    """Whether the path is below the home on that machine."""

    def __str__(self) -> str:
        """Return the address as it is written."""
        user = f"{self.user}@" if self.user else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port else ""
        path = f"/~/{self.path}" if self.is_in_home and self.path else f"/{self.path}" if self.path else ""
        return f"{SCHEME}{user}{host}{port}{path}"

    @property
    def destination(self) -> str:
        """User and host, as an argument of ssh."""
        return f"{self.user}@{self.host}" if self.user else self.host


Place = Path | RemoteAddress
"""A path of sessions on this machine or on another."""


def is_remote(text: str) -> bool:
    """Return whether text is meant as an address on another machine."""
    return text.startswith(SCHEME)


def parse_remote_address(text: str) -> RemoteAddress:
    """Return the parts of an address. Raises ValueError, whose message says what an address must be."""
    if len(text) > MAX_CHARS or not text.isprintable():
        raise ValueError(f"must be at most {MAX_CHARS} printable characters")
    authority, _, path = text.removeprefix(SCHEME).partition("/")
    matched = _AUTHORITY.fullmatch(authority)
    if matched is None:
        raise ValueError(f"must be {SCHEME}[user@]host[:port]/path")
    user, host, port = matched.groups()
    if user is not None and not _USER.fullmatch(user):
        raise ValueError("must name a user of letters, digits, dots, dashes and underscores, no dash first")
    if not _HOST.fullmatch(host):
        raise ValueError("must name a host of letters, digits, dots, dashes and underscores, no dash first")
    if port is not None and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65_536):
        raise ValueError("must name a port from 1 to 65535")
    parts = [part for part in path.split("/") if part]
    is_in_home = not parts or parts[0] == "~"
    below = parts[1:] if parts and is_in_home else parts
    if any(part in (".", "..") or part.startswith("~") for part in below[:1]) or ".." in below or "." in below:
        raise ValueError("must name a full path, or one below the home as /~/folder, without . and ..")
    return RemoteAddress(user or "", host.strip("[]"), int(port or 0), "/".join(below), is_in_home)


def written_place(place: Place) -> str:
    """Return a place as a settings file would write it; a relative path is made a full one."""
    return str(place.absolute()) if isinstance(place, Path) else str(place)
