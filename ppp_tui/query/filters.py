"""Typed predicates: ``agent:codex cost>0.5 state:stuck -project:docs login``.

A word without a field is looked for in title, project and first prompt; ``-`` before a predicate turns it round. What
is wrong with a predicate is said with its place and what was probably meant.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from ppp_tui.model.clock import DAY_MS, from_text, to_text
from ppp_tui.model.live import Group, LiveState, StateName


class FilterError(ValueError):
    """A predicate that cannot be understood."""

    def __init__(self, message: str, column: int) -> None:
        """`column` counts characters of the line from 0."""
        super().__init__(message)
        self.column = column


Kind = Literal["text", "number", "age", "time", "state"]


class Field(NamedTuple):
    """What a predicate can ask for."""

    name: str
    kind: Kind
    sql: str
    help: str
    scale: float = 1.0
    """What a typed number is multiplied by."""


_TREE_TOKENS = "(s.tree_input_tokens + s.tree_output_tokens + s.tree_cache_read_tokens + s.tree_cache_write_tokens)"
FIELDS: tuple[Field, ...] = (
    Field("agent", "text", "t.agent_name", "the agent, such as claude"),
    Field("model", "text", "t.model", "the last model"),
    Field("project", "text", "t.project", "the folder that it works in"),
    Field("branch", "text", "t.branch", "the git branch"),
    Field("title", "text", "t.title", "the session's title"),
    Field("spec", "text", "t.spec_id", "the specification that a program logged"),
    Field("source", "text", "t.source", "the kind of session file"),
    Field("role", "text", "t.agent_role", "a sub-agent's role"),
    Field("state", "state", "", "needs-you, working, stuck, idle, or one state such as asks, limited, failed"),
    Field("cost", "number", "s.tree_cost_micros", "dollars, sub-agents included", 1e6),
    Field("tokens", "number", _TREE_TOKENS, "all tokens, sub-agents included"),
    Field("turns", "number", "s.turns", "turns"),
    Field("steps", "number", "s.steps", "steps"),
    Field("errors", "number", "(s.failed_steps + s.retries)", "failed steps and failed requests"),
    Field("questions", "number", "(s.low_questions + s.medium_questions + s.high_questions)", "questions to you"),
    Field("high", "number", "s.high_questions", "questions of high effort"),
    Field("violations", "number", "s.violations", "preferences not kept"),
    Field("retries", "number", "s.retries", "failed requests"),
    Field("cache", "number", "(100.0 * s.cache_read_tokens / nullif(s.cache_read_tokens + s.input_tokens, 0))",
          "cache hit rate in percent"),
    Field("context", "number", "(100.0 * s.context_tokens / nullif(s.context_window, 0))", "context used, in percent"),
    Field("age", "age", "s.last_at", "time since the last sign of life, such as 30m, 2h, 7d"),
    Field("started", "time", "t.created_at", "a date such as 2026-11-20"),
)  # fmt: skip
"""All fields, for parsing, help and completion."""

_BY_NAME = {entry.name: entry for entry in FIELDS}
_WORD = re.compile(r'(-?)([a-z]+)(:|<=|>=|<|>|=)("[^"]*"|\S+)|(-?)("[^"]*"|\S+)')
_AGE = re.compile(r"(\d+(?:\.\d+)?)([smhdw])\Z")
_UNIT_MS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": DAY_MS, "w": 7 * DAY_MS}
_SUFFIXES = {"k": 1e3, "m": 1e6, "%": 1.0}
_GROUPS: dict[str, Group] = {"needs-you": "needs you", "working": "working", "stuck": "stuck", "idle": "idle"}
_STATES = frozenset(get_args(StateName))


class Term(NamedTuple):
    """One predicate as SQL."""

    sql: str
    parameters: dict[str, object]


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to."""

    text: str = ""
    terms: tuple[Term, ...] = ()
    states: tuple[tuple[str, bool], ...] = ()
    """Groups or states, each with whether it is wanted."""

    @property
    def needs_states(self) -> bool:
        """A state depends on the clock: only `keeps` can tell."""
        return bool(self.states)

    def where(self) -> tuple[str, dict[str, object]]:
        """A condition over the aliases of `sessions.FROM`, and its parameters."""
        parameters: dict[str, object] = {}
        for term in self.terms:
            parameters |= term.parameters
        return " AND ".join(term.sql for term in self.terms) or "1", parameters

    def keeps(self, state: LiveState) -> bool:
        """Whether a session in this state is wanted."""
        return all((wanted in (state.name, state.group)) is is_wanted for wanted, is_wanted in self.states)


