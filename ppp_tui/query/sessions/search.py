"""Full-text search over prompts and responses.

The index gives hits in the order in which they came into it, from either end; of so many the newest are shown. What is
older is not looked at, so that a search takes milliseconds, however common its words are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from ppp_tui.model.ids import MAX_CHILD, QUESTION_START
from ppp_tui.model.scripts import split_unspaced
from ppp_tui.query.query import Query
from ppp_tui.query.rows import SearchHit
from ppp_tui.query.scope import EVERYTHING, Scope
from ppp_tui.query.sessions import snippets
from ppp_tui.query.sessions.filters import EMPTY, Filter, narrow
from ppp_tui.query.sql_helpers import EVERY, TITLE, first_line, match_expression, search_words, to_ms
from ppp_tui.text.search_fold import fold_text

_BEGINNINGS = (0, -1)
"""Where the first segment of a response and that of a prompt begin."""

SOME = 1000
"""Hits that are taken from either end of the index, unless more are wanted."""

SOME_FILTERED = 4000
"""The same where a filter will drop most of them."""

_HITS = "SELECT rowid FROM {index} WHERE {index} MATCH {words} ORDER BY rowid {direction} LIMIT :some"
# Scripts without spaces, letters that the first index does not fold, and questions of tools stand in an index of their
# own, which holds little else.
_EXACT = f"""
exact (id) AS MATERIALIZED (
    SELECT rowid FROM ({_HITS.format(index="search_index", words=":exact", direction="DESC")})
    UNION SELECT rowid FROM ({_HITS.format(index="search_index", words=":exact", direction="ASC")})
    UNION SELECT rowid FROM ({_HITS.format(index="search_split", words=":split", direction="DESC")}))
"""
# Words that begin so are looked up one by one: FTS5 itself would first put together all texts that hold any of them.
_LONGER_WORDS = """(
WITH RECURSIVE longer_words (word) AS (
    SELECT (SELECT term FROM search_index_words WHERE term >= :beginning LIMIT 1)
    UNION ALL SELECT (SELECT term FROM search_index_words WHERE term >= w.word || char(1) LIMIT 1)
    FROM longer_words AS w WHERE substr(w.word, 1, length(:beginning)) = :beginning LIMIT :most_words + 1)
SELECT CASE WHEN count(*) BETWEEN 1 AND :most_words - 1
    THEN :words_before || '("' || group_concat(word, '" OR "') || '")' ELSE :prefix END
FROM longer_words WHERE substr(word, 1, length(:beginning)) = :beginning)
"""
# Where the word alone gives hits enough, it stands alone.
_EITHER = "CASE WHEN (SELECT count(*) FROM exact) < :limit THEN {longer} ELSE :exact END"
_PREFIX = """,
longer (id) AS MATERIALIZED (
    SELECT rowid FROM ({longer})
    UNION SELECT rowid FROM ({split}))
"""
_BEST = """,
best (turn_id, id, at) AS MATERIALIZED (
    SELECT g.turn_id, min(g.id), n.timestamp FROM ({hits}) AS h {sources} CROSS JOIN trajectory_turns AS n
    WHERE n.id = g.turn_id AND {condition}
    GROUP BY g.turn_id ORDER BY n.timestamp DESC, g.turn_id DESC LIMIT :limit)
"""
_SEGMENTS = "JOIN search_segments AS g ON g.id = h.id"
# In this order a turn is looked up only for a session that the filter keeps.
_FILTERED = f"{_SEGMENTS} CROSS JOIN trajectories AS t CROSS JOIN trajectory_summaries AS s"
_KEPT = "t.id = g.turn_id >> 20 AND s.trajectory_id = t.id AND "
_PLACE = "max(1, instr(lower(x.body), :needle) - 200)"
_SHOWN = f"""
SELECT b.turn_id, t.id, t.agent_name, t.project,
       {TITLE},
       b.at, substr(x.body, {_PLACE}, {snippets.WINDOW}), {_PLACE} > 1, g.text_start
FROM best AS b JOIN search_segments AS g ON g.id = b.id JOIN search_texts AS x ON x.id = b.id
     JOIN trajectories AS t ON t.id = b.turn_id >> 20
