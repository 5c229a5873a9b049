"""Writes evaluations of sessions."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping

from ppp_tui.model.evaluation import SessionEvaluation

MODEL_PREFIX = "llm-"
"""Begins the methods of a model's evaluations: those of rules are replaced without them."""

_COLUMNS = "name, method, verdict, score, reason, evidence"


def put_evaluations(
    connection: sqlite3.Connection,
    results: Mapping[int, Mapping[tuple[str, str], SessionEvaluation]],
    *,
    is_model: bool = False,
) -> list[int]:
    """Replace evaluations of trajectories by rules, or with `is_model` those by a model; return the changed ones.

    Those of a trajectory are by name and method. Within the caller's transaction.
    """
    of_method = f"substr(method, 1, {len(MODEL_PREFIX)}) {'=' if is_model else '<>'} '{MODEL_PREFIX}'"
    before: dict[int, list[tuple[object, ...]]] = defaultdict(list)
    for trajectory_id, *values in connection.execute(
        f"SELECT trajectory_id, {_COLUMNS} FROM evaluations "
        f"WHERE trajectory_id IN (SELECT value FROM json_each(?)) AND {of_method}",
        (json.dumps(list(results)),),
    ):
        before[trajectory_id].append(tuple(values))
    changed: dict[int, list[tuple[object, ...]]] = {}
    for trajectory_id, evaluations in results.items():
        after: list[tuple[object, ...]] = [
            (*key, each.verdict, each.score, each.reason, json.dumps(each.evidence))
            for key, each in evaluations.items()
        ]
        if set(before[trajectory_id]) != set(after):
            changed[trajectory_id] = after
    connection.executemany(
        f"DELETE FROM evaluations WHERE trajectory_id = ? AND {of_method}",
        [(trajectory_id,) for trajectory_id in changed if before[trajectory_id]],
    )
    connection.executemany(
        f"INSERT INTO evaluations (trajectory_id, {_COLUMNS}) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 "
        "WHERE EXISTS (SELECT 1 FROM trajectories WHERE id = ?1)",
        [(trajectory_id, *values) for trajectory_id, after in changed.items() for values in after],
    )
    return list(changed)
