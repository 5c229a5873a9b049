"""What was judged, across sessions: questions with their efforts, and preferences that were not kept.

The sessions with the newest sign of life come first, and in each what was asked last. A list that is long enough is not
read further, so that its cost does not grow with history. What a session has from another one is told there only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from ppp_tui.model.ids import number_of, turn_of
from ppp_tui.model.question import AnswerStatus, Effort, Severity
from ppp_tui.query.projects import is_called
from ppp_tui.query.query import Query
from ppp_tui.query.sessions.steps import stored_options
from ppp_tui.query.sql_helpers import first_line, strip_surrogates, to_ms


@dataclass(frozen=True, slots=True)
class ListFilter:
    """What a list is narrowed to; all must hold."""

    since: str = ""
    """Database text of the earliest time, '' for any."""
    until: str = ""
    """Database text of the first time that is too late, '' for any."""
    agent: str = ""
    """The agent's name."""
    project: str = ""
    """A part of the name or path of the folder or its repository."""
    session: int | None = None
    levels: tuple[str, ...] = ()
    """Efforts of questions, severities of violations; none for all."""
    preferences: tuple[str, ...] = ()
    """Of violations; none for all."""
    is_answered: bool = False
    """Of questions those alone whose answer is kept."""
    limit: int = 50


class AskedQuestion(NamedTuple):
    """A question, and who asked it when."""

    session: int
    turn: int
    agent: str
    project: str
    title: str
    at: int
    effort: Effort
    method: str
    """Who judged the effort: name and version."""
    rule: str
    source: str
    question: str
    options: tuple[str, ...]
    answered_at: int | None
    answer: str | None = None
    """What was chosen or typed, None where there is nothing or no text is kept."""
    answer_status: AnswerStatus | None = None
    """None while no answer is known."""


class BrokenPreference(NamedTuple):
    """A violation, and who is held to it when."""

    session: int
    turn: int
    agent: str
    project: str
    title: str
    at: int
    preference: str
    severity: Severity
    expected: str
    actual: str
    source: str
    method: str
    text_start: int | None
    text_end: int | None


_FROM = """
FROM trajectory_summaries AS s CROSS JOIN trajectories AS t CROSS JOIN {table} AS x CROSS JOIN trajectory_turns AS u
WHERE t.id = s.trajectory_id AND x.id BETWEEN t.id << 40 AND ((t.id + 1) << 40) - 1 AND u.id = x.turn_id
      AND u.is_copy = 0 AND {condition}
ORDER BY s.last_at DESC, s.trajectory_id DESC, x.id DESC LIMIT :limit
"""
_ASKED_AT = "coalesce(x.asked_at, u.timestamp)"


def questions(choice: ListFilter) -> Query[list[AskedQuestion]]:
    """Query questions to the user."""
    condition, parameters = narrowed(choice, _ASKED_AT, "x.effort_level")
    if choice.is_answered:
        condition += " AND x.answer <> ''"
    some = "s.low_questions + s.medium_questions + s.high_questions > 0"
    return Query(
        f"SELECT x.id, t.agent_name, t.project, t.title, {_ASKED_AT}, x.effort_level, x.method, x.rule, x.source, "
        "x.question_text, x.options, x.answered_at, x.answer, x.answer_status "
        + _FROM.format(table="trajectory_questions", condition=f"{some} AND {condition}"),
        _read_questions,
        parameters,
    )


def violations(choice: ListFilter) -> Query[list[BrokenPreference]]:
    """Query preferences that were not kept, as programs stated it or as it was judged."""
    condition, parameters = narrowed(choice, "u.timestamp", "x.severity")
    if choice.preferences:
        names = {f"preference{number}": strip_surrogates(name) for number, name in enumerate(choice.preferences)}
        condition += f" AND x.preference_name IN ({', '.join(f':{name}' for name in names)})"
        parameters |= names
    return Query(
        "SELECT x.id, t.agent_name, t.project, t.title, u.timestamp, x.preference_name, x.severity, x.expected, "
        "x.actual, x.source, x.method, x.text_start, x.text_end "
        + _FROM.format(table="trajectory_violations", condition=f"s.violations > 0 AND {condition}"),
        _read_violations,
        parameters,
    )


def narrowed(choice: ListFilter, time_column: str, level_column: str) -> tuple[str, dict[str, object]]:
    """Return a filter as conditions over the aliases `s` (summaries) and `t` (trajectories), with their parameters."""
    terms = ["1 = 1"]
    parameters: dict[str, object] = {"limit": choice.limit}
    if choice.since:
        terms.append(f"s.last_at >= :since AND {time_column} >= :since")
        parameters["since"] = choice.since
    if choice.until:
        terms.append(f"t.created_at < :until AND {time_column} < :until")
        parameters["until"] = choice.until
    if choice.agent:
        terms.append("lower(t.agent_name) = lower(:agent)")
        parameters["agent"] = strip_surrogates(choice.agent)
    if choice.project:
        terms.append(is_called("t.project"))
        parameters["project"] = strip_surrogates(choice.project).lower()
    if choice.session is not None:
        terms.append("s.trajectory_id = :session")
        parameters["session"] = choice.session
    if choice.levels:
        names = {f"level{number}": name for number, name in enumerate(choice.levels)}
        terms.append(f"{level_column} IN ({', '.join(f':{name}' for name in names)})")
        parameters |= names
    return " AND ".join(terms), parameters


class _RowPlace(NamedTuple):
    """Where and when something was said; both lists begin with it."""

    session: int
    turn: int
    agent: str
    project: str
    title: str
    at: int

    @classmethod
    def of(cls, id_: int, agent: str, project: str, title: str, at: str) -> _RowPlace:
        """Return the place of a row."""
        return cls(id_ >> 40, number_of(turn_of(id_)), agent, project, first_line(title), to_ms(at) or 0)


def _read_questions(rows: list[tuple[Any, ...]]) -> list[AskedQuestion]:
    return [
        AskedQuestion(
            *_RowPlace.of(*row[:5]),
            effort=row[5],
            method=row[6],
            rule=row[7],
            source=row[8],
            question=row[9],
            options=stored_options(row[10]),
            answered_at=to_ms(row[11]),
            answer=row[12],
            answer_status=row[13],
        )
        for row in rows
    ]


def _read_violations(rows: list[tuple[Any, ...]]) -> list[BrokenPreference]:
    return [BrokenPreference(*_RowPlace.of(*row[:5]), *row[5:]) for row in rows]
