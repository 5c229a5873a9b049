"""Judges one trajectory with the settings in force: the turns that were not, then the whole."""

from __future__ import annotations

import time
from typing import NamedTuple

from ppp_tui.ingest.jobs.llm_classifier import Classify, effort_of, hash_of
from ppp_tui.ingest.jobs.method import Method
from ppp_tui.ingest.jobs.turn_scorer import EffortRating, TurnScorer, options_of, violation
from ppp_tui.ingest.options import IngestOptions
from ppp_tui.model.preference import NAMES, Preference, parse
from ppp_tui.model.rows import QuestionRow, ViolationRow
from ppp_tui.scoring.preferences import (
    METHOD,
    RULES,
    Asking,
    AskPlace,
    RuleTally,
    breaches,
    is_about,
    overall,
)
from ppp_tui.scoring.questions import reply_effort as reply
from ppp_tui.store import scoring_queue
from ppp_tui.store.scoring_queue import StoredTurn, Subject
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas
from ppp_tui.store.write import Writer
from ppp_tui.store.writers import scores
from ppp_tui.store.writers.scores import GivenVerdict, ScoredTurn

SLICE_TURNS = 64
"""Turns that are judged between two looks for news, at most."""

SLICE_S = 0.02
"""How long that takes at most, in seconds, a last turn's text aside."""

PROMPTS_KNOWN = 20
"""Earlier prompts of which a judge of answers knows."""

NOWHERE = (None, None)
"""What was not said stands nowhere."""

_ON_ASKING = [name for name in NAMES if RULES[name].kind == "asking"]


class TrajectoryScorer:
    """Judges trajectories of one database by the user's settings."""

    def __init__(self, writer: Writer, options: IngestOptions, classify: Classify | None) -> None:
        """`classify` asks a model, where one is asked."""
        self._writer = writer
        self._options = options
        self._classify = classify

    def score(self, trajectory_id: int, method: Method, scorer: str) -> bool:
        """Judge a slice of a trajectory; True when nothing of it is left to be judged now."""
        ask = self._writer.ask
        subject = ask(scoring_queue.subject, trajectory_id)
        if subject is None:
            return True
        names = () if subject.is_child else self._options.preferences.of(subject.agent_name, subject.project)
        chosen = [parse(name) for name in names]
        turn_scorer = f"{method.finder} {METHOD} {','.join(names)}" if names else method.finder
        weigher = _EffortRater(
            self._writer,
            self._classify if method.model else None,
            subject,
            self._options.classifier.method == "reply",
        )
        judge = TurnScorer(subject, chosen, method.finder, turn_scorer, method.wording, weigher.weigh)
        stale = set(ask(scoring_queue.stale_turns, trajectory_id, turn_scorer, SLICE_TURNS + 1))
        numbers = self._with_askers(trajectory_id, stale)
        turns: list[ScoredTurn] = []
        until_s = time.monotonic() + SLICE_S
        is_further = False
        while numbers and len(turns) < SLICE_TURNS and (not is_further or time.monotonic() < until_s):
            turn = ask(scoring_queue.stored_turn, trajectory_id, numbers.pop(0))
            is_further = is_further or turn.number in stale
            turns.append(judge.judge(turn, is_answered=turn.number not in stale))
        if self._classify is not None and self._classify.has_questions:
            return False
        with self._writer.transaction() as summaries:
            for judged in turns:
                summaries.call(scores.put_turn, trajectory_id, judged, summaries)
            if numbers:
                return False
            self._conclude(subject, chosen, summaries)
            summaries.call(scores.put_scorer, trajectory_id, scorer)
        return True

    def _with_askers(self, trajectory_id: int, stale: set[int]) -> list[int]:
        """In order; where answers judge, with the turns before, whose questions these may answer."""
        if self._options.classifier.method != "reply":
            return sorted(stale)
        before = {self._writer.ask(scoring_queue.turn_before, trajectory_id, number) for number in stale}
        return sorted(stale.union(number for number in before if number is not None))

    def _conclude(self, subject: Subject, chosen: list[Preference], summaries: SummaryDeltas) -> None:
        """Judge the trajectory as a whole, from what is now known of its turns."""
        if not chosen and not summaries.call(scores.has_verdicts, subject.id):
            return
        asked = summaries.call(scores.asks, subject.id) if chosen else []
        places = {AskPlace(ask.turn_number, ask.ordinal): (ask.start, ask.end) for ask in asked}
        asking = Asking(tuple(places), subject.first_turn, subject.last_turn, subject.is_open)
        broken: list[ViolationRow] = [
            violation(
                breach.place.turn_number,
                preference,
                breach.actual,
                breach.place.ordinal,
                places.get(breach.place, NOWHERE) if preference.name != "answer_more" else NOWHERE,
            )
            for preference in is_about("asking", chosen)
            for breach in breaches(preference.name, asking)
        ]
        summaries.call(scores.put_asking, subject.id, _ON_ASKING, broken, summaries)
        tallies = summaries.call(scores.tallies, subject.id) if chosen else {}
        verdicts = [
            GivenVerdict(
                preference.name, *overall(preference.name, asking, RuleTally(*tallies.get(preference.name, ()))), METHOD
            )
            for preference in chosen
        ]
        summaries.call(scores.put_verdicts, subject.id, verdicts, summaries)


class _EffortRater(NamedTuple):
    """The judge of effort that the person chose, for one trajectory."""

    writer: Writer
    classify: Classify | None
    """None where no model is asked, or it cannot be."""
    subject: Subject
    is_by_reply: bool

    def weigh(self, turn: StoredTurn, row: QuestionRow, said: EffortRating) -> EffortRating:
        if self.is_by_reply:
            return self._by_reply(turn, row) or said
        if self.classify is None:
            return said
        identity = hash_of(row.question_text, options_of(row))
        cached = self.writer.ask(scores.cached_efforts, (identity,), self.classify.method).get(identity)
        if cached is None:
            self.classify.want(identity, row.question_text, options_of(row))
            return said
        return EffortRating(effort_of(cached), "said the model", self.classify.method)

    def _by_reply(self, turn: StoredTurn, row: QuestionRow) -> EffortRating | None:
        ask, trajectory = self.writer.ask, self.subject.id
        if row.answer_status == "rejected":
            return EffortRating("medium", "would not answer", reply.METHOD)
        if row.answer_status in ("empty", "failed"):
            # Silence shows nothing of what an answer would have asked.
            return None
        given = turn.answers.get(row.step_key) if row.step_key and row.answer_status is None else None
        if given is not None and given.status in ("denied", "cancelled"):
            return EffortRating("medium", "would not answer", reply.METHOD)
        is_direct = given is not None or row.answer_status == "given"
        if row.answer_status == "given":
            answer = row.answer or ""
        else:
            answer = given.text if given is not None else ask(scoring_queue.next_prompt, trajectory, turn.number)
        known = [*ask(scoring_queue.prompts_before, trajectory, turn.number, PROMPTS_KNOWN), turn.response]
        judged = reply.judge_reply(
            row.question_text,
            options_of(row),
            answer.replace(row.question_text, " "),
            known,
            is_direct=is_direct,
        )
        return EffortRating(*judged, reply.METHOD) if judged is not None else None
