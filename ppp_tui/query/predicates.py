"""Typed predicates as SQL: a field, an operator and what a person wrote become a condition and its parameters.

What a person wrote is only ever bound, never part of the SQL. LIKE ignores case as SQLite does it: for ASCII letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from typing import Literal, NamedTuple

from ppp_tui.model.clock import DAY_MS, to_text
from ppp_tui.query.words import sound

Kind = Literal["text", "number", "age", "time", "state"]
"""What a field's values are."""

Operator = Literal[":", "=", "<", ">", "<=", ">="]
"""How a value is compared; ``:`` is "contains" for text and "equals" for anything else."""


class FilterError(ValueError):
    """A predicate that cannot be understood; the message is for the person who wrote it."""

    def __init__(self, message: str, column: int) -> None:
        """`column` counts characters of the line from 0."""
        super().__init__(message)
        self.column = column


class Field(NamedTuple):
    """What a predicate can ask for."""

    name: str
    kind: Kind
    sql: str
    """Over the aliases `t` (trajectories) or `s` (trajectory_summaries), never both."""
    help: str
    scale: float = 1.0
    """What a written number is multiplied by."""


class Written(NamedTuple):
    """A predicate as it was written."""

    operator: Operator
    value: str
    column: int
    """Where the value begins."""
    parameter: str
    """Name of its parameter."""


class Moment(NamedTuple):
    """When and where a line is read: ages and dates depend on it."""

    now_ms: int
    zone: tzinfo


class Term(NamedTuple):
    """One predicate as SQL."""

    sql: str
    parameters: dict[str, object]
    is_summed: bool = False
    """It is about sums and times (alias `s`), not about what the session is (alias `t`)."""

    def negated(self) -> Term:
        """The opposite; what is not known does not fulfil a predicate, so it fulfils its opposite."""
        return self._replace(sql=f"({self.sql}) IS NOT TRUE")


LONGEST_WORD = 1000
"""Characters of a value: SQLite refuses patterns of more than 50,000 bytes."""

_NUMBER = re.compile(r"\$?([0-9]{1,15}(?:\.[0-9]*)?|\.[0-9]+)([kKmMbB%]?)\Z")
_FACTORS = {"": 1.0, "%": 1.0, "k": 1e3, "m": 1e6, "b": 1e9}
_AGE = re.compile(r"([0-9]{1,9}(?:\.[0-9]+)?)([smhdw])\Z")
_UNIT_MS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": DAY_MS, "w": 7 * DAY_MS}
_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})(?:-([0-9]{1,2})(?:[T ]([0-9]{1,2}):([0-9]{2}))?)?\Z")
_OLDER: dict[Operator, Operator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def contains(columns: tuple[str, ...], word: str, parameter: str) -> Term:
    """Any of the expressions contains the word."""
    sql = " OR ".join(f"{column} LIKE :{parameter} ESCAPE '\\'" for column in columns)
    return Term(f"({sql})", {parameter: f"%{_literally(word)}%"})


def read_predicate(field: Field, written: Written, moment: Moment) -> Term:
    """The predicate as SQL. Raises FilterError."""
    if len(written.value) > LONGEST_WORD:
        raise FilterError(f"{field.name} takes at most {LONGEST_WORD} characters", written.column)
    term = _READERS[field.kind](field, written, moment)
    return term._replace(is_summed=not field.sql.startswith("t."))


def edge(text: str, moment: Moment, *, is_end: bool) -> str:
    """A time that a person wrote, an age such as 7d or a month, day or minute, as archive text.

    Of a month, day or minute its beginning, or with `is_end` the beginning of what follows it. Raises ValueError.
    """
    matched = _AGE.match(text.strip().lower())
    if matched is not None:
        return to_text(max(0, moment.now_ms - int(float(matched[1]) * _UNIT_MS[matched[2]])))
    try:
        return _span(text.strip(), moment.zone)[is_end]
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"{text} is no time: write 7d, 2h, 2026-11-20 or 2026-11-20T14:30") from None


def _literally(word: str) -> str:
    """A word in which LIKE finds no wildcards."""
    return sound(word).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _read_text(field: Field, written: Written, _moment: Moment) -> Term:
    if written.operator == "=":
        return Term(f"lower({field.sql}) = lower(:{written.parameter})", {written.parameter: sound(written.value)})
    if written.operator != ":":
        raise FilterError(
            f"{field.name} is text: write {field.name}:{written.value} or {field.name}={written.value}", written.column
        )
    return contains((field.sql,), written.value, written.parameter)


def _read_number(field: Field, written: Written, _moment: Moment) -> Term:
    matched = _NUMBER.match(written.value)
    if matched is None:
        raise FilterError(f"{field.name} is a number such as 3, 1.5k or 2M: {written.value} is none", written.column)
    number = float(matched[1]) * _FACTORS[matched[2].lower()] * field.scale
    operator = "=" if written.operator == ":" else written.operator
    return Term(f"{field.sql} {operator} :{written.parameter}", {written.parameter: number})


def _read_age(field: Field, written: Written, moment: Moment) -> Term:
    matched = _AGE.match(written.value.lower())
    if matched is None:
        raise FilterError(f"{field.name} is a time such as 30m, 2h or 7d: {written.value} is none", written.column)
    # Older means earlier: the comparison turns round.
    operator = _OLDER.get(written.operator)
    if operator is None:
        raise FilterError(f"{field.name} takes < or >: write {field.name}<{written.value}", written.column)
    at_ms = moment.now_ms - int(float(matched[1]) * _UNIT_MS[matched[2]])
    return Term(f"{field.sql} {operator} :{written.parameter}", {written.parameter: to_text(max(0, at_ms))})


def _read_time(field: Field, written: Written, moment: Moment) -> Term:
    try:
        begin, end = _span(written.value, moment.zone)
    except (ValueError, OverflowError, OSError):
        raise FilterError(
            f"{field.name} is a day such as 2026-11-20, or a month, or a minute: {written.value} is none",
            written.column,
        ) from None
    name = written.parameter
    if written.operator in (":", "="):
        sql = f"({field.sql} >= :{name} AND {field.sql} < :{name}_end)"
        return Term(sql, {name: begin, f"{name}_end": end})
    # A day counts as a whole: what is after it begins with the next one.
    comparison, edge = {"<": ("<", begin), ">=": (">=", begin), ">": (">=", end), "<=": ("<", end)}[written.operator]
    return Term(f"{field.sql} {comparison} :{name}", {name: edge})


def _span(text: str, zone: tzinfo) -> tuple[str, str]:
    """Where a month, day or minute begins and where the next one does, as archive text. Raises ValueError."""
    matched = _DATE.match(text)
    if matched is None:
        raise ValueError(text)
    year, month, day, hour, minute = matched.groups()
    begin = datetime(int(year), int(month), int(day or 1), int(hour or 0), int(minute or 0), tzinfo=zone)
    if minute is not None:
        end = begin + timedelta(minutes=1)
    elif day is not None:
        end = begin + timedelta(days=1)
    else:
        end = begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
    return _archive_text(begin), _archive_text(end)


def _archive_text(at: datetime) -> str:
    return to_text(max(0, int(at.timestamp() * 1000)))


_READERS: dict[Kind, Callable[[Field, Written, Moment], Term]] = {
    "text": _read_text, "number": _read_number, "age": _read_age, "time": _read_time,
}  # fmt: skip
