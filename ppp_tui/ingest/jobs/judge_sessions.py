"""Lets a model evaluate sessions that have rested for a while, one at a time, where the settings ask for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ppp_tui.ingest.jobs.model_request import ModelError
from ppp_tui.ingest.jobs.session_judge import SessionJudge, judge_method
from ppp_tui.ingest.options import IngestOptions
from ppp_tui.model.clock import DAY_MS, MINUTE_MS, is_due
from ppp_tui.store import evaluation_queue
from ppp_tui.store.write import Writer
from ppp_tui.store.writers.evaluations import put_evaluations

REST_MS = 10 * MINUTE_MS
"""A session is sent to the model when it has been quiet for this time."""

FRESH_MS = DAY_MS
"""A session that has been quiet for longer is history, and never sent."""

LOOK_MS = MINUTE_MS
"""Milliseconds between two checks for sessions to be sent."""

RETRY_MS = 300_000
"""Milliseconds for which a model that failed is not asked."""


class JudgeSessionsJob:
    """Keeps a model's evaluations of sessions; without that setting it does nothing."""

    name = "asking about sessions"

    def __init__(
        self, writer: Writer, options: IngestOptions, environment: Mapping[str, str], ready: Callable[[], None]
    ) -> None:
        """Ask nothing before `run_slice`; `ready` is called, from a thread, when the model answered."""
        self._writer = writer
        is_asked = options.judges_sessions and options.keeps_text
        self._judge = SessionJudge(options.classifier, environment, ready) if is_asked else None
        self._method = judge_method(options.classifier)
        self._asked: int | None = None
        self._looked_ms = 0
        self._usable_ms = 0
        self.trouble = ""
        """Why the model is not asked though the settings say so, '' if it is."""

    @property
    def is_waiting(self) -> bool:
        """Whether a model was asked and has not answered yet."""
        return self._judge is not None and self._judge.is_waiting

    def run_slice(self, now_ms: int) -> bool:
        """Store an answer, or ask about the next session; return whether either was done. Raises DatabaseError."""
        judge = self._judge
        if judge is None or (judge.is_waiting and not judge.is_answered):
            return False
        if judge.is_answered:
            self._store_answer(judge, now_ms)
            return True
        if now_ms < self._usable_ms or not is_due(self._looked_ms, now_ms, LOOK_MS):
            return False
        unjudged = self._writer.ask(
            evaluation_queue.unjudged_sessions, self._method, now_ms - FRESH_MS, now_ms - REST_MS
        )
        if not unjudged:
            self._looked_ms = now_ms
            return False
        session = self._writer.ask(evaluation_queue.load_session, unjudged[0])
        self._asked = unjudged[0]
        if session is None or not session.turns:
            self._looked_ms = now_ms
            return False
        judge.ask(session)
        return False

    def _store_answer(self, judge: SessionJudge, now_ms: int) -> None:
        trajectory, self._asked = self._asked, None
        try:
            results = judge.pop_result()
        except ModelError as error:
            self._usable_ms = now_ms + RETRY_MS
            self.trouble = f"The model that judges sessions is left alone for a while ({error}): rules alone do."
            return
        self.trouble = ""
        if trajectory is None:
            return
        named = {(name, self._method): result for name, result in results.items()}
        with self._writer.transaction() as summaries:
            summaries.changed.update(summaries.call(put_evaluations, {trajectory: named}, is_model=True))
