"""Typed predicates as SQL: a field, an operator and what a user wrote become a condition and its parameters.

What a user wrote is only ever bound, never part of the SQL. LIKE ignores case as SQLite does it: for ASCII letters.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Literal, NamedTuple

from ppp_tui.model.clock import to_text
from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.query.sql_helpers import strip_surrogates
from ppp_tui.query.time_grammar import TIME_FORMS, read_age, read_time

Kind = Literal["text", "number", "age", "time", "state"]
"""What a field's values are."""

Operator = Literal[":", "=", "<", ">", "<=", ">="]
"""How a value is compared; ``:`` is "contains" for text and "equals" for anything else."""


class FilterError(ValueError):
    """A predicate that cannot be understood; the message is for the user who wrote it."""

    def __init__(self, message: str, column: int) -> None:
        """Make an error at a place; `column` counts characters of the line from 0."""
        super().__init__(message)
        self.column = column


class AliasTable(NamedTuple):
    """Other texts that a field may be called by, in a table of its own."""

    sql: str
    """Holds where a comparison, put in place of `{}`, does of any of the texts."""
    columns: tuple[str, ...]


class PredicateField(NamedTuple):
    """What a predicate can ask for."""

    name: str
    kind: Kind
    sql: str
    """Over the aliases `t` (trajectories) or `s` (trajectory_summaries), never both."""
    help: str
    scale: float = 1.0
    """What a written number is multiplied by."""
    names: AliasTable | None = None


class WrittenPredicate(NamedTuple):
    """A predicate as it was written."""

    operator: Operator
    value: str
    column: int
    """Where the value begins."""
    parameter: str
    """Name of its parameter."""


class PredicateContext(NamedTuple):
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
        """Return the negated condition; unknown values fulfil it, since they do not fulfil the condition."""
        return self._replace(sql=f"({self.sql}) IS NOT TRUE")


LONGEST_WORD = 1000
"""Characters of a value: SQLite refuses patterns of more than 50,000 bytes."""

_OF_SUMS = lazy_pattern(r"\bs\.")
_NUMBER = lazy_pattern(r"\$?([0-9]{1,15}(?:\.[0-9]*)?|\.[0-9]+)([kKmMbB%]?)\Z")
_FACTORS = {"": 1.0, "%": 1.0, "k": 1e3, "m": 1e6, "b": 1e9}
_OLDER: dict[Operator, Operator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def contains(columns: tuple[str, ...], word: str, parameter: str, names: AliasTable | None = None) -> Term:
    """Return a condition that any of the expressions or names contains the word."""
    sql = _any_of(columns, names, f"{{}} LIKE :{parameter} ESCAPE '\\'")
    return Term(sql, {parameter: f"%{_literally(word)}%"})


def read_predicate(field: PredicateField, written: WrittenPredicate, moment: PredicateContext) -> Term:
    """Return the predicate as SQL. Raises FilterError."""
    if len(written.value) > LONGEST_WORD:
        raise FilterError(f"{field.name} takes at most {LONGEST_WORD} characters", written.column)
    term = _READERS[field.kind](field, written, moment)
    return term._replace(is_summed=_OF_SUMS.search(field.sql) is not None)


def _literally(word: str) -> str:
    """Return a word in which LIKE finds no wildcards."""
    return strip_surrogates(word).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _read_text(field: PredicateField, written: WrittenPredicate, _moment: PredicateContext) -> Term:
    if written.operator == "=":
        sql = _any_of((field.sql,), field.names, f"lower({{}}) = lower(:{written.parameter})")
        return Term(sql, {written.parameter: strip_surrogates(written.value)})
    if written.operator != ":":
        raise FilterError(
            f"{field.name} is text: write {field.name}:{written.value} or {field.name}={written.value}", written.column
        )
    return contains((field.sql,), written.value, written.parameter, field.names)


def _any_of(columns: tuple[str, ...], names: AliasTable | None, comparison: str) -> str:
    """Return a comparison, with `{}` for a text, of any of the columns and names."""
    alternatives = [comparison.format(column) for column in columns]
    if names is not None:
        alternatives.append(names.sql.format(" OR ".join(comparison.format(column) for column in names.columns)))
    return f"({' OR '.join(alternatives)})"


def _read_number(field: PredicateField, written: WrittenPredicate, _moment: PredicateContext) -> Term:
    matched = _NUMBER.match(written.value)
    if matched is None:
        raise FilterError(f"{field.name} is a number such as 3, 1.5k or 2M: {written.value} is none", written.column)
    number = float(matched[1]) * _FACTORS[matched[2].lower()] * field.scale
    operator = "=" if written.operator == ":" else written.operator
    return Term(f"{field.sql} {operator} :{written.parameter}", {written.parameter: number})


def _read_age(field: PredicateField, written: WrittenPredicate, moment: PredicateContext) -> Term:
    age_ms = read_age(written.value)
    if age_ms is None:
        raise FilterError(f"{field.name} is a time such as 30m, 2h or 7d: {written.value} is none", written.column)
    # Older means earlier: the comparison turns round.
    operator = _OLDER.get(written.operator)
    if operator is None:
        raise FilterError(f"{field.name} takes < or >: write {field.name}<{written.value}", written.column)
    at_ms = max(0, moment.now_ms - age_ms)
    return Term(f"{field.sql} {operator} :{written.parameter}", {written.parameter: to_text(at_ms)})


def _read_time(field: PredicateField, written: WrittenPredicate, moment: PredicateContext) -> Term:
    try:
        span = read_time(written.value, moment.now_ms, moment.zone)
    except ValueError:
        raise FilterError(f"{field.name} is {TIME_FORMS}: {written.value} is none", written.column) from None
    begin, end = to_text(span.low_ms), to_text(span.high_ms)
    name = written.parameter
    if written.operator in (":", "="):
        if begin == end:
            raise FilterError(f"{written.value} is a moment: write {field.name}>{written.value}", written.column)
        sql = f"({field.sql} >= :{name} AND {field.sql} < :{name}_end)"
        return Term(sql, {name: begin, f"{name}_end": end})
    # A day counts as a whole: what is after it begins with the next one.
    comparison, edge = {"<": ("<", begin), ">=": (">=", begin), ">": (">=", end), "<=": ("<", end)}[written.operator]
    return Term(f"{field.sql} {comparison} :{name}", {name: edge})


_READERS: dict[Kind, Callable[[PredicateField, WrittenPredicate, PredicateContext], Term]] = {
    "text": _read_text,
    "number": _read_number,
    "age": _read_age,
    "time": _read_time,
}
