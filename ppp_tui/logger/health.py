"""How a logger fares."""

from __future__ import annotations

from typing import NamedTuple


class Health(NamedTuple):
    """How a logger fares at this moment."""

    trouble: str = ""
    """What keeps entries out of the database or the journal, as a sentence; '' if nothing does."""
    waiting: int = 0
    """Entries that are not in the database yet."""
    unsafe: int = 0
    """Entries among them that are in memory only, because the journal could not be written."""
    lost: int = 0
    """Entries that were given up, by the policy or because there was room for them nowhere."""
    refused: int = 0
    """Entries that the database could not take."""
    invalid: int = 0
    """Decisions and quality signals that were left out because something was wrong with them."""

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong and nothing was lost."""
        return not self.trouble and not self.lost and not self.refused and not self.invalid
