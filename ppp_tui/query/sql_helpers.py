"""Helpers of queries: values made fit to be bound, shared SQL, and columns turned into values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from ppp_tui.model.clock import from_text
from ppp_tui.settings.source_names import STATING

_PARTS = re.compile(r'"([^"]*)"?|([^\s"]+)')

EVERY = 1 << 40
"""More rows than there are: a limit that leaves all in."""

MAX_SEARCH_WORDS = 24
"""Words of a search that are looked for; the rest is left out."""

MAX_WORD_CHARS = 200
"""Characters of a searched word; the rest is left out."""

MIN_PREFIX_CHARS = 3
"""Least ASCII characters that are searched as a prefix: fewer match a tenth of all words."""


def strip_surrogates(text: str) -> str:
    """Return the text with lone surrogates, which no database can bind, replaced by question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def in_clause(ids: Sequence[object], name: str = "id") -> tuple[str, dict[str, object]]:
    """Return parameters for ``IN (…)``: their list as SQL, and their values."""
    parameters = {f"{name}{number}": value for number, value in enumerate(ids)}
    return ", ".join(f":{key}" for key in parameters), parameters


def search_words(text: str) -> tuple[list[str], bool]:
    """Return the words and quoted phrases of a search, and whether the last one may be the beginning of a word."""
    parts = [
        (strip_surrogates(phrase or word).replace("\0", " ")[:MAX_WORD_CHARS], bool(word))
        for phrase, word in _PARTS.findall(text)
    ]
    searched = [(part, is_word) for part, is_word in parts if any(map(str.isalnum, part))][:MAX_SEARCH_WORDS]
    if not searched:
        return [], False
    last, is_word = searched[-1]
    return [part for part, _ in searched], is_word and (len(last) >= MIN_PREFIX_CHARS or not last.isascii())


def match_expression(words: Sequence[str], *, is_prefix: bool) -> str:
    """Return words as an FTS5 expression; each is quoted, so that none is syntax; the last may be a beginning."""
    quoted = ['"' + word.replace('"', '""') + '"' for word in words]
    return " ".join(quoted) + ("*" if is_prefix and quoted else "")


def first_line(text: str) -> str:
    """Return the first line that holds anything; '' if none does."""
    return text.strip().partition("\n")[0].rstrip()


IS_STATING = f"t.source IN ({', '.join(repr(name) for name in sorted(STATING))})"
"""Whether a trajectory's program states violations and outcomes itself, as SQL over the alias `t` (trajectories)."""

TITLE = "iif(t.title <> '', t.title, t.first_prompt)"
"""What a session is called in lists, as SQL over the alias `t` (trajectories)."""

PERSON = "coalesce((SELECT h.person FROM source_files AS h WHERE h.id = t.file_id), '')"
"""The person a session belongs to in a shared store, '' in the local database, as SQL over the alias `t`."""

MACHINE = "coalesce((SELECT h.host FROM source_files AS h WHERE h.id = t.file_id), '')"
"""The machine that it was read from, '' for this one, as SQL over the alias `t`."""

TREE_TOKENS = (
    "(s.tree_input_tokens + s.tree_output_tokens + s.tree_cache_read_tokens + s.tree_cache_write_tokens "
    "+ s.tree_stated_tokens)"
)
"""All tokens of a session, sub-agents and stated ones included, as SQL over the alias `s`."""

IS_TURN = "(p.turn_number > 0 OR p.origin = 'logged')"
"""Leaves out what precedes the first prompt, as SQL over the alias `p` of `trajectory_turns`."""


def has_untimed_turns(trajectory: str) -> str:
    """Return SQL for: a trajectory has a turn of unknown duration, because it runs or none is recorded.

    `trajectory` is the id as SQL. Costs a look-up in the index of such turns.
    """
    return (
        f"EXISTS (SELECT 1 FROM trajectory_turns AS p WHERE p.trajectory_id = {trajectory} "
        f"AND p.latency_ms IS NULL AND p.is_copy = 0 AND {IS_TURN})"
    )


@lru_cache(maxsize=1024)
def to_ms(text: str | None) -> int | None:
    """Return database text as Unix milliseconds; None if it is missing, invalid, or stands for an unknown time."""
    if not text:
        return None
    try:
        return from_text(text) or None
    except ValueError:
        return None
