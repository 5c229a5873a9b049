"""Typed predicates: ``agent:codex cost>0.5 state:stuck -project:docs login``.

A word without a field is looked for in title, project and first prompt; quotes hold a value together or keep a word
from being read as a predicate; ``-`` before a predicate turns it round. Of several states one is enough, all else must
hold together. What is wrong with a predicate is said with its place and what was probably meant.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from typing import NamedTuple, get_args

from ppp_tui.model.live import Group, LiveState, StateName
from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.model.thread import THREAD_NAMES, metadata_name
from ppp_tui.query.rows import LiveRow
from ppp_tui.query.scope import Scope
from ppp_tui.query.sessions.predicates import (
    LONGEST_WORD,
    AliasTable,
    FilterError,
    Operator,
    PredicateContext,
    PredicateField,
    Term,
    WrittenPredicate,
    contains,
    read_predicate,
)
from ppp_tui.query.sql_helpers import MACHINE, PERSON, TREE_TOKENS

__all__ = ["EMPTY", "FIELDS", "Filter", "FilterError", "PredicateField", "Term", "narrow", "parse"]


class PredicateFlag(NamedTuple):
    """A predicate that needs no value."""

    name: str
    term: Term
    help: str


_PROJECT_NAMES = AliasTable(
    "t.project IN (SELECT f.folder FROM project_folders AS f WHERE {})", ("f.repository", "f.label")
)
_MARK = "FROM marks.session_marks AS m WHERE m.source = t.source AND m.native_id = t.native_id AND t.native_id <> ''"
_LABEL = f"coalesce((SELECT m.label {_MARK}), '')"
_UNREAD = (
    "s.last_at > coalesce((SELECT nullif(m.read_at, '') FROM trajectories AS r JOIN marks.session_marks AS m "
    "ON m.source = r.source AND m.native_id = r.native_id WHERE r.id = s.trajectory_id AND r.native_id <> ''), "
    "(SELECT value FROM marks.mark_facts WHERE name = 'first_visit'), '9')"
)
_THREAD_NAMES = ", ".join(f"'{name}'" for name in THREAD_NAMES)
_THREAD = (
    "coalesce((SELECT min(m.value) FROM trajectory_metadata AS m WHERE m.trajectory_id = t.id "
    f"AND m.name IN ({_THREAD_NAMES})), CASE WHEN t.forked_from = '' THEN t.native_id ELSE ("
    "WITH RECURSIVE origin (native_id, depth) AS (SELECT t.forked_from, 1 UNION ALL "
    "SELECT p.forked_from, depth + 1 FROM origin JOIN trajectories AS p ON p.source = t.source "
    "AND p.native_id = origin.native_id AND p.forked_from <> '' WHERE depth < 50) "
    "SELECT native_id FROM origin ORDER BY depth DESC LIMIT 1) END)"
)
_SUBAGENTS = (
    "coalesce((SELECT group_concat(c.agent_role || ' ' || iif(c.title <> '', c.title, c.first_prompt), ' ') "
    "FROM trajectories AS c WHERE c.parent_id = t.id), '')"
)
_METADATA = (
    "coalesce((SELECT m.value FROM trajectory_metadata AS m "
    "WHERE m.trajectory_id = t.id AND m.name = :{parameter}), '')"
)
FLAGS: tuple[PredicateFlag, ...] = (
    PredicateFlag("pinned", Term(f"EXISTS (SELECT 1 {_MARK} AND m.is_pinned)", {}), "that you pinned with P"),
    PredicateFlag("unread", Term(_UNREAD, {}, is_summed=True), "that went on since you read them"),
)
"""Predicates of one word; in quotes the word is searched for."""

FIELDS: tuple[PredicateField, ...] = (
    PredicateField("agent", "text", "t.agent_name", "the agent, such as claude"),
    PredicateField("model", "text", "t.model", "the last model"),
    PredicateField("project", "text", "t.project", "the repository or folder that it works in", names=_PROJECT_NAMES),
    PredicateField("branch", "text", "t.branch", "the git branch"),
    PredicateField("title", "text", "t.title", "the session's title"),
    PredicateField("spec", "text", "t.spec_id", "the specification that a program logged"),
    PredicateField("run", "text", "coalesce(t.run_id, '')", "the run that a program logged it in"),
    PredicateField("stage", "text", "t.stage", "the stage of its specification, such as plan"),
    PredicateField(
        "thread", "text", _THREAD, "the conversation: a logged thread id, or the session it was forked from"
    ),
    PredicateField("source", "text", "t.source", "the kind of session file"),
    PredicateField("host", "text", MACHINE, "the machine that it was read from, none for this one"),
    PredicateField("machine", "text", MACHINE, "the same as host"),
    PredicateField("person", "text", PERSON, "whose session it is, in a shared store; none in your own database"),
    PredicateField("role", "text", "t.agent_role", "a sub-agent's role"),
    PredicateField("subagent", "text", _SUBAGENTS, "role and task of a sub-agent that it started"),
    PredicateField(
        "state", "state", "", "needs-you, finished, working, stuck, idle, or a state such as asks, limited, failed"
    ),
    PredicateField("cost", "number", "s.tree_cost_micros", "dollars, sub-agents included", 1e6),
    PredicateField("tokens", "number", TREE_TOKENS, "all tokens, sub-agents included"),
    PredicateField("turns", "number", "s.turns", "turns"),
    PredicateField("steps", "number", "s.steps", "steps"),
    PredicateField("errors", "number", "(s.failed_steps + s.retries)", "failed steps and failed requests"),
    PredicateField(
        "questions", "number", "(s.low_questions + s.medium_questions + s.high_questions)", "questions to you"
    ),
    PredicateField("high", "number", "s.high_questions", "questions of high effort"),
    PredicateField("violations", "number", "s.violations", "preferences not kept"),
    PredicateField("retries", "number", "s.retries", "failed requests"),
    PredicateField(
        "cache",
        "number",
        "(100.0 * s.cache_read_tokens / nullif(s.cache_read_tokens + s.input_tokens, 0))",
        "cache hit rate in percent",
    ),
    PredicateField(
        "context", "number", "(100.0 * s.context_tokens / nullif(s.context_window, 0))", "context used, in percent"
    ),
    PredicateField("label", "text", _LABEL, "the word that you gave it with L"),
    PredicateField("age", "age", "s.last_at", "time since the last sign of life, such as 30m, 2h, 7d"),
    PredicateField(
        "started", "time", "t.created_at", "a month, day or minute, today, or how long ago: 2026-11-20, >7d"
    ),
)
"""All fields, for parsing, help and completion."""

MOST_TERMS = 40
"""Predicates in a line: SQLite refuses expressions that are nested a thousand deep."""

_META = "meta."
"""Begins the name of a field that a program named when it logged."""

_BY_NAME = {entry.name: entry for entry in FIELDS}
_PREDICATE = lazy_pattern(r'(-?)([A-Za-z_]+|meta\.[A-Za-z0-9_.-]+)(:?(?:<=|>=|<|>|=)|:)(?:"([^"]*)"?|(\S*))(?!\S)')
_BARE = lazy_pattern(r'(-?)(?:"([^"]*)"?|(\S+))')
_GROUPS: dict[str, Group] = {
    "needs-you": "needs you",
    "finished": "finished",
    "working": "working",
    "stuck": "stuck",
    "idle": "idle",
}
_STATES = frozenset(get_args(StateName))


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to."""

    text: str = ""
    """As it was written."""
    terms: tuple[Term, ...] = ()
    """What the database can tell; all must hold."""
    states: tuple[tuple[str, bool], ...] = ()
    """Groups or states, each with whether it is wanted."""

    @property
    def needs_states(self) -> bool:
        """Whether it asks for states, which depend on the clock: only `keeps` can tell."""
        return bool(self.states)

    def where(self) -> tuple[str, dict[str, object]]:
        """Return a condition over the aliases of `sessions.FROM`, and its parameters."""
        return _joined(self.terms)

    def where_summed(self, *, is_summed: bool) -> tuple[str, dict[str, object]]:
        """Return the conditions over `s` (or, if not `is_summed`, over `t`), '' for none, and their parameters."""
        terms = [term for term in self.terms if term.is_summed == is_summed]
        return _joined(terms) if terms else ("", {})

    def keeps(self, judged: LiveRow | LiveState) -> bool:
        """Return whether a session in this state is wanted."""
        state = judged.state if isinstance(judged, LiveRow) else judged
        wanted = [name for name, is_wanted in self.states if is_wanted]
        refused = [name for name, is_wanted in self.states if not is_wanted]
        names = (state.name, state.group)
        return (not wanted or any(name in names for name in wanted)) and not any(name in names for name in refused)


