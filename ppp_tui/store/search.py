"""The full-text index, kept behind the commits: a turn is queued when its text changes and indexed when there is time.

A prompt and a response only grow, so what they gained since is indexed as a segment of its own and nothing twice. A
segment of the response begins at character `text_start` >= 0; one of the prompt at character `-text_start - 1`.
"""

from __future__ import annotations

import sqlite3


def is_behind(connection: sqlite3.Connection) -> bool:
    """Whether text waits to be indexed, whoever wrote it."""
    return connection.execute("SELECT 1 FROM search_queue LIMIT 1").fetchone() is not None


def index_some(connection: sqlite3.Connection, most: int) -> int:
    """Index at most so many queued turns in one transaction; returns how many remain queued (counted up to 1,000)."""
    queued = [row[0] for row in connection.execute("SELECT turn_id FROM search_queue LIMIT ?", (most,))]
    if not queued:
        return 0
    connection.execute("BEGIN IMMEDIATE")
    try:
        for turn_id in queued:
            _index(connection, turn_id)
        connection.executemany("DELETE FROM search_queue WHERE turn_id = ?", [(turn_id,) for turn_id in queued])
        connection.execute("COMMIT")
    except BaseException:
        # On a full disk SQLite has rolled back by itself.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
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
    response_done = max((end for start, end in spans if start >= 0), default=0)
    if prompt > prompt_done:
        _add(connection, turn_id, -prompt_done - 1, prompt)
    if response > response_done:
        _add(connection, turn_id, response_done, response)


def _add(connection: sqlite3.Connection, turn_id: int, start: int, end: int) -> None:
    cursor = connection.execute(
        "INSERT INTO search_segments (turn_id, text_start, text_end) VALUES (?, ?, ?)", (turn_id, start, end)
    )
    connection.execute(
        "INSERT INTO search_index (rowid, body) SELECT id, body FROM search_texts WHERE id = ?", (cursor.lastrowid,)
    )
