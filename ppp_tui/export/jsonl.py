"""JSON lines: one object a line, each with its `type`: session, turn, step, question, violation, usage.

Field names are those of the rows in `query.rows`, and stay; times are UTC text with milliseconds, money is integer
millionths of a dollar or null.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, is_dataclass
from typing import Any

from ppp_tui.export.forms import find_session, turns
from ppp_tui.model.clock import to_text
from ppp_tui.query.errors import Connection
from ppp_tui.query.query import answer
from ppp_tui.query.steps import question_lines, step_lines, usage_lines, violation_lines
from ppp_tui.query.turns import turn_text

_TIMES = frozenset({"at", "started_at", "ended_at", "last_at", "asked_at", "answered_at"})
_LEFT_OUT = frozenset({"facts", "revision", "headline", "is_text_kept"})


def json_lines(connection: Connection, trajectory_id: int) -> Iterator[str]:
    """The trajectory, its lines in order. Raises LookupError."""
    yield _line("session", find_session(connection, trajectory_id))
    for turn in turns(connection, trajectory_id):
        text = answer(connection, turn_text(turn.id))
        more = {"prompt": text.prompt, "response": text.response} if text is not None else {}
        yield _line("turn", turn, **more)
        yield from _lines("step", answer(connection, step_lines(turn.id, limit=1 << 20)))
        yield from _lines("question", answer(connection, question_lines(turn.id)))
        yield from _lines("violation", answer(connection, violation_lines(turn.id)))
        yield from _lines("usage", answer(connection, usage_lines(turn.id)))


def _lines(kind: str, rows: Iterable[object]) -> Iterator[str]:
    for row in rows:
        yield _line(kind, row)


def _line(kind: str, row: object, **more: object) -> str:
    if not is_dataclass(row) or isinstance(row, type):
        raise TypeError(f"{row!r} is no row")
    fields: dict[str, Any] = {"type": kind}
    for name, value in asdict(row).items():
        if name not in _LEFT_OUT:
            fields[name] = to_text(value) if name in _TIMES and value else _plain(value)
    return json.dumps({**fields, **more}, ensure_ascii=True) + "\n"


def _plain(value: object) -> object:
    """Named tuples as objects, so that no reader has to count places."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: _plain(part) for name, part in value._asdict().items()}
    return value
