"""The full-text index, kept behind the commits: a turn is queued when its text changes and indexed when there is time.

A prompt and a response only grow, so what they gained since is indexed as a segment of its own and nothing twice. A
segment of the response begins at character `text_start` >= 0; one of the prompt at character `-text_start - 1`; one
from `QUESTION_START` on is a question that a tool put, by its number.

Two indexes share the segments' ids: `search_index` holds the words of prompts and responses, `search_split`, folded,
the segments with scripts without spaces, split into characters, those with letters that SQLite does not fold, and the
questions. Where a database was made before texts were folded so, its segments are looked through, the newest first.
"""

from __future__ import annotations

import sqlite3

from ppp_tui.model.ids import MAX_CHILD, QUESTION_START, child_span
from ppp_tui.model.scripts import has_unspaced, split_unspaced
from ppp_tui.store.meta import fact, put_fact
from ppp_tui.store.transaction import write_transaction
from ppp_tui.text.search_fold import fold_text, needs_folding

FOLD_VERSION = 1
"""Counts the changes of how texts are folded."""

_FOLDED = "search_folded"
"""The fact that holds the `FOLD_VERSION` and the segment down to which texts were folded."""

_ALL_FOLDED = f"{FOLD_VERSION} 0"


def is_behind(connection: sqlite3.Connection) -> bool:
    """Return whether text of any writer waits to be indexed, or to be folded as texts are now."""
    is_queued = connection.execute("SELECT 1 FROM search_queue LIMIT 1").fetchone() is not None
    return is_queued or fact(connection, _FOLDED) != _ALL_FOLDED


def index_some(connection: sqlite3.Connection, limit: int) -> int:
    """Index at most `limit` queued turns in one transaction; if none is queued, fold as many texts indexed before.

    Returns how many turns remain queued (counted up to 1,000).
    """
    queued = [row[0] for row in connection.execute("SELECT turn_id FROM search_queue LIMIT ?", (limit,))]
    if not queued:
        if fact(connection, _FOLDED) != _ALL_FOLDED:
            _fold_some(connection, limit)
        return 0
    with write_transaction(connection):
        for turn_id in queued:
            _index(connection, turn_id)
        connection.executemany("DELETE FROM search_queue WHERE turn_id = ?", [(turn_id,) for turn_id in queued])
    left: int = connection.execute("SELECT count(*) FROM (SELECT 1 FROM search_queue LIMIT 1000)").fetchone()[0]
    return left


def _index(connection: sqlite3.Connection, turn_id: int) -> None:
    lengths = connection.execute(
        "SELECT length(prompt), length(response) FROM trajectory_turns WHERE id = ?", (turn_id,)
    ).fetchone()
    if lengths is None:
        return
    spans = connection.execute(
        "SELECT text_start, text_end FROM search_segments WHERE turn_id = ?", (turn_id,)
    ).fetchall()
    prompt, response = lengths
    prompt_done = max((end for start, end in spans if start < 0), default=0)
    response_done = max((end for start, end in spans if 0 <= start < QUESTION_START), default=0)
    if prompt > prompt_done:
        _add(connection, turn_id, -prompt_done - 1, prompt)
    if response > response_done:
        _add(connection, turn_id, response_done, response)
    _add_questions(connection, turn_id)


def _add(connection: sqlite3.Connection, turn_id: int, start: int, end: int) -> None:
    segment = _segment(connection, turn_id, start, end)
    body: str = connection.execute("SELECT body FROM search_texts WHERE id = ?", (segment,)).fetchone()[0]
    connection.execute("INSERT INTO search_index (rowid, body) VALUES (?, ?)", (segment, body))
    if has_unspaced(body) or needs_folding(body):
        _add_split(connection, segment, body)


def _add_questions(connection: sqlite3.Connection, turn_id: int) -> None:
    """Index the questions that a tool put: their texts are neither in the prompt nor in the response."""
    questions = connection.execute(
        "SELECT q.id & ?, q.question_text, s.id FROM trajectory_questions AS q "
        "LEFT JOIN search_segments AS s ON s.turn_id = ? AND s.text_start = ? + (q.id & ?) "
        "WHERE q.id BETWEEN ? AND ? AND q.source <> 'text' AND q.question_text <> ''",
        (
            MAX_CHILD,
            turn_id,
            QUESTION_START,
            MAX_CHILD,
            *child_span(turn_id),
        ),
    ).fetchall()
    for number, text, present in questions:
        segment = present
        if segment is None:
            segment = _segment(connection, turn_id, QUESTION_START + number, len(text))
        else:
            connection.execute("DELETE FROM search_split WHERE rowid = ?", (segment,))
        _add_split(connection, segment, text)


def _add_split(connection: sqlite3.Connection, segment: int, text: str) -> None:
    connection.execute(
        "INSERT INTO search_split (rowid, body) VALUES (?, ?)", (segment, split_unspaced(fold_text(text)))
    )


def _fold_some(connection: sqlite3.Connection, limit: int) -> None:
    """Fold at most `limit` segments that were indexed before texts were folded as they are now, the newest first."""
    version, _, place = fact(connection, _FOLDED).partition(" ")
    # New texts are folded as they come; the first call begins with the newest segment.
    before = int(place) if version == str(FOLD_VERSION) else 1 << 62
    bodies = connection.execute(
        "SELECT id, body FROM search_texts WHERE id < ? ORDER BY id DESC LIMIT ?", (before, limit)
    ).fetchall()
    with write_transaction(connection):
        for segment, body in bodies:
            if body and needs_folding(body):
                connection.execute("DELETE FROM search_split WHERE rowid = ?", (segment,))
                _add_split(connection, segment, body)
        put_fact(connection, _FOLDED, f"{FOLD_VERSION} {bodies[-1][0]}" if bodies else _ALL_FOLDED)


def _segment(connection: sqlite3.Connection, turn_id: int, start: int, end: int) -> int:
    cursor = connection.execute(
        "INSERT INTO search_segments (turn_id, text_start, text_end) VALUES (?, ?, ?)", (turn_id, start, end)
    )
    return cursor.lastrowid or 0


def clear_search(connection: sqlite3.Connection, turn_id: int) -> None:
    """Take a turn's text out of the search indexes; call before the text changes other than by growing."""
    connection.execute(
        "INSERT INTO search_index (search_index, rowid, body) SELECT 'delete', id, body FROM search_texts "
        "WHERE id IN (SELECT id FROM search_segments WHERE turn_id = ? AND text_start < ?)",
        (turn_id, QUESTION_START),
    )
    connection.execute(
        "DELETE FROM search_split WHERE rowid IN (SELECT id FROM search_segments WHERE turn_id = ?)", (turn_id,)
    )
    connection.execute("DELETE FROM search_segments WHERE turn_id = ?", (turn_id,))
    connection.execute("DELETE FROM search_queue WHERE turn_id = ?", (turn_id,))
