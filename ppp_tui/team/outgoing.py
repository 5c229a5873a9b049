"""Rows on their way out: nothing above the level that their project is shared at, no secret, numbered as over there."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from hashlib import blake2b
from typing import Any, NamedTuple, cast

from ppp_tui.model.ids import CHILD_BITS
from ppp_tui.model.live import LiveFacts, OpenStep, stored_facts
from ppp_tui.model.performance import hash_name, without_strings, without_texts
from ppp_tui.model.project import ShareLevel
from ppp_tui.scoring.live_state import PERMISSIONS
from ppp_tui.team.projects import SharedProjects
from ppp_tui.team.share import SharedColumn, SharedTable, is_shared_at
from ppp_tui.team.values import Kind, clean_text, normalised, renumbered, replica_number
from ppp_tui.text.secrets import Redactor

BEGINNING_CHARS = 200
"""Characters of the first prompt that summaries hold."""

HIDDEN = "…"
"""Stands for a text that says by being there that something is so."""

_PLAIN_ID = re.compile(
    r"(?:[A-Za-z]{1,16}[-_])?[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|[0-9A-Fa-f]{16,64}"
)
"""Names of sessions that programs made, so that they say nothing."""

Value = int | float | str | bytes | None
Row = tuple[Any, ...]
_Alter = Callable[[Any], Any]
_TYPES: Mapping[Kind, type] = {"INTEGER": int, "REAL": float, "TEXT": str, "BLOB": bytes}


class RowPlace(NamedTuple):
    """Where rows of a trajectory go."""

    trajectory_id: int
    """In the shared store, as the other numbers here."""
    parent_id: int | None
    root_id: int
    folder: str
    """In which the session began; a local path."""
    level: ShareLevel
    task: str | None
    """Text that tells the same task wherever it was given; None where there is no task."""


class _OutgoingColumn(NamedTuple):
    name: str
    kind: Kind
    is_nullable: bool
    blank: Value
    """Stands where a value must not go."""
    shared: SharedColumn


class _Plan(NamedTuple):
    """What is done to the rows of a table at a level: by column, in order."""

    columns: tuple[_OutgoingColumn, ...]
    alters: tuple[_Alter | None, ...]


class Outgoing:
    """Makes rows of the local database into rows of the shared one, and counts the secrets that it took out."""

    def __init__(
        self, connection: sqlite3.Connection, projects: SharedProjects, *, replica_id: int, key: bytes
    ) -> None:
        """Convert for one replica; `key` hashes names that are not shared. Raises sqlite3.Error."""
        self._connection, self._projects = connection, projects
        self._replica_id, self._key = replica_id, key
        self.redactor = Redactor()
        self._columns: dict[str, tuple[_OutgoingColumn, ...]] = {}
        self._plans: dict[tuple[str, ShareLevel], _Plan] = {}
        self._place = RowPlace(0, None, 0, "", "none", None)

    def column_names(self, table: SharedTable) -> list[str]:
        """Return the columns that a table's rows are read with, and written over there."""
        return [column.name for column in self._columns_of(table)]

    def convert(self, table: SharedTable, rows: Sequence[Row], place: RowPlace) -> list[Row]:
        """Return rows as they are shared; none where the table is above the place's level."""
        if not rows or not is_shared_at(table.row_level, place.level):
            return []
        plan = self._plans.get((table.name, place.level)) or self._plan(table, place.level)
        self._place = place
        # Column by column: most hold values of their own type alone, which is seen for all rows at once.
        columns = (
            _storable(column, values if alter is None else tuple(map(alter, values)))
            for column, alter, values in zip(plan.columns, plan.alters, zip(*rows, strict=True), strict=True)
        )
        return list(zip(*columns, strict=True))

    def _columns_of(self, table: SharedTable) -> tuple[_OutgoingColumn, ...]:
        if table.name not in self._columns:
            info = {row[1]: row for row in self._connection.execute(f"PRAGMA table_xinfo({table.name})")}
            self._columns[table.name] = tuple(
                _OutgoingColumn(
                    name=column.name,
                    kind=cast("Kind", info[column.name][2]),
                    is_nullable=not info[column.name][3] and not info[column.name][5],
                    blank=self._blank(info[column.name][4], column),
                    shared=column,
                )
                for column in table.columns
                if column.level != "none" or column.change == "replica"
            )
        return self._columns[table.name]

    def _blank(self, default: str | None, column: SharedColumn) -> Value:
        if column.change == "event":
            return "{}"
        if default is None or "(" in default:
            return ""
        return cast("Value", self._connection.execute(f"SELECT {default}").fetchone()[0])

    def _plan(self, table: SharedTable, level: ShareLevel) -> _Plan:
        columns = self._columns_of(table)
        plan = _Plan(columns, tuple(self._alter(column, level) for column in columns))
        self._plans[table.name, level] = plan
        return plan

    def _alter(self, column: _OutgoingColumn, level: ShareLevel) -> _Alter | None:
        change, is_shared = column.shared.change, is_shared_at(column.shared.level, level)
        numbers: Mapping[str, _Alter] = {
            "trajectory": lambda _: self._place.trajectory_id,
            "turn": lambda number: renumbered(number, self._place.trajectory_id, CHILD_BITS),
            "row": lambda number: renumbered(number, self._place.trajectory_id, 2 * CHILD_BITS),
            "number": lambda number: replica_number(self._replica_id, number),
            "parent": lambda _: self._place.parent_id,
            "root": lambda _: self._place.root_id,
            "replica": lambda _: self._replica_id,
        }
        special: Mapping[str, _Alter] = {
            **numbers,
            "project": self._projects.name,
            "session": partial(self._session, level),
            "task": partial(self._task, level),
            "live": partial(self._live, level),
            "event": partial(self._event, level),
            "beginning": self._text if level == "text" else self._beginning,
            "path": self._path,
            "redacted": self._text,
            "hashed": self._text,
            "json": self._json,
        }
        if is_shared or change in ("task", "event"):
            return special.get(change)
        if change in ("hashed", "path"):
            return self._hashed
        return lambda _: column.blank if not column.is_nullable else None

    def _text(self, value: Any) -> Any:
        if not isinstance(value, str) or not value:
            return value
        home = self._projects.home
        if len(home) > 1 and home in value:
            value = value.replace(home, "~")
        return self.redactor.redact(value)

    def _beginning(self, value: Any) -> Any:
        text = self._text(value)
        return text if not isinstance(text, str) or len(text) <= BEGINNING_CHARS else f"{text[:BEGINNING_CHARS]}…"

    def _hashed(self, value: Any) -> Any:
        return f"#{hash_name(value, self._key)}" if isinstance(value, str) and value else value

    def _path(self, value: Any) -> Any:
        return self._text(self._projects.path(self._place.folder, value)) if isinstance(value, str) else value

    def _session(self, level: ShareLevel, value: Any) -> Any:
        if not isinstance(value, str) or not value or _PLAIN_ID.fullmatch(value):
            return value
        if level == "text":
            return self._text(value)
        # Without a key: copies of a session have one name wherever they lie.
        return f"#{blake2b(value.encode('utf-8', 'replace'), digest_size=12).hexdigest()}"

    def _task(self, level: ShareLevel, value: Any) -> Any:
        if value is None:
            return None
        if is_shared_at("summaries", level) and self._place.task is not None:
            content, key = f"{self._projects.name(self._place.folder)}\0{self._place.task}", b""
        else:
            content, key = str(value), self._key
        digest = blake2b(content.encode("utf-8", "replace"), digest_size=8, key=key).digest()
        return int.from_bytes(digest, "big", signed=True)

    def _json(self, value: Any) -> Any:
        if not isinstance(value, str) or value in ("", "[]", "{}"):
            return value
        try:
            return json.dumps(self._within(json.loads(value)), ensure_ascii=False)
        except (ValueError, RecursionError):
            return self._text(value)

    def _within(self, value: Any) -> Any:
        if isinstance(value, str):
            return clean_text(self._text(value))
        if isinstance(value, dict):
            return {clean_text(name): self._within(part) for name, part in value.items()}
        return [self._within(part) for part in value] if isinstance(value, list) else value

    def _event(self, level: ShareLevel, value: Any) -> Any:
        try:
            fields = json.loads(value)
        except (ValueError, TypeError, RecursionError):
            return "{}"
        if not isinstance(fields, dict):
            return "{}"
        if level == "figures":
            fields = {**without_strings(fields), **({"task_id": ""} if "task_id" in fields else {})}
        elif level == "summaries":
            fields = without_texts(fields)
        return json.dumps(self._within(fields), ensure_ascii=False)

    def _live(self, level: ShareLevel, value: Any) -> Any:
        if not isinstance(value, str) or not value:
            return ""
        facts = stored_facts(value)
        keeps_texts, keeps_questions = level == "text", is_shared_at("summaries", level)
        shared = facts._replace(
            # A process of another machine is none of this one.
            pid=0,
            question=self._text(facts.question) if keeps_questions else HIDDEN if facts.question else "",
            error_message=self._text(facts.error_message) if keeps_texts else "",
            waits_for=facts.waits_for if keeps_texts or facts.waits_for in PERMISSIONS | {""} else HIDDEN,
            open_steps=tuple(self._open_step(step, level) for step in facts.open_steps),
        )
        return json.dumps(shared, ensure_ascii=False) if shared != LiveFacts() else ""

    def _open_step(self, step: OpenStep, level: ShareLevel) -> OpenStep:
        if level == "text" or (step.kind == "ask" and is_shared_at("summaries", level)):
            return step._replace(target=self._text(step.target))
        return step._replace(target=HIDDEN if step.kind == "ask" and step.target else "")


def _storable(column: _OutgoingColumn, values: Sequence[Any]) -> Sequence[Any]:
    """Return the values of a column as the shared store's column of that type can hold them."""
    types = set(map(type, values))
    if column.is_nullable:
        types.discard(type(None))
    if types <= {_TYPES[column.kind]} and column.kind != "REAL":
        if column.kind != "TEXT":
            return values
        text = "".join(filter(None, values))
        if text.isascii() and "\0" not in text:
            return values
    blank = None if column.is_nullable else column.blank
    return [blank if (value := normalised(each, column.kind)) is None else value for each in values]
