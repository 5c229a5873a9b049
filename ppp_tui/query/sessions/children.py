"""What became of the sub-agents of a session: their last words."""

from __future__ import annotations

from collections.abc import Sequence

from ppp_tui.model.ids import CHILD_BITS, MAX_CHILD
from ppp_tui.query.query import Query
from ppp_tui.query.sql_helpers import in_clause

LAST_WORD_CHARS = 600


def last_words(trajectory_ids: Sequence[int]) -> Query[dict[int, str]]:
    """Query the end of the last answer of each trajectory, by its id; one without an answer is left out."""
    marks, parameters = in_clause(trajectory_ids)
    return Query(
        f"SELECT t.id, substr(n.response, -{LAST_WORD_CHARS}) FROM trajectories AS t CROSS JOIN trajectory_turns AS n "
        f"ON n.id = (SELECT l.id FROM trajectory_turns AS l WHERE l.id BETWEEN t.id << {CHILD_BITS} "
        f"AND (t.id << {CHILD_BITS}) + {MAX_CHILD} AND l.response_length > 0 ORDER BY l.id DESC LIMIT 1) "
        f"WHERE t.id IN ({marks})",
        lambda rows: {row[0]: _marked_as_cut(row[1]) for row in rows if row[1]},
        parameters,
    )


def _marked_as_cut(end: str) -> str:
    return f"…{end.lstrip()}" if len(end) == LAST_WORD_CHARS else end
