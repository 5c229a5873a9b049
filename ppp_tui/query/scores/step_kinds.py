"""How often some trajectories did what: steps by kind, and how many of them failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ppp_tui.model.event_values import StepKind
from ppp_tui.model.ids import CHILD_BITS
from ppp_tui.query.query import Query

MAX_STEPS = 20_000
"""Newest steps of a trajectory that are counted."""


class KindCount(NamedTuple):
    """Steps of one kind."""

    steps: int
    failed: int


def step_kinds(ids: Sequence[int]) -> Query[dict[int, Mapping[StepKind, KindCount]]]:
    """Query the numbers of steps of some trajectories by kind, by trajectory."""
    parts: list[str] = []
    parameters: dict[str, object] = {}
    for number, identity in enumerate(dict.fromkeys(ids)):
        parameters |= {
            f"low{number}": identity << (2 * CHILD_BITS),
            f"beyond{number}": (identity + 1) << (2 * CHILD_BITS),
        }
        parts.append(
            f"SELECT * FROM (SELECT {int(identity)}, kind, count(*), sum(status IN ('failed', 'denied')) FROM ("
            f"SELECT kind, status FROM steps WHERE id >= :low{number} AND id < :beyond{number} "
            f"ORDER BY id DESC LIMIT {MAX_STEPS}) GROUP BY kind)"
        )

    def read(rows: list[tuple[Any, ...]]) -> dict[int, Mapping[StepKind, KindCount]]:
        counts: dict[int, dict[StepKind, KindCount]] = {}
        for identity, kind, steps, failed in rows:
            counts.setdefault(identity, {})[kind] = KindCount(steps, failed)
        return dict(counts)

    return Query(" UNION ALL ".join(parts) or "SELECT 0, '', 0, 0 LIMIT 0", read, parameters)
