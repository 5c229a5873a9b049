"""Where reports read: the local database or, with ``--team``, the store that a team shares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ppp_tui.query.errors import Connection

if TYPE_CHECKING:
    from ppp_tui.query.kept_readers import KeptReaders


class SharedPlace(NamedTuple):
    """The store that a team shares, as one of its members reaches it."""

    address: str
    """With the password, where it has one."""
    tenant: str
    """'' for the only one."""

    def __str__(self) -> str:
        """Return what messages call it."""
        from ppp_tui.team.connect import without_password

        return without_password(self.address)


ReadPlace = Path | SharedPlace


_lent: ContextVar[KeptReaders | None] = ContextVar("lent", default=None)


@contextmanager
def lent_readers(readers: KeptReaders) -> Iterator[None]:
    """Let reports that are made in this thread borrow their connections."""
    token = _lent.set(readers)
    try:
        yield
    finally:
        _lent.reset(token)


def open_place(place: ReadPlace) -> Connection:
    """Return a connection that only reads. Raises DatabaseMissingError and QueryFailedError."""
    if isinstance(place, SharedPlace):
        from ppp_tui.team.reader import open_team_reader

        return open_team_reader(place.address, place.tenant)
    readers = _lent.get()
    if readers is not None:
        return readers.borrow(place)
    from ppp_tui.query.connect import open_reader

    return open_reader(place)
