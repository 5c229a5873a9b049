"""Evaluates sessions that changed, as a whole and once they rest: by rules, and by evaluations of other packages."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import closing
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from ppp_tui.model.clock import MINUTE_MS
from ppp_tui.model.evaluation import SessionEvaluation
from ppp_tui.store import evaluation_queue
from ppp_tui.store.evaluation_queue import PendingSession
from ppp_tui.store.meta import fact, newest_revision, put_fact
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas
from ppp_tui.store.write import Writer
from ppp_tui.store.writers.evaluations import put_evaluations

if TYPE_CHECKING:
    from ppp_tui.scoring.evaluations.installed import Evaluator

REST_MS = 5_000
"""A session is evaluated when it has been quiet for this time, not for each of its events."""

MAX_WAIT_MS = MINUTE_MS
"""A session that is never quiet is evaluated at this interval."""

SLICE_SESSIONS = 100
"""Sessions evaluated in one slice, at most."""

SLICE_S = 0.04
"""Longest time of a slice, not counting its last session: a line that is written meanwhile waits no longer."""

EVALUATED_UP_TO, EVALUATED_BY = "evaluated_up_to", "evaluated_by"
"""Facts of the database: commit and trajectory up to which all is evaluated, and the version of the rules."""

_Results: TypeAlias = dict[int, dict[tuple[str, str], SessionEvaluation]]
"""Evaluations by name and method, of trajectories."""


class EvaluateJob:
    """Keeps evaluations up to date with the sessions and with the rules."""

    name = "evaluating"

    def __init__(self, writer: Writer) -> None:
        """Evaluate nothing before `run_slice`."""
        self._writer = writer
        self._place: tuple[int, int] | None = None
        """The commit and the trajectory up to which all is evaluated; None before it was read."""
        self._drained_at = -1
        """The commit at which nothing was pending."""
        self._own_revisions: dict[int, int] = {}
        """Commits of this job itself, by the trajectory that they changed."""
        self._evaluated_ms: dict[int, int] = {}
        """When trajectories at work were evaluated last."""
        self._passed_over = 0
        """Trajectories that only this job changed, since its progress was last written."""

    @property
    def trouble(self) -> str:
        """Which evaluation of another package is left out, '' if none is."""
        # Looking through packages takes a while: not before the first slice.
        if "_evaluator" not in vars(self):
            return ""
        return self._evaluator.problems[0] if self._evaluator.problems else ""

    @cached_property
    def _evaluator(self) -> Evaluator:
        from ppp_tui.scoring.evaluations.installed import Evaluator

        return Evaluator()

    def run_slice(self, now_ms: int) -> bool:
        """Evaluate some sessions; return whether more may wait. Raises DatabaseError."""
        if self._place is None:
            self._place = self._stored_place()
        revision = self._writer.ask(newest_revision)
        if revision == self._drained_at:
            return False
        place_before = self._place
        with closing(self._writer.ask(evaluation_queue.pending_sessions, self._place, SLICE_SESSIONS)) as pending:
            first = next(pending, None)
            results = {} if first is None else self._evaluate(chain((first,), pending), now_ms)
        if first is None:
            self._drained_at = revision
            if self._passed_over >= SLICE_SESSIONS:
                self._keep_place()
            return False
        self._write(results)
        return self._place != place_before

    def _evaluate(self, pending: Iterable[PendingSession], now_ms: int) -> _Results:
        """Return the evaluations of the first sessions that are due, as many as a slice has time for."""
        until_s = time.monotonic() + SLICE_S
        results: _Results = {}
        for each in pending:
            if self._is_at_work(each, now_ms) or (results and time.monotonic() > until_s):
                break
            self._place = (each.revision, each.id)
            if self._own_revisions.pop(each.id, None) == each.revision:
                self._passed_over += 1
                continue
            session = self._writer.ask(evaluation_queue.load_session, each.id)
            if session is not None:
                results[each.id] = self._evaluator.evaluate(session)
                self._note(each, now_ms)
        return results

    def _stored_place(self) -> tuple[int, int]:
        """Return how far an earlier run came with these rules."""
        if self._writer.ask(fact, EVALUATED_BY) != self._evaluator.version:
            return 0, 0
        revision, _, trajectory_id = self._writer.ask(fact, EVALUATED_UP_TO).partition(" ")
        return int(revision or 0), int(trajectory_id or 0)

    def _is_at_work(self, each: PendingSession, now_ms: int) -> bool:
        """Return whether a session is to be left for later: it is at work, and was evaluated less than a minute ago."""
        is_at_work = 0 <= now_ms - each.last_at < REST_MS
        return is_at_work and now_ms - self._evaluated_ms.setdefault(each.id, now_ms) < MAX_WAIT_MS

    def _note(self, each: PendingSession, now_ms: int) -> None:
        if now_ms - each.last_at < MAX_WAIT_MS:
            self._evaluated_ms[each.id] = now_ms
        else:
            self._evaluated_ms.pop(each.id, None)

    def _keep_place(self) -> None:
        """Commit how far the job came although nothing was evaluated, so that the next start does not begin again."""
        with self._writer.transaction() as summaries:
            self._put_place(summaries)
            self._drained_at = summaries.call(newest_revision)

    def _put_place(self, summaries: SummaryDeltas) -> None:
        if self._place is not None:
            summaries.call(put_fact, EVALUATED_UP_TO, "{} {}".format(*self._place))
        summaries.call(put_fact, EVALUATED_BY, self._evaluator.version)
        self._passed_over = 0

    def _write(self, results: _Results) -> None:
        """Commit evaluations together with how far the job came."""
        if not results:
            return
        with self._writer.transaction() as summaries:
            summaries.changed.update(summaries.call(put_evaluations, results))
            self._put_place(summaries)
            revision = summaries.call(newest_revision)
            self._own_revisions.update(dict.fromkeys(summaries.changed, revision))
