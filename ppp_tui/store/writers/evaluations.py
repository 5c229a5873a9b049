"""Keeps what evaluations say of sessions."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping

from ppp_tui.model.evaluation import SessionEvaluation

MODEL_PREFIX = "llm-"
"""Begins the methods of a model's evaluations: those of rules are replaced without them."""

_COLUMNS = "name, method, verdict, score, reason, evidence"


def put_evaluations(
    connection: sqlite3.Connection,
    trajectory_id: int,
    evaluations: Mapping[tuple[str, str], SessionEvaluation],
    *,
    is_model: bool = False,
) -> bool:
    """Replace a trajectory's evaluations by rules, or with `is_model` those by a model; return whether any changed.

    They are by name and method. Within the caller's transaction.
    """
    of_method = f"substr(method, 1, {len(MODEL_PREFIX)}) {'=' if is_model else '<>'} '{MODEL_PREFIX}'"
    before = connection.execute(
        f"SELECT {_COLUMNS} FROM evaluations WHERE trajectory_id = ? AND {of_method}", (trajectory_id,)
    ).fetchall()
    after = [
        (*key, each.verdict, each.score, each.reason, json.dumps(each.evidence)) for key, each in evaluations.items()
    ]
    if sorted(before) == sorted(after):
        return False
    if before:
        connection.execute(f"DELETE FROM evaluations WHERE trajectory_id = ? AND {of_method}", (trajectory_id,))
    connection.executemany(
        f"INSERT INTO evaluations (trajectory_id, {_COLUMNS}) SELECT ?, ?, ?, ?, ?, ?, ? "
        "WHERE EXISTS (SELECT 1 FROM trajectories WHERE id = ?)",
        [(trajectory_id, *values, trajectory_id) for values in after],
    )
    return True