EMPTY = Filter()
"""Keeps everything."""


def parse(text: str, now_ms: int, zone: tzinfo = UTC) -> Filter:
    """Read a line of predicates; days and hours are those of `zone`. Raises FilterError."""
    terms: list[Term] = []
    states: list[tuple[str, bool]] = []
    moment = PredicateContext(now_ms, zone)
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        matched = _PREDICATE.match(text, place)
        if matched is not None:
            _add_predicate(matched, moment, terms, states)
        else:
            matched = _BARE.match(text, place)
            if matched is None:
                raise AssertionError("whatever is no space is a word")
            _add_bare(matched, terms)
        if len(terms) + len(states) > MOST_TERMS:
            raise FilterError(f"that is more than {MOST_TERMS} predicates", place)
        place = matched.end()
    return Filter(text, tuple(terms), tuple(states))


def narrow(kept: Filter, scope: Scope) -> Filter:
    """Return a filter that keeps, of what another one keeps, sessions of a scope: those at work within its span."""
    names, parameters = scope.names("project", "agent_name", "model")
    terms = [Term(f"t.{name}", {key: parameters[key]}) for name, key in zip(names, parameters, strict=True)]
    last_times, parameters = scope._replace(until_ms=None).times("s.last_at")
    terms += [Term(time, parameters, is_summed=True) for time in last_times]
    first_times, parameters = scope._replace(since_ms=None).times("t.created_at")
    terms += [Term(time, parameters) for time in first_times]
    return replace(kept, terms=(*kept.terms, *terms))


