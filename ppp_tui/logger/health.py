"""The health of a logger."""

from __future__ import annotations

from typing import NamedTuple


class Health(NamedTuple):
    """The health of a logger at one moment."""

    trouble: str = ""
    """What keeps entries out of the database or the journal, as a sentence; '' if nothing does."""
    waiting: int = 0
    """Entries that are not in the database yet."""
    unsafe: int = 0
    """Entries among them that are in memory only, because the journal could not be written."""
    lost: int = 0
    """Entries that were given up, by the policy or because neither journal nor memory had room."""
    refused: int = 0
    """Entries that the database could not store."""
    invalid: int = 0
    """Decisions and quality signals that were left out because something was wrong with them."""

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong and nothing was lost."""
        return not self.trouble and not self.lost and not self.refused and not self.invalid
