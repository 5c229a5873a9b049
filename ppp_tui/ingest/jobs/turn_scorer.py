"""Scores one stored turn: finds its questions, rates their effort, and checks its texts against preferences.

Pure: the caller looks up what else a rating needs, such as an answer or a model's rating.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ppp_tui.fold.questions import MAX_QUESTION_CHARS
from ppp_tui.model.ids import child_span, turn_id
from ppp_tui.model.preference import Preference, PreferenceName
from ppp_tui.model.question import Effort
from ppp_tui.model.rows import QuestionRow, ViolationRow
from ppp_tui.scoring import preference_checks as checks
from ppp_tui.scoring.preferences import METHOD, RULES, expectation_of, preferences_of_kind
from ppp_tui.scoring.questions.detection import find_questions
from ppp_tui.scoring.questions.effort import METHOD_SPEC, OFFERED, judge_effort, judge_effort_spec
from ppp_tui.scoring.questions.vocabulary import MARK
from ppp_tui.scoring.turn_thresholds import schema_code
from ppp_tui.store.scoring_queue import AgentText, StoredTurn, Subject
from ppp_tui.store.writers.scores import ScoredTurn, violation_number

MAX_VALUE_CHARS = 200
"""Characters kept of a violation's expected and actual value."""


class EffortRating(NamedTuple):
    """The rated effort of a question, with the rule and method that gave it."""

    level: Effort
    rule: str
    method: str


RateEffort = Callable[[StoredTurn, QuestionRow, EffortRating], EffortRating]
"""Rates a question by the method in the settings: takes the turn, the question, and its rating by wording."""


