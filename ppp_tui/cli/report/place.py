"""Where reports read: the local database or, with ``--team``, the store that a team shares."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ppp_tui.query.errors import Connection


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


def open_place(place: ReadPlace) -> Connection:
    """Return a connection that only reads. Raises DatabaseMissingError and QueryFailedError."""
    if isinstance(place, SharedPlace):
        from ppp_tui.team.reader import open_team_reader

        return open_team_reader(place.address, place.tenant)
    from ppp_tui.query.connect import open_reader

    return open_reader(place)
