"""Every query that the program can ask, with sensible arguments for the database at hand.

The functions are found by their annotations, and their arguments by name: a new function is asked without a word here,
unless it takes a parameter that no other one has.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, timedelta, timezone
from itertools import product
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import ppp_tui.query
from ppp_tui.model.clock import DAY_MS, from_text
from ppp_tui.model.performance import PerformanceEvent
from ppp_tui.query.measures import MEASURES
from ppp_tui.query.performance.events import event_page
from ppp_tui.query.quality.question_lists import ListFilter
from ppp_tui.query.query import Query, answer
from ppp_tui.query.scope import EVERYTHING, Scope
from ppp_tui.query.scores.consensus import GroupKey, groups_of_specs, groups_of_tasks
from ppp_tui.query.sessions import filters, session_lists
from ppp_tui.query.sessions.session_order import SORT_NAMES, Sort
from ppp_tui.query.sessions.steps import latest_steps
from ppp_tui.query.sessions.user_marks import UserMark
from ppp_tui.query.signals.run_details import ALL_TURNS, TurnSpan
from ppp_tui.query.usage.deliveries import pull_request_marks
from ppp_tui.query.usage.rows import UsageFilter
from ppp_tui.query.usage.spans import TimeSpan, days, hours
from ppp_tui.scoring.ranking.technical import TechnicalWeights

INDIA = timezone(timedelta(hours=5, minutes=30))
"""A zone whose days cut hours in two."""

FILTERS = (
    "",
    "the",
    "agent:claude",
    "-model:gpt turns>1",
    "cost>0.01",
    "project:s",
    "title=Nothing",
    "tokens>1k errors>0",
    "age<30d",
    "started:2026-11-20",
    "-host:box",
    "person:ann",
    "cache>50 context<90",
    "thread:a label:x",
    "meta.team:core",
    "questions>0 -high>1",
    "-unread",
    "pinned",
)


class Case(NamedTuple):
    """One query of a function."""

    name: str
    """Module, function and arguments."""
    query: Query[Any]


def functions() -> dict[str, Callable[..., Query[Any]]]:
    """All public functions of the query room that make a query, by module and name."""
    found: dict[str, Callable[..., Query[Any]]] = {}
    for info in pkgutil.walk_packages(ppp_tui.query.__path__, "ppp_tui.query."):
        module = importlib.import_module(info.name)
        for name, function in vars(module).items():
            if not inspect.isfunction(function) or function.__module__ != info.name or name.startswith("_"):
                continue
            if str(function.__annotations__.get("return", "")).startswith("Query["):
                found[f"{info.name.removeprefix('ppp_tui.query.')}.{name}"] = function
    return found


class Arguments:
    """Values for parameters, by name, out of a local database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        ids = self._all("SELECT trajectory_id FROM trajectory_summaries ORDER BY turns DESC, trajectory_id LIMIT 3")
        ids += self._all("SELECT parent_id FROM trajectories WHERE parent_id IS NOT NULL LIMIT 1")
        turns = self._all("SELECT turn_id FROM trajectory_questions LIMIT 1") + self._all(
            "SELECT id FROM trajectory_turns ORDER BY steps DESC LIMIT 2"
        )
        agents = self._all("SELECT DISTINCT agent_name FROM trajectories ORDER BY 1")
        models = self._all("SELECT DISTINCT model FROM token_usage ORDER BY 1")
        projects = self._all("SELECT project FROM file_sums GROUP BY 1 ORDER BY sum(uses) DESC, 1 LIMIT 2")
        now = from_text(self._all("SELECT max(last_at) FROM trajectory_summaries")[0]) or 0
        marks = list(answer(connection, pull_request_marks(TimeSpan(0, now + DAY_MS), UsageFilter())))
        keys = [group.key for group in answer(connection, groups_of_specs()) + answer(connection, groups_of_tasks())]
        scopes = [
            EVERYTHING,
            Scope(since_ms=now - 9 * DAY_MS, until_ms=now - DAY_MS),
            *(Scope(project=project) for project in projects[:1]),
            Scope(since_ms=now - 30 * DAY_MS, agent=agents[0], model=models[0] if models else None),
        ]
        usage_filters = [
            UsageFilter(),
            UsageFilter(project="s", agent=agents[0].upper(), model="c"),
            *(UsageFilter(only=(("project", project), ("model", models[0]))) for project in projects[:1]),
            UsageFilter(only=(("session", str(ids[0])),)),
            UsageFilter(only=(("reasoning_effort", ""), ("agent", agents[0]))),
        ]
        week = TimeSpan(now - 7 * DAY_MS, now)
        odd = TimeSpan(now - 3 * DAY_MS + 123_000, now - 1_234_000)
        many = days(now - 30 * DAY_MS, now + DAY_MS, INDIA)
        self.values: dict[str, Sequence[Any]] = {
            "trajectory_id": ids,
            "trajectory_ids": [ids, []],
            "ids": [ids, ids[:1]],
            "turn_id": turns,
            "turns": [ALL_TURNS, TurnSpan(2, 3)],
            "row": answer(connection, session_lists.session_page(filters.EMPTY, Sort(), 0, 2)),
            "step_id": [*self._all("SELECT id FROM steps ORDER BY id LIMIT 1"), 7],
            "step": answer(connection, latest_steps(ids[0], 2)),
            "run_id": [*self._all("SELECT test_run_id FROM test_failures LIMIT 1"), 7],
            "codebase_id": [*self._all("SELECT id FROM codebases LIMIT 1"), 7],
            "project": [*projects, "/nowhere"],
            "repository": projects,
            "path": self._all("SELECT path FROM file_sums ORDER BY uses DESC, path LIMIT 1"),
            "agent": agents[:1],
            "agent_id": ["", "codex"],
            "agent_name": agents[:1],
            "capability": ["", "code"],
            "status": ["", "busy"],
            "first": self._all("SELECT min(agent_version) FROM trajectories WHERE agent_version <> ''"),
            "second": self._all("SELECT max(agent_version) FROM trajectories WHERE agent_version <> ''"),
            "scope": scopes,
            "usage_filter": usage_filters,
            "span": [week, odd, TimeSpan(0, now + DAY_MS)],
            "spans": [many, hours(odd.low_ms, odd.high_ms, UTC), [odd]],
            "shown": [many],
            "measure": list(MEASURES.values()),
            "weights": [TechnicalWeights(), TechnicalWeights(tests=0.4, steps=0.2, ended=0.2, evaluations=0.2)],
            "choice": [
                ListFilter(),
                ListFilter(since="2026-01-01", until="2027-01-01", agent=agents[0], project="s", limit=5),
                ListFilter(session=ids[0], levels=("low", "medium", "minor", "good")),
            ],
            "kept": [filters.parse(text, now) for text in FILTERS],
            "session_filter": [filters.EMPTY, filters.parse("agent:claude turns>1", now)],
            "sort": [Sort(name, is_descending) for name in SORT_NAMES for is_descending in (True, False)],
            "text": ["tests", "fix the rounding", '"the tests"', "par", "%_", str(ids[0]), "native", ""],
            "names": [agents, models, ["ann", "box"]],
            "key": [*keys[:3], GroupKey("SPEC-1", ("plan",), "run-1"), "claude", "error", "12"],
            "spec_id": ["", "SPEC-1"],
            "marks": [marks, ("failure", "question", "violation"), ("question",)],
            "mark": [UserMark(), UserMark(read_turn=1, read_at=now - DAY_MS)],
            "without": [(), tuple(ids[:2])],
            "numbers": [(1, 2), ()],
            "revision": [0, 3],
            "after_revision": [0, 3],
            "now_ms": [now],
            "midnight_ms": [now - now % DAY_MS],
            "today_ms": [now - now % DAY_MS],
            "week_ms": [now - 7 * DAY_MS],
            "since_ms": [now - 9 * DAY_MS, 0],
            "until_ms": [now],
            "bucket_ms": [60_000],
            "buckets": [12],
            "zone": [UTC, INDIA],
            "after": [*answer(connection, event_page(0, None, 1)), -1, 5, None],
            "before_id": [None, self._all("SELECT max(id) FROM steps")[0]],
            "after_id": [None, self._all("SELECT min(id) FROM steps")[0]],
            "first_turn": [1],
            "turn_number": [1, 3],
            "first_number": [0, 2],
            "count": [10],
            "start": [0, 3],
            "limit": [5, 200],
            "most": [3, 300],
            "span_ms": [300_000],
            "name": ["", *agents[:1], "bug", *self._all("SELECT name FROM rate_limits LIMIT 1")],
            "decision_type": self._all("SELECT decision_type FROM decision_counts ORDER BY decisions DESC LIMIT 1"),
            "reason_code": self._all("SELECT reason_code FROM decision_counts ORDER BY decisions DESC LIMIT 1"),
            "signal_type": self._all("SELECT signal_type FROM signal_counts ORDER BY true_count DESC LIMIT 1"),
            "signal_code": self._all("SELECT signal_code FROM signal_counts ORDER BY true_count DESC LIMIT 1"),
        }

    def _all(self, sql: str) -> list[Any]:
        return [row[0] for row in self._connection.execute(sql) if row[0] is not None]

    def of(self, name: str, kind: Any) -> Sequence[Any]:
        """Values for a parameter of a name and an annotation. Raises KeyError for a name that is not known here."""
        if get_origin(kind) is Literal:
            return get_args(kind)
        if kind is bool:
            return (False, True)
        values = self.values[name]
        wanted = {int: int, str: str, GroupKey: GroupKey, UserMark: UserMark}.get(kind)
        return [value for value in values if isinstance(value, wanted)] if wanted else values


