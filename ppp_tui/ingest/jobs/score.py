"""Scores stored turns that were not scored with the current settings, in short slices, the newest first.

Those are logged turns, turns that an older version scored, and all turns after the preferences changed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from hashlib import blake2b

from ppp_tui.fold.question_judges import judge_of, scorer_name
from ppp_tui.ingest.guard import Guard
from ppp_tui.ingest.jobs.llm_classifier import LlmClassifier
from ppp_tui.ingest.options import IngestOptions, ScoringMethod
from ppp_tui.model.clock import SystemClock
from ppp_tui.store import scoring_queue
from ppp_tui.store.meta import foreign_commits
from ppp_tui.store.write import Writer
from ppp_tui.store.writers import scores

MAX_LISTED = 500
"""Pending trajectories that are listed at a time: each listing passes over all newer scored ones."""


class ScoreJob:
    """Scores the turns of one database, slice by slice."""

    name = "judging"

    def __init__(
        self, writer: Writer, options: IngestOptions, environment: Mapping[str, str], ready: Callable[[], None]
    ) -> None:
        """Prepare scoring by `run_slice`.

        The environment holds the key of a model, if one is asked; `ready` is called, from a thread, when it answered.
        """
        self._writer = writer
        self._options = options
        self._guard = Guard(options.log, SystemClock())
        is_model = options.classifier.method == "llm"
        self._classifier = LlmClassifier(options.classifier, environment, ready) if is_model else None
        self._pending: deque[int] = deque()
        self._pending_for: tuple[str, int] | None = None
        """Settings and database version with which `_pending` was listed, None if it must be listed again."""

    @property
    def is_waiting(self) -> bool:
        """Whether a model was asked and has not answered yet."""
        return self._classifier is not None and self._classifier.is_waiting

    @property
    def trouble(self) -> str:
        """Why a model is not asked though the settings name one, '' if it is asked."""
        return self._classifier.trouble if self._classifier is not None else ""

    def run_slice(self, now_ms: int) -> bool:
        """Score some turns; return False if there are none, or if a model's answer is awaited."""
        if self._store_answers(now_ms):
            return True
        if self.is_waiting:
            return False
        method = self._method(now_ms)
        scorer = self._settings_name(method)
        self._list_pending(scorer)
        if not self._pending:
            return False
        if self._score_guarded(self._pending[0], method, scorer):
            self._pending.popleft()
            if not self._pending:
                self._pending_for = None
        elif self._classifier is not None and self._classifier.has_questions:
            # One request holds many questions: those of other trajectories are sent along.
            for other in list(self._pending)[1:]:
                if self._classifier.is_full:
                    break
                self._score_guarded(other, method, scorer)
            self._classifier.ask()
            return False
        return True

    def note_commit(self) -> None:
        """List pending trajectories again at the next slice: turns were written, and the newest are scored first."""
        self._pending_for = None

    def _list_pending(self, scorer: str) -> None:
        """List what is to be scored, unless neither settings nor database changed since it was listed last."""
        listed_for = (scorer, self._writer.ask(foreign_commits))
        if listed_for != self._pending_for:
            self._pending = deque(self._writer.ask(scoring_queue.pending_trajectories, scorer, MAX_LISTED))
            self._pending_for = listed_for

    def _method(self, now_ms: int) -> ScoringMethod:
        method = self._options.classifier.method
        wording = judge_of(method).method
        if method == "reply":
            from ppp_tui.scoring.questions import reply_effort as reply

            return ScoringMethod(scorer_name(f"{reply.METHOD} {wording}"), wording, "")
        if self._classifier is not None and self._classifier.is_usable(now_ms):
            return ScoringMethod(scorer_name(self._classifier.method), wording, self._classifier.method)
        return ScoringMethod(scorer_name(wording), wording, "")

    def _settings_name(self, method: ScoringMethod) -> str:
        preferences = self._options.preferences
        if not preferences:
            return method.finder
        from ppp_tui.scoring.preferences import METHOD

        # Preferences of projects and agents are part of the name: when one changes, all is scored again.
        listed = repr((preferences.user, sorted(preferences.project.items()), sorted(preferences.agent.items())))
        return f"{method.finder} {METHOD} #{blake2b(listed.encode(), digest_size=6).hexdigest()}"

    def _score_guarded(self, trajectory_id: int, method: ScoringMethod, scorer: str) -> bool:
        """Score a slice of a trajectory, as `_score_slice`; if this program fails on it, it counts as scored."""

        def leave(_: Exception) -> None:
            with self._writer.transaction() as summaries:
                summaries.call(scores.put_scorer, trajectory_id, scorer)

        with self._guard.caught(leave):
            return self._score_slice(trajectory_id, method, scorer)
        return True

    def _score_slice(self, trajectory_id: int, method: ScoringMethod, scorer: str) -> bool:
        """Score a slice of a trajectory; return True when nothing of it is left to be scored now."""
        from ppp_tui.ingest.jobs.score_trajectory import TrajectoryScorer  # the rules take a while to import

        return TrajectoryScorer(self._writer, self._options, self._classifier).score(trajectory_id, method, scorer)

    def _store_answers(self, now_ms: int) -> bool:
        """Store the model's answer, if it has arrived; return whether one did, or the request failed."""
        if self._classifier is None or not self._classifier.is_answered:
            return False
        efforts = self._classifier.pop_ratings(now_ms)
        if efforts:
            with self._writer.transaction() as summaries:
                summaries.call(scores.cache_efforts, efforts, self._classifier.method)
        return True
