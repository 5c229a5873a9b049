"""Compares completed turns with what is usual for their agent, and keeps the results as quality signals.

What is usual changes with the user's history: a turn keeps the result of its first comparison.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from ppp_tui.model.clock import HOUR_MS, is_due
from ppp_tui.scoring.turn_thresholds import TurnCost, UsualTurn, baseline_of, turn_signals
from ppp_tui.store.meta import newest_revision
from ppp_tui.store.write import Writer
from ppp_tui.store.writers import derived
from ppp_tui.store.writers.derived import JudgedTurn, UnjudgedTurn

SLICE_TURNS = 100
"""Turns that are compared in one slice."""

SLICE_TRAJECTORIES = 50
"""Trajectories that are looked at in one slice."""

BASELINE_MS = HOUR_MS
"""Milliseconds after which what is usual is computed again."""


class TurnSignalsJob:
    """Keeps the signals on time and tokens of turns up to date."""

    name = "turn signals"
    trouble = ""

    def __init__(self, writer: Writer) -> None:
        """Compare nothing before `run_slice`."""
        self._writer = writer
        self._revision: int | None = None
        self._listed_revision = 0
        self._pending: deque[int] = deque()
        self._turns: deque[UnjudgedTurn] = deque()
        self._baselines: dict[str, tuple[int, UsualTurn]] = {}
        self._unsaved = 0
        """Trajectories that were checked since the job's progress was last written."""

    def run_slice(self, now_ms: int) -> bool:
        """Compare some turns; return whether more wait. Raises DatabaseError."""
        self._list_pending()
        looked_at = compared = 0
        judged: list[JudgedTurn] = []
        while (self._turns or self._pending) and compared < SLICE_TURNS and looked_at < SLICE_TRAJECTORIES:
            if not self._turns:
                looked_at += 1
                self._turns = deque(self._writer.ask(derived.unjudged_turns, self._pending.popleft()))
            turns = [self._turns.popleft() for _ in range(min(SLICE_TURNS - compared, len(self._turns)))]
            compared += len(turns)
            judged += self._compare(turns, now_ms)
        self._unsaved += looked_at
        has_more = bool(self._turns or self._pending)
        # Written also without results: otherwise each start would check the same trajectories again.
        is_done = not has_more and bool(judged or self._unsaved >= SLICE_TRAJECTORIES)
        if judged or is_done:
            with self._writer.transaction() as summaries:
                summaries.call(derived.put_turn_signals, judged)
                if is_done:
                    summaries.call(derived.put_compared_until, self._listed_revision)
                    self._unsaved = 0
        return has_more

    def _list_pending(self) -> None:
        """List the trajectories that changed since the last listing."""
        if self._revision is None:
            self._revision = self._listed_revision = self._writer.ask(derived.compared_until)
        newest = self._writer.ask(newest_revision)
        if newest == self._listed_revision or self._turns or self._pending:
            return
        self._pending = deque(self._writer.ask(derived.changed_since, self._listed_revision))
        self._listed_revision = newest

    def _compare(self, turns: Sequence[UnjudgedTurn], now_ms: int) -> list[JudgedTurn]:
        """Return the signals of turns of one trajectory."""
        if not turns:
            return []
        usual = self._baseline(turns[0].agent_name, now_ms)
        return [
            JudgedTurn(turn.id, *signal, turn.at, turn.is_copy)
            for turn in turns
            for signal in turn_signals(TurnCost(*turn[2:6]), usual)
        ]

    def _baseline(self, agent: str, now_ms: int) -> UsualTurn:
        looked_up_ms, usual = self._baselines.get(agent, (0, None))
        if usual is None or is_due(looked_up_ms, now_ms, BASELINE_MS):
            usual = baseline_of([TurnCost(*row) for row in self._writer.ask(derived.newest_turns, agent)])
            self._baselines[agent] = (now_ms, usual)
        return usual