EMPTY = Filter()
"""Keeps everything."""


def parse(text: str, now_ms: int) -> Filter:
    """Read a line of predicates. Raises FilterError."""
    terms: list[Term] = []
    states: list[tuple[str, bool]] = []
    for number, matched in enumerate(_WORD.finditer(text)):
        minus, name, operator, value, bare_minus, bare = matched.groups()
        if name is None:
            terms.append(_bare(f"p{number}", bare.strip('"'), is_negated=bool(bare_minus)))
            continue
        asked = _BY_NAME.get(name)
        if asked is None:
            near = difflib.get_close_matches(name, list(_BY_NAME), 1)
            hint = f", did you mean {near[0]}?" if near else f": there is {', '.join(_BY_NAME)}"
            raise FilterError(f"there is no field {name}{hint}", matched.start(2))
        value = value.strip('"')
        if asked.kind == "state":
            states.append((_state(value, matched.start(4)), not minus))
        else:
            term = _READERS[asked.kind](asked, operator, value, f"p{number}", matched.start(4), now_ms)
            terms.append(Term(f"NOT coalesce({term.sql}, 0)", term.parameters) if minus else term)
    return Filter(text, tuple(terms), tuple(states))


def _bare(name: str, word: str, *, is_negated: bool) -> Term:
    prompt = "(SELECT p.prompt FROM trajectory_turns AS p WHERE p.id = (t.id << 20) + 1)"
    sql = (
        f"(t.title LIKE :{name} ESCAPE '\\' OR t.project LIKE :{name} ESCAPE '\\' OR {prompt} LIKE :{name} ESCAPE '\\')"
    )
    return Term(f"NOT coalesce({sql}, 0)" if is_negated else sql, {name: f"%{_like(word)}%"})


def _like(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _text(asked: Field, operator: str, value: str, name: str, column: int, _now_ms: int) -> Term:
    if operator == "=":
        return Term(f"{asked.sql} = :{name} COLLATE NOCASE", {name: value})
    if operator != ":":
        raise FilterError(f"{asked.name} is text: write {asked.name}:{value} or {asked.name}={value}", column)
    return Term(f"{asked.sql} LIKE :{name} ESCAPE '\\'", {name: f"%{_like(value)}%"})


def _number(asked: Field, operator: str, value: str, name: str, column: int, _now_ms: int) -> Term:
    written = value.lstrip("$")
    factor = _SUFFIXES.get(written[-1:].lower(), 0.0)
    try:
        number = float(written[:-1]) * factor if factor else float(written)
    except ValueError:
        raise FilterError(f"{asked.name} is a number: {value} is none", column) from None
    return Term(f"{asked.sql} {_comparison(operator)} :{name}", {name: number * asked.scale})


def _age(asked: Field, operator: str, value: str, name: str, column: int, now_ms: int) -> Term:
    matched = _AGE.match(value)
    if matched is None:
        raise FilterError(f"{asked.name} is a time such as 30m, 2h or 7d: {value} is none", column)
    moment = to_text(max(0, now_ms - int(float(matched[1]) * _UNIT_MS[matched[2]])))
    # Older means earlier: the comparison turns round.
    turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(operator)
    if turned is None:
        raise FilterError(f"{asked.name} takes < or >: write {asked.name}<{value}", column)
    return Term(f"{asked.sql} {turned} :{name}", {name: moment})


def _time(asked: Field, operator: str, value: str, name: str, column: int, _now_ms: int) -> Term:
    try:
        moment = to_text(from_text(value))
    except ValueError:
        raise FilterError(f"{asked.name} is a date such as 2026-11-20: {value} is none", column) from None
    if operator in (":", "="):
        return Term(f"{asked.sql} LIKE :{name} ESCAPE '\\'", {name: f"{_like(value)}%"})
    return Term(f"{asked.sql} {operator} :{name}", {name: moment})


def _comparison(operator: str) -> str:
    return "=" if operator == ":" else operator


def _state(value: str, column: int) -> str:
    known = [*_GROUPS, *sorted(_STATES)]
    if value in _GROUPS:
        return _GROUPS[value]
    if value in _STATES:
        return value
    near = difflib.get_close_matches(value, known, 1)
    raise FilterError(f"there is no state {value}{f', did you mean {near[0]}?' if near else ''}", column)


_READERS: dict[Kind, Callable[[Field, str, str, str, int, int], Term]] = {
    "text": _text, "number": _number, "age": _age, "time": _time,
}  # fmt: skip