def _joined(terms: tuple[Term, ...] | list[Term]) -> tuple[str, dict[str, object]]:
    parameters: dict[str, object] = {}
    for term in terms:
        parameters |= term.parameters
    return " AND ".join(term.sql for term in terms) or "1 = 1", parameters


def _add_bare(matched: re.Match[str], terms: list[Term]) -> None:
    minus, quoted, bare = matched.groups()
    word = quoted if quoted is not None else bare
    if len(word) > LONGEST_WORD:
        raise FilterError(f"a word has at most {LONGEST_WORD} characters", matched.start())
    flag = next((flag for flag in FLAGS if bare is not None and flag.name == word.lower()), None)
    if flag is not None:
        terms.append(flag.term.negated() if minus else flag.term)
    elif word not in ("", "-"):
        term = contains(("t.title", "t.project", "t.first_prompt"), word, f"p{len(terms)}", _PROJECT_NAMES)
        terms.append(term.negated() if minus else term)


def _add_predicate(
    matched: re.Match[str], moment: PredicateContext, terms: list[Term], states: list[tuple[str, bool]]
) -> None:
    minus, name, sign, quoted, bare = matched.groups()
    parameter = f"p{len(terms)}"
    asked = _metadata_field(name, parameter) if name.lower().startswith(_META) else _BY_NAME.get(name.lower())
    column = matched.start(5 if quoted is None else 4)
    if asked is None:
        raise FilterError(_no_field(name), matched.start(2))
    value = bare if quoted is None else quoted
    if not value and not (asked.kind == "text" and quoted is not None and sign == "="):
        raise FilterError(f"{asked.name} needs a value: {asked.help}", column)
    operator = _OPERATORS[sign]
    if asked.kind == "state":
        if operator not in (":", "="):
            raise FilterError(f"state is a word: write state:{value}", column)
        states.append((_state(value.lower(), column), not minus))
        return
    term = read_predicate(asked, WrittenPredicate(operator, value, column, parameter), moment)
    if name.lower().startswith(_META):
        term = term._replace(parameters={**term.parameters, f"{parameter}m": metadata_name(name[len(_META) :])})
    terms.append(term.negated() if minus else term)


def _metadata_field(name: str, parameter: str) -> PredicateField:
    """Return the field for what a program logged under a name of its own; the name is bound as `{parameter}m`."""
    return PredicateField(name, "text", _METADATA.format(parameter=f"{parameter}m"), "what a program logged")


def _no_field(name: str) -> str:
    near = difflib.get_close_matches(name.lower(), list(_BY_NAME), 1)
    hint = f", did you mean {near[0]}?" if near else f": there is {', '.join(_BY_NAME)}"
    return f"there is no field {name}{hint} (in quotes it is searched for as it stands)"


def _state(value: str, column: int) -> str:
    if value in _GROUPS:
        return _GROUPS[value]
    if value in _STATES or value in _GROUPS.values():
        return value
    near = difflib.get_close_matches(value, [*_GROUPS, *sorted(_STATES)], 1)
    raise FilterError(f"there is no state {value}{f', did you mean {near[0]}?' if near else ''}", column)


_OPERATORS: dict[str, Operator] = {
    ":": ":",
    "=": "=",
    "<": "<",
    ">": ">",
    "<=": "<=",
    ">=": ">=",
    ":=": "=",
    ":<": "<",
    ":>": ">",
    ":<=": "<=",
    ":>=": ">=",
}
"""How operators may be written; other programs put a colon before a comparison."""
