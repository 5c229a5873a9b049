"""The filter of Live: one group of states, typed words, and predicates. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ppp_tui.model.live import Group
from ppp_tui.query.rows import LiveRow
from ppp_tui.query.sessions.filters import EMPTY, Filter
from ppp_tui.query.sessions.live import GROUPS

_CYCLE: tuple[Group | None, ...] = (None, *GROUPS)


@dataclass(frozen=True, slots=True)
class LiveFilter:
    """A filter by group, words and predicates; a row must match all three."""

    group: Group | None = None
    """The only group that is shown; None for all."""
    words: str = ""
    """Words that a row must contain, or must not contain if they begin with ``-``."""
    predicates: Filter = EMPTY
    kept: frozenset[int] | None = None
    """Sessions that match the predicates according to the database; None where it need not be asked."""

    @property
    def is_on(self) -> bool:
        """Whether the filter may leave anything out."""
        return self.group is not None or bool(self.words.strip()) or bool(self.predicates.text.strip())

    def keeps(self, row: LiveRow) -> bool:
        """Return whether the filter keeps a row."""
        if self.group is not None and row.state.group != self.group:
            return False
        if not self.predicates.keeps(row.state) or (self.kept is not None and row.session.id not in self.kept):
            return False
        return not self.words or _has_words(row, self.words.casefold().split())

    def next_group(self) -> LiveFilter:
        """Return the same filter for the next group; after the last group, for all groups."""
        return replace(self, group=_CYCLE[(_CYCLE.index(self.group) + 1) % len(_CYCLE)])

    def summary(self) -> str:
        """Return the filter in words, '' if there is none."""
        parts = [
            self.group or "",
            f"/{self.words}" if self.words.strip() else "",
            f":{self.predicates.text}" if self.predicates.text.strip() else "",
        ]
        return "  ".join(part for part in parts if part)


def _has_words(row: LiveRow, words: list[str]) -> bool:
    session = row.session
    text = "\n".join(
        (
            session.agent_name,
            session.project,
            session.repository,
            session.project_label,
            session.title,
            row.state.words,
            session.native_id,
            session.model,
            session.branch,
        )
    ).casefold()
    for word in words:
        is_refused = len(word) > 1 and word.startswith("-")
        if (word.removeprefix("-") if is_refused else word) in text:
            if is_refused:
                return False
        elif not is_refused:
            return False
    return True