ORDER BY b.at DESC, b.turn_id DESC
"""


MOST_LONGER_WORDS = 200
"""Words that begin alike and are looked up one by one; of more FTS5 puts all texts together."""


def search(
    text: str, limit: int = 200, session_filter: Filter = EMPTY, *, scope: Scope = EVERYTHING
) -> Query[list[SearchHit]]:
    """Query turns with a prompt or a response that holds all words, the newest first.

    Words between quotes stand side by side; the last word may be the beginning of a longer one (from three letters on).
    What the filter says of sessions must hold, except of their states. With a scope, the sessions are of it, the turns
    began within its span, and every hit is looked at: half a second for a common word among a million turns. Nothing
    that is typed is an error.
    """
    words, is_prefix = search_words(text)
    if not words:
        return Query("SELECT 1 WHERE 1 = 0", lambda _: [])
    session_filter = narrow(session_filter, scope._replace(since_ms=None, until_ms=None))
    where, parameters = session_filter.where()
    times, time_parameters = scope.times("n.timestamp")
    where, parameters = " AND ".join((where, *times)), parameters | time_parameters
    hits = "SELECT id FROM exact UNION SELECT id FROM longer" if is_prefix else "SELECT id FROM exact"
    narrowed = {"sources": _FILTERED, "condition": f"{_KEPT}{where}"} if session_filter.terms else {}
    best = _BEST.format(**{"hits": hits, "sources": _SEGMENTS, "condition": where} | narrowed)
    marked = snippets.pattern(words, is_prefix=is_prefix)

    def read(rows: list[tuple[Any, ...]]) -> list[SearchHit]:
        return [
            SearchHit(
                turn_id=turn,
                trajectory_id=trajectory,
                turn_number=turn & MAX_CHILD,
                agent_name=agent,
                project=project,
                title=first_line(title),
                at=to_ms(at) or 0,
                snippet=snippets.snippet(body, marked, is_begun=bool(is_begun) or _is_inside(start)),
                is_prompt=start < 0,
            )
            for turn, trajectory, agent, project, title, at, body, is_begun, start in rows
        ]

    return Query(
        f"WITH {_EXACT}{_longer(words[-1]) if is_prefix else ''}{best}{_SHOWN}",
        read,
        {
            **parameters,
            "beginning": _single_token(words[-1]),
            "most_words": MOST_LONGER_WORDS,
            "words_before": f"({_either_spelling(words[:-1], is_prefix=False)}) AND " if words[1:] else "",
            "exact": _either_spelling(words, is_prefix=False),
            "prefix": _either_spelling(words, is_prefix=True),
            "split": match_expression([split_unspaced(fold_text(word)) for word in words], is_prefix=False),
            "split_prefix": match_expression([split_unspaced(fold_text(word)) for word in words], is_prefix=True),
            # For a shared store, whose index has another language.
            "phrases": json.dumps([phrase for word in words if (phrase := snippets.index_words(word))]),
            "some": EVERY if scope != EVERYTHING else max(limit, SOME_FILTERED if session_filter.terms else SOME),
            "limit": limit,
            "needle": max(snippets.tokens(words), key=len, default=""),
        },
    )


def _either_spelling(words: Sequence[str], *, is_prefix: bool) -> str:
    """Return an FTS5 expression for words as they were typed, or folded: not every text that needs it is indexed so."""
    typed, folded = (match_expression(either, is_prefix=is_prefix) for either in (words, [*map(fold_text, words)]))
    return typed if all(map(str.isascii, words)) else f"({typed}) OR ({folded})"


def hit_finder(typed: str) -> Callable[[str], list[tuple[int, int]]]:
    """Return a function that finds where in a text the words of a search stand, as the index knows them."""
    words, is_prefix = search_words(typed)
    pattern = snippets.pattern(words, is_prefix=is_prefix)
    return lambda text: snippets.hit_spans(text, pattern)


def _longer(beginning: str) -> str:
    """Return SQL for the texts with a word that begins so."""
    either = _EITHER.format(longer=_LONGER_WORDS if _single_token(beginning) else ":prefix")
    return _PREFIX.format(
        longer=_HITS.format(index="search_index", words=either, direction="DESC"),
        split=_HITS.format(index="search_split", words=":split_prefix", direction="DESC"),
    )


def _single_token(word: str) -> str:
    """Return a word as the index spells it; empty where that is several tokens or may differ from ours."""
    tokens = snippets.tokens([word])
    return tokens[0] if len(tokens) == 1 and word.isascii() else ""


def _is_inside(start: int) -> bool:
    """Return whether a segment begins inside a prompt or a response."""
    return start not in _BEGINNINGS and start < QUESTION_START


def unindexed_turns() -> Query[int]:
    """Query how many turns are not indexed yet (counted up to 1,000): results may be missing theirs."""
    return Query("SELECT count(*) FROM (SELECT 1 FROM search_queue LIMIT 1000) AS q", lambda rows: int(rows[0][0]))
