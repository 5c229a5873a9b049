"""Judges what is in the database and was not judged with the settings in force: what programs logged, what an older
version judged, what other preferences were asked of. A little at a time, the newest first, and never in the way of
what is being written.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from hashlib import blake2b

from ppp_tui.fold.question_judges import judge_of, scorer_name
from ppp_tui.ingest.guard import Guard
from ppp_tui.ingest.jobs.llm_classifier import LlmClassifier
from ppp_tui.ingest.jobs.method import Method
from ppp_tui.ingest.options import IngestOptions
from ppp_tui.model.clock import SystemClock
from ppp_tui.store import scoring_queue
from ppp_tui.store.meta import foreign_commits
from ppp_tui.store.write import Writer
from ppp_tui.store.writers import scores

MAX_LISTED = 64
"""Pending trajectories that are listed at a time."""


class ScoreJob:
    """Judges one database, slice by slice."""

    name = "judging"

    def __init__(
        self, writer: Writer, options: IngestOptions, environment: Mapping[str, str], ready: Callable[[], None]
    ) -> None:
        """Nothing is judged before `run_slice`.

        The environment holds the key of a model, if one is asked; `ready` is called, from a thread, when it answered.
        """
        self._writer = writer
        self._options = options
        self._guard = Guard(options.log, SystemClock())
        is_model = options.classifier.method == "llm"
        self._classify = LlmClassifier(options.classifier, environment, ready) if is_model else None
        self._pending: deque[int] = deque()
        self._pending_for: tuple[str, int] | None = None
        """Settings and database version with which `_pending` was listed, None if it must be listed anew."""

    @property
    def is_waiting(self) -> bool:
        """A model was asked and has not answered yet."""
        return self._classify is not None and self._classify.is_waiting

    @property
    def trouble(self) -> str:
        """Why a model is not asked though the person chose it, '' if all is well."""
        return self._classify.trouble if self._classify is not None else ""

    def run_slice(self, now_ms: int) -> bool:
        """Judge some turns; False if there is nothing to judge, or a model's answer is awaited."""
        if self._take_answers(now_ms):
            return True
        if self.is_waiting:
            return False
        method = self._method(now_ms)
        scorer = self._settings_name(method)
        self._list_pending(scorer)
        if not self._pending:
            return False
        if self._judge_guarded(self._pending[0], method, scorer):
            self._pending.popleft()
            if not self._pending:
                self._pending_for = None
        elif self._classify is not None and self._classify.has_questions:
            # A model is asked of many questions at one go: those of other trajectories go with these.
            for other in list(self._pending)[1:]:
                if self._classify.is_full:
                    break
                self._judge_guarded(other, method, scorer)
            self._classify.ask()
            return False
        return True

    def note_commit(self) -> None:
        """List pending trajectories anew at the next slice: turns were written, and the newest are scored first."""
        self._pending_for = None

    def _list_pending(self, scorer: str) -> None:
        """List what is to be scored, unless neither settings nor database changed since it was listed last."""
        listed_for = (scorer, self._writer.ask(foreign_commits))
        if listed_for != self._pending_for:
            self._pending = deque(self._writer.ask(scoring_queue.pending, scorer, MAX_LISTED))
            self._pending_for = listed_for

    def _method(self, now_ms: int) -> Method:
        method = self._options.classifier.method
        wording = judge_of(method).method
        if method == "reply":
            from ppp_tui.scoring.questions import reply_effort as reply

            return Method(scorer_name(f"{reply.METHOD} {wording}"), wording, "")
        if self._classify is not None and self._classify.is_usable(now_ms):
            return Method(scorer_name(self._classify.method), wording, self._classify.method)
        return Method(scorer_name(wording), wording, "")

    def _settings_name(self, method: Method) -> str:
        preferences = self._options.preferences
        if not preferences:
            return method.finder
        from ppp_tui.scoring.preferences import METHOD

        # What held for whom is part of it: another list of another agent must be looked at anew.
        listed = repr((preferences.user, sorted(preferences.project.items()), sorted(preferences.agent.items())))
        return f"{method.finder} {METHOD} #{blake2b(listed.encode(), digest_size=6).hexdigest()}"

    def _judge_guarded(self, trajectory_id: int, method: Method, scorer: str) -> bool:
        """The same as `_judge_some`; a trajectory on which this program fails is left as it is until it changes."""

        def leave(_: Exception) -> None:
            with self._writer.transaction() as summaries:
                summaries.call(scores.put_scorer, trajectory_id, scorer)

        with self._guard.caught(leave):
            return self._judge_some(trajectory_id, method, scorer)
        return True

    def _judge_some(self, trajectory_id: int, method: Method, scorer: str) -> bool:
        """Judge a slice of a trajectory; True when nothing of it is left to be judged now."""
        from ppp_tui.ingest.jobs.score_trajectory import TrajectoryScorer  # the rules take a while to import

        return TrajectoryScorer(self._writer, self._options, self._classify).score(trajectory_id, method, scorer)

    def _take_answers(self, now_ms: int) -> bool:
        """Keep what the model said meanwhile; tells whether it, or its silence, changes anything."""
        if self._classify is None or not self._classify.is_answered:
            return False
        efforts = self._classify.take(now_ms)
        if efforts:
            with self._writer.transaction() as summaries:
                summaries.call(scores.cache_efforts, efforts, self._classify.method)
        return True