def _fits(name: str, values: Mapping[str, Any]) -> bool:
    """Whether arguments that have one name in several functions mean the same in this one."""
    if name == "sessions.turns.next_mark":
        return bool(values["marks"]) and all(isinstance(mark, str) for mark in values["marks"])
    if name == "usage.deliveries.branch_sessions":
        return not any(isinstance(mark, str) for mark in values["marks"])
    if name == "performance.events.event_page":
        return values["after"] is None or isinstance(values["after"], PerformanceEvent)
    if "after" in values:
        return isinstance(values["after"], int)
    return True


def cases(arguments: Arguments, name: str, most: int = 200) -> Iterator[Case]:
    """Yield queries of one function, evenly chosen where there would be more than `most`."""
    function = functions()[name]
    hints = get_type_hints(function)
    parameters = [parameter for parameter in inspect.signature(function).parameters if parameter != "return"]
    choices = [arguments.of(parameter, hints[parameter]) for parameter in parameters]
    combined = [dict(zip(parameters, values, strict=True)) for values in product(*choices)]
    fitting = [values for values in combined if _fits(name, values)]
    # A stride that shares no factor with the choices goes through all values of each.
    stride = max(1, len(fitting) // most) | 1
    for values in fitting[::stride]:
        shown = ", ".join(f"{key}={value!r}" for key, value in values.items())
        yield Case(f"{name}({shown[:300]})", function(**values))
