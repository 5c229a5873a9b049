"""What Live is narrowed to: one group, words that are typed, and predicates. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ppp_tui.model.live import Group
from ppp_tui.query.rows import LiveRow
from ppp_tui.query.sessions.filters import EMPTY, Filter
from ppp_tui.query.sessions.live import GROUPS

_CYCLE: tuple[Group | None, ...] = (None, *GROUPS)


@dataclass(frozen=True, slots=True)
class LiveFilter:
    """All three hold together."""

    group: Group | None = None
    """Only this group; None for all."""
    words: str = ""
    """Words that a row must have, and with ``-`` before them must not have."""
    predicates: Filter = EMPTY
    kept: frozenset[int] | None = None
    """The sessions that the database says the predicates keep; None where it need not be asked."""

    @property
    def is_on(self) -> bool:
        """Whether anything may be left out."""
        return self.group is not None or bool(self.words.strip()) or bool(self.predicates.text.strip())

    def keeps(self, row: LiveRow) -> bool:
        """Whether a row is shown."""
        if self.group is not None and row.state.group != self.group:
            return False
        if not self.predicates.keeps(row.state) or (self.kept is not None and row.session.id not in self.kept):
            return False
        return not self.words or _has_words(row, self.words.casefold().split())

    def next_group(self) -> LiveFilter:
        """The same for the next group, and after the last one for all."""
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
    one = row.session
    text = "\n".join(
        (
            one.agent_name,
            one.project,
            one.repository,
            one.project_label,
            one.title,
            row.state.words,
            one.native_id,
            one.model,
            one.branch,
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
