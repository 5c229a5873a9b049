"""Scores one trajectory with the current settings: its stale turns first, then the trajectory as a whole."""

from __future__ import annotations

import time
from typing import NamedTuple

from ppp_tui.ingest.jobs.llm_classifier import LlmClassifier, effort_of, hash_of
from ppp_tui.ingest.jobs.turn_scorer import EffortRating, TurnScorer, options_of, violation
from ppp_tui.ingest.options import IngestOptions, ScoringMethod
from ppp_tui.model.preference import NAMES, Preference, parse_preference
from ppp_tui.model.rows import QuestionRow, ViolationRow
from ppp_tui.scoring.preferences import (
    METHOD,
    RULES,
    Asking,
    AskPlace,
    RuleTally,
    breaches,
    preferences_of_kind,
    trajectory_verdict,
)
from ppp_tui.scoring.questions import reply_effort as reply
from ppp_tui.store import scoring_queue
from ppp_tui.store.scoring_queue import StoredTurn, Subject
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas
from ppp_tui.store.write import Writer
from ppp_tui.store.writers import scores
from ppp_tui.store.writers.scores import GivenVerdict, ScoredTurn

SLICE_TURNS = 64
"""Turns that are scored in one slice, at most."""

SLICE_S = 0.02
"""Longest time of a slice in seconds, not counting its last turn."""

CONTEXT_PROMPTS = 20
"""Earlier prompts that are compared with an answer."""

NO_PLACE = (None, None)
"""The text position of something that is in no text."""

_ON_ASKING = [name for name in NAMES if RULES[name].kind == "asking"]


class TrajectoryScorer:
    """Scores trajectories of one database by the user's settings."""

    def __init__(self, writer: Writer, options: IngestOptions, classifier: LlmClassifier | None) -> None:
        """Score by rules and, unless it is None, by the model behind `classifier`."""
        self._writer = writer
        self._options = options
        self._classifier = classifier

    def score(self, trajectory_id: int, method: ScoringMethod, scorer: str) -> bool:
        """Score a slice of a trajectory; return True when nothing of it is left to be scored now."""
        ask = self._writer.ask
        subject = ask(scoring_queue.load_subject, trajectory_id)
        if subject is None:
            return True
        names = () if subject.is_child else self._options.preferences.of(subject.agent_name, subject.project)
        preferences = [parse_preference(name) for name in names]
        turn_scorer = f"{method.finder} {METHOD} {','.join(names)}" if names else method.finder
        rater = _EffortRater(
            self._writer,
            self._classifier if method.model else None,
            subject,
            self._options.classifier.method == "reply",
        )
        scorer_of_turns = TurnScorer(subject, preferences, method.finder, turn_scorer, method.wording, rater.rate)
        stale = set(ask(scoring_queue.stale_turns, trajectory_id, turn_scorer, SLICE_TURNS + 1))
        numbers = self._with_askers(trajectory_id, stale)
        turns: list[ScoredTurn] = []
        until_s = time.monotonic() + SLICE_S
        has_scored = False
        while numbers and len(turns) < SLICE_TURNS and (not has_scored or time.monotonic() < until_s):
            turn = ask(scoring_queue.load_turn, trajectory_id, numbers.pop(0))
            has_scored = has_scored or turn.number in stale
            turns.append(scorer_of_turns.score(turn, is_answered=turn.number not in stale))
        if self._classifier is not None and self._classifier.has_questions:
            return False
        with self._writer.transaction() as summaries:
            for scored in turns:
                summaries.call(scores.put_turn, trajectory_id, scored, summaries)
            if numbers:
                return False
            self._conclude(subject, preferences, summaries)
            summaries.call(scores.put_scorer, trajectory_id, scorer)
        return True

    def _with_askers(self, trajectory_id: int, stale: set[int]) -> list[int]:
        """Return stale turns in order; where answers rate questions, with the turns before, which they may answer."""
        if self._options.classifier.method != "reply":
            return sorted(stale)
        before = {self._writer.ask(scoring_queue.turn_before, trajectory_id, number) for number in stale}
        return sorted(stale.union(number for number in before if number is not None))

    def _conclude(self, subject: Subject, preferences: list[Preference], summaries: SummaryDeltas) -> None:
        """Score the trajectory as a whole, from the scores of its turns."""
        if not preferences and not summaries.call(scores.has_verdicts, subject.id):
            return
        asks = summaries.call(scores.asks, subject.id) if preferences else []
        places = {AskPlace(ask.turn_number, ask.ordinal): (ask.start, ask.end) for ask in asks}
        asking = Asking(tuple(places), subject.first_turn, subject.last_turn, subject.is_open)
        broken: list[ViolationRow] = [
            violation(
                breach.place.turn_number,
                preference,
                breach.actual,
                breach.place.ordinal,
                places.get(breach.place, NO_PLACE) if preference.name != "answer_more" else NO_PLACE,
            )
            for preference in preferences_of_kind("asking", preferences)
            for breach in breaches(preference.name, asking)
        ]
        summaries.call(scores.put_asking, subject.id, _ON_ASKING, broken, summaries)
        tallies = summaries.call(scores.tallies, subject.id) if preferences else {}
        verdicts = [
            GivenVerdict(
                preference.name,
                *trajectory_verdict(preference.name, asking, RuleTally(*tallies.get(preference.name, ()))),
                METHOD,
            )
            for preference in preferences
        ]
        summaries.call(scores.put_verdicts, subject.id, verdicts, summaries)


class _EffortRater(NamedTuple):
    """Rates the effort of one trajectory's questions, by the method in the settings."""

    writer: Writer
    classifier: LlmClassifier | None
    """None where no model is asked, or it cannot be asked now."""
    subject: Subject
    is_by_reply: bool

    def rate(self, turn: StoredTurn, row: QuestionRow, by_wording: EffortRating) -> EffortRating:
        if self.is_by_reply:
            return self._by_reply(turn, row) or by_wording
        if self.classifier is None:
            return by_wording
        identity = hash_of(row.question_text, options_of(row))
        cached = self.writer.ask(scores.cached_efforts, (identity,), self.classifier.method).get(identity)
        if cached is None:
            self.classifier.queue(identity, row.question_text, options_of(row))
            return by_wording
        return EffortRating(effort_of(cached), "said the model", self.classifier.method)

    def _by_reply(self, turn: StoredTurn, row: QuestionRow) -> EffortRating | None:
        ask, trajectory = self.writer.ask, self.subject.id
        if row.answer_status == "rejected":
            return EffortRating("medium", "would not answer", reply.METHOD)
        if row.answer_status in ("empty", "failed"):
            # Without an answer, nothing shows the effort that one would have taken.
            return None
        tool_answer = turn.answers.get(row.step_key) if row.step_key and row.answer_status is None else None
        if tool_answer is not None and tool_answer.status in ("denied", "cancelled"):
            return EffortRating("medium", "would not answer", reply.METHOD)
        is_direct = tool_answer is not None or row.answer_status == "given"
        if row.answer_status == "given":
            answer = row.answer or ""
        else:
            answer = (
                tool_answer.text if tool_answer is not None else ask(scoring_queue.next_prompt, trajectory, turn.number)
            )
        context = [*ask(scoring_queue.prompts_before, trajectory, turn.number, CONTEXT_PROMPTS), turn.response]
        rating = reply.judge_reply(
            row.question_text,
            options_of(row),
            answer.replace(row.question_text, " "),
            context,
            is_direct=is_direct,
        )
        return EffortRating(*rating, reply.METHOD) if rating is not None else None
