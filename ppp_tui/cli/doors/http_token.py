"""Where servers of this program listen, and the token that they ask for."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

from ppp_tui.paths import private_file
from ppp_tui.text.format import bracketed

LOOPBACK = ("127.0.0.1", "::1", "localhost")
"""Addresses that nothing but this machine reaches."""

TOKEN_FILE = "http-token"  # noqa: S105  a file's name
"""Beside the database."""


def host_names(host: str, port: int) -> frozenset[str]:
    """Return the values of the header Host that mean this server."""
    names = {host, "localhost"} if host != "localhost" else {"localhost", "127.0.0.1", "::1"}
    return frozenset(f"{bracketed(name)}:{port}" for name in names)


def read_token(path: Path) -> str:
    """Return the token of a private file, which is made if it is not there."""
    with suppress(OSError, UnicodeDecodeError):
        token = path.read_text(encoding="ascii").strip()
        if token:
            return token
    token = secrets.token_urlsafe(24)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with private_file(path) as file:
        file.write(f"{token}\n".encode())
    return token
