"""Full-text search over prompts and responses."""

from __future__ import annotations

import re
from typing import Any

from ppp_tui.model.ids import BITS, MOST
from ppp_tui.query.query import Query
from ppp_tui.query.rows import HIT_END, HIT_START, SearchHit
from ppp_tui.query.sessions import ms

_PARTS = re.compile(r'"([^"]*)"|(\S+)')

_SQL = f"""
SELECT g.turn_id, t.id, t.agent_name, t.project,
       CASE WHEN t.title <> '' THEN t.title ELSE coalesce((SELECT substr(p.prompt, 1, 200) FROM trajectory_turns AS p
            WHERE p.id = (t.id << {BITS}) + 1), '') END,
       n.timestamp, snippet(search_index, 0, :start, :end, '…', 24), g.text_start < 0
FROM search_index JOIN search_segments AS g ON g.id = search_index.rowid
     JOIN trajectory_turns AS n ON n.id = g.turn_id JOIN trajectories AS t ON t.id = n.trajectory_id
WHERE search_index MATCH :words ORDER BY search_index.rowid DESC LIMIT :limit
"""


def search(text: str, limit: int = 200) -> Query[list[SearchHit]]:
    """Turns that hold all words (the last one as a beginning, quoted ones as a phrase), those indexed last first."""
    words = match_words(text)
    if not words:
        return Query("SELECT 1 WHERE 0", _read)
    return Query(_SQL, _read, {"words": words, "limit": limit, "start": HIT_START, "end": HIT_END})


def match_words(text: str) -> str:
    """What a person typed as an FTS5 expression: every part quoted, so that none is syntax; '' if it holds no word."""
    parts = [
        (phrase or word, bool(word)) for phrase, word in _PARTS.findall(text) if any(map(str.isalnum, phrase or word))
    ]
    quoted = ['"' + part.replace('"', '""').replace("\0", " ") + '"' for part, _ in parts]
    if quoted and parts[-1][1]:
        quoted[-1] += "*"
    return " ".join(quoted)


def waiting() -> Query[int]:
    """How many turns are not indexed yet (counted up to 1,000): results may be missing theirs."""
    return Query("SELECT count(*) FROM (SELECT 1 FROM search_queue LIMIT 1000)", lambda rows: int(rows[0][0]))


def _read(rows: list[tuple[Any, ...]]) -> list[SearchHit]:
    return [
        SearchHit(
            turn, trajectory, turn & MOST, agent, project, str(title).strip().partition("\n")[0], ms(at) or 0, snippet,
            bool(is_prompt),
        )
        for turn, trajectory, agent, project, title, at, snippet, is_prompt in rows
    ]  # fmt: skip
