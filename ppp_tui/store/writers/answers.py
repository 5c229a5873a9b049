"""Answers by the user's next prompt: to questions in prose, and to those that got no answer through their tool.

The rule reads turns and questions as the database holds them, so the same rows get the same answers whatever the order
in which they came. A turn that was taken back is not answered by what the user wrote instead. An answer that was given
through a tool, stated by a program or refused is never changed.
"""

from __future__ import annotations

import sqlite3

from ppp_tui.model.ids import CHILD_BITS, MAX_CHILD, child_span
from ppp_tui.model.question import MAX_ANSWER_CHARS

_WRITTEN = "t.prompt_length > 0 AND t.is_rolled_back = 0 AND t.origin IN ('typed', 'queued', 'sdk', 'logged')"
"""SQL: a turn whose prompt came from the user, or from the program in the user's place."""

_BEFORE_SQL = f"""
SELECT max(t.id) FROM trajectory_turns AS t WHERE t.id BETWEEN :low AND :first - 1 AND {_WRITTEN}
"""
_UPDATE_SQL = f"""
UPDATE trajectory_questions AS q SET (answer, answer_status, answered_at) = (
    SELECT nullif(substr(t.prompt, 1, {MAX_ANSWER_CHARS}), ''), 'reply', t.timestamp FROM trajectory_turns AS t
    WHERE t.id BETWEEN q.turn_id + 1 AND :high AND {_WRITTEN}
        AND (SELECT a.is_rolled_back FROM trajectory_turns AS a WHERE a.id = q.turn_id) = 0
    ORDER BY t.id LIMIT 1)
WHERE q.id BETWEEN :first AND :last
      AND (q.answer_status = 'reply' OR (q.answer_status IS NULL AND q.answered_at IS NULL))
"""


def update_replies(connection: sqlite3.Connection, trajectory_id: int, first_turn: int) -> None:
    """Set the answers that a trajectory's prompts from `first_turn` on give. Within the caller's transaction.

    Call after a prompt was added or taken back, or questions were written, in that turn or a later one.
    """
    low, high = child_span(trajectory_id)
    first = low | first_turn
    before = connection.execute(_BEFORE_SQL, {"low": low, "first": first}).fetchone()[0]
    connection.execute(
        _UPDATE_SQL,
        {"high": high, "first": (before or low) << CHILD_BITS, "last": (high << CHILD_BITS) | MAX_CHILD},
    )