class TurnScorer(NamedTuple):
    """Scores the turns of one trajectory."""

    subject: Subject
    preferences: Sequence[Preference]
    finder: str
    """Beginning of the scorer's name: how questions are found and rated."""
    scorer: str
    method: str
    """The method that rates by wording."""
    rate: RateEffort

    def score(self, turn: StoredTurn, *, is_answered: bool = False) -> ScoredTurn:
        """Return a turn's score; `is_answered` means that its questions must be rated again."""
        is_current = f"{turn.scored_by} ".startswith(f"{self.finder} ") and not is_answered
        rows = turn.questions if is_current else tuple(self._questions(turn))
        violations, tallies = self._check(turn, rows)
        kept, violated, _ = tallies.get("require_json", (0, 0, 0))
        return ScoredTurn(
            turn.number,
            self.scorer,
            None if is_current else rows,
            tuple(violations),
            tallies,
            schema_code(kept, violated),
        )

    def _questions(self, turn: StoredTurn) -> Iterator[QuestionRow]:
        fixed = [row for row in turn.questions if row.source != "text" or not turn.has_text]
        detected = list(self._detect_questions(turn, {row.question_number for row in fixed})) if turn.has_text else []
        for row in sorted((*fixed, *detected), key=lambda row: row.question_number):
            if row.method == "stated" or not row.question_text:
                yield row
                continue
            # A question that was detected now was rated with the answers listed below it; others by their text alone.
            by_wording = (
                EffortRating(row.effort_level, row.rule, self.method) if row in detected else self._by_wording(row)
            )
            level, rule, method = self.rate(turn, row, by_wording)
            yield row._replace(effort_level=level, rule=rule, method=method)

    def _by_wording(self, row: QuestionRow) -> EffortRating:
        if self.method == METHOD_SPEC:
            return EffortRating(*judge_effort_spec(row.question_text), METHOD_SPEC)
        return EffortRating(*judge_effort(row.question_text, options_of(row)), self.method)

    def _detect_questions(self, turn: StoredTurn, used_numbers: set[int]) -> Iterator[QuestionRow]:
        """Yield questions in the agent's texts, with numbers that `used_numbers` leaves free."""
        if self.subject.is_child:
            return
        messages: Sequence[AgentText] = turn.messages
        if turn.origin == "logged":
            # A program that states its questions states all of them.
            is_stated = any(row.source == "stated" for row in turn.questions)
            messages = () if is_stated else (AgentText(0, 0, len(turn.response), turn.ended_at),)
        number = 0
        # A message that repeats questions of a tool call asks nothing new.
        placed = {row.text_start for row in turn.questions if row.source == "tool" and row.text_start is not None}
        for message in messages:
            if message.start in placed:
                continue
            for question in find_questions(turn.response[message.start : message.end]):
                number += 1
                while number in used_numbers:
                    number += 1
                row = QuestionRow(
                    turn_number=turn.number,
                    question_number=number,
                    question_text=question.text[:MAX_QUESTION_CHARS],
                    effort_level=question.effort,
                    method="",
                    rule=question.effort_rule,
                    source="text",
                    options="[]",
                    asked_at=message.at,
                    answered_at=None,
                    step_key="",
                    text_start=message.start + question.start,
                    text_end=message.start + question.end,
                )
                if self.method == METHOD_SPEC:
                    level, rule, _ = self._by_wording(row)
                    row = row._replace(effort_level=level, rule=rule)
                yield row

    def _check(
        self, turn: StoredTurn, rows: Sequence[QuestionRow]
    ) -> tuple[list[ViolationRow], dict[PreferenceName, tuple[int, int, int]]]:
        violations: list[ViolationRow] = []
        tallies: dict[PreferenceName, tuple[int, int, int]] = {}

        def count(
            preference: Preference, finding: checks.Finding, ask: int, place: tuple[int | None, int | None]
        ) -> None:
            kept, violated, unjudged = tallies.get(preference.name, (0, 0, 0))
            tallies[preference.name] = (
                kept + (finding.is_kept is True),
                violated + (finding.is_kept is False),
                unjudged + (finding.is_kept is None),
            )
            if finding.is_kept is False:
                violations.append(violation(turn.number, preference, finding.actual, ask, place))

        on_asks, on_answers = (
            preferences_of_kind("ask", self.preferences),
            preferences_of_kind("answer", self.preferences),
        )
        for number, group in enumerate(by_ask(rows) if on_asks else ()):
            ask, place = self._ask_of_group(turn, group), _place(group)
            for preference in on_asks:
                count(preference, checks.check_ask(preference.name, ask), number, place)
        for preference in on_answers:
            if turn.response.strip():
                count(preference, checks.check_answer(preference, turn.response), 0, (0, len(turn.response)))
            elif not turn.has_text:
                count(preference, checks.UNJUDGED, 0, (None, None))
        return violations, tallies

    def _ask_of_group(self, turn: StoredTurn, group: Sequence[QuestionRow]) -> checks.Ask:
        text = "\n".join(row.question_text for row in group if row.question_text)
        start = max((row.text_start for row in group if row.text_start is not None), default=None)
        message, step = text, child_span(turn_id(self.subject.id, turn.number))[1]
        if start is not None and turn.has_text:
            around = next((part for part in turn.messages if part.start <= start < part.end), None)
            message = turn.response[around.start : around.end] if around else turn.response
            step = around.step_id if around else step
        elif group[0].step_key in turn.answers:
            step = turn.answers[group[0].step_key].step_id
        offered = [options_of(row) for row in group]
        options = offered[0] if all(len(each) > 1 for each in offered) else ()
        if not options and all(row.rule == OFFERED for row in group):
            options = ("", "")
        first = self.subject.first_work
        marks = len(MARK.findall(text))
        return checks.Ask(text, message, max(len(group), marks), options, first is not None and first < step)


def options_of(row: QuestionRow) -> tuple[str, ...]:
    """Return the answers that a question offers."""
    try:
        values = json.loads(row.options)
    except (ValueError, RecursionError):
        return ()
    return tuple(map(str, values)) if isinstance(values, list) else ()


def by_ask(rows: Sequence[QuestionRow]) -> list[list[QuestionRow]]:
    """Return questions grouped by ask: those of one tool call, or of one turn's prose."""
    groups: dict[str, list[QuestionRow]] = {}
    for row in rows:
        groups.setdefault(row.step_key, []).append(row)
    return list(groups.values())


def violation(
    turn_number: int, preference: Preference, actual: str, ask: int, place: tuple[int | None, int | None]
) -> ViolationRow:
    """Return the row of a violation that a rule found."""
    return ViolationRow(
        turn_number=turn_number,
        violation_number=violation_number(preference.name, ask),
        preference_name=preference.name,
        expected=expectation_of(preference)[:MAX_VALUE_CHARS],
        actual=actual[:MAX_VALUE_CHARS],
        severity=RULES[preference.name].severity,
        method=METHOD,
        source="judged",
        text_start=place[0],
        text_end=place[1],
    )


def _place(group: Sequence[QuestionRow]) -> tuple[int | None, int | None]:
    starts = [row.text_start for row in group if row.text_start is not None]
    ends = [row.text_end for row in group if row.text_end is not None]
    return (min(starts), max(ends)) if starts and ends else (None, None)
