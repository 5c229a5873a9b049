"""Literal rows as the Live screen gets them, with everything that a test does not speak of left plain."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ppp_tui.model.ingest_status import IngestStatus
from ppp_tui.model.live import Certainty, Group, LiveFacts, LiveState, StateName
from ppp_tui.model.score import EffortCounts
from ppp_tui.query.rows import LiveRow, QuestionLine, SessionRow, Spend, StepLine, Tokens, Totals, TurnSummary

NOW_MS = 1_795_176_000_000
"""2026-11-20 12:00:00 UTC."""

GROUP_OF: dict[StateName, Group] = {
    "asks": "needs you",
    "finished": "finished",
    "working": "working",
    "limited": "stuck",
    "idle": "idle",
}


def session(number: int, **changes: Any) -> SessionRow:
    """A session of Claude's in the shop."""
    row = SessionRow(
        id=number,
        revision=1,
        agent_name="claude",
        source="claude_code",
        native_id=f"native-{number}",
        title="Add OAuth login",
        project="/home/dev/shop",
        branch="main",
        model="opus-4-8",
        agent_version="2.1.0",
        agent_role="",
        spec_id="",
        run_id="",
        stage="",
        parent_id=None,
        children=0,
        started_at=NOW_MS - 600_000,
        last_at=NOW_MS - 5_000,
        turns=1,
        last_turn_number=1,
        steps=3,
        failed_steps=0,
        retries=0,
        efforts=EffortCounts(),
        violations=0,
        own=Spend(),
        tree=Spend(Tokens(1_000, 2_000, 30_000, 100), 420_000, 4),
        context_tokens=68_000,
        context_window=200_000,
        facts=LiveFacts(),
        path="/home/dev/s.jsonl",
        is_source_gone=False,
    )
    return replace(row, **changes)


def row(
    number: int,
    name: StateName = "working",
    words: str = "runs ls",
    since_ms: int = NOW_MS - 5_000,
    certainty: Certainty = "known",
    until: int = 0,
    **changes: Any,
) -> LiveRow:
    """A session in a state."""
    state = LiveState(
        name=name,
        group=GROUP_OF[name],
        words=words,
        since=since_ms,
        certainty=certainty,
        reason="a literal rule",
        until=until,
    )
    return LiveRow(session(number, **changes), state)


def totals(**changes: Any) -> Totals:
    """A day that cost 18.42 dollars, with nine of ten input tokens from the cache."""
    day = Spend(Tokens(10_000, 5_000, 90_000, 0), 18_420_000, 12)
    return Totals(day, day, 3_100_000, 1_288_490_189)._replace(**changes)


def ingest(phase: str = "following", **changes: Any) -> IngestStatus:
    """An ingest that follows."""
    status = IngestStatus(
        pid=7,
        phase=phase,
        started_at=NOW_MS - 60_000,
        at=NOW_MS - 1_000,
        files_total=5_000,
        files_done=2_113,
        bytes_total=1_000_000,
        bytes_done=340_000,
        watching="events",
        trouble="",
    )
    return status._replace(**changes)


def turn(number: int, headline: str, **changes: Any) -> TurnSummary:
    """A finished turn of trajectory 1 that the person typed."""
    summary = TurnSummary(
        id=(1 << 20) | number,
        number=number,
        status="completed",
        origin="typed",
        started_at=NOW_MS - 60_000,
        ended_at=NOW_MS - 30_000,
        wall_ms=30_000,
        first_token_ms=500,
        steps=1,
        headline=headline,
    )
    return replace(summary, **changes)


def step(turn_number: int, number: int, target: str, **changes: Any) -> StepLine:
    """A command that took 200 ms."""
    line = StepLine(
        id=(((1 << 20) | turn_number) << 20) | number,
        turn_number=turn_number,
        number=number,
        key=f"k{number}",
        kind="shell",
        tool="Bash",
        target=target,
        status="ok",
        started_at=NOW_MS - 50_000,
        ended_at=NOW_MS - 49_800,
        duration_ms=200,
        input_preview=target,
        input_length=len(target),
    )
    return replace(line, **changes)


def said(turn_number: int, number: int, text: str, start: int = 0) -> StepLine:
    """Text of the agent that stands at `start` of its turn's response."""
    return step(
        turn_number,
        number,
        "",
        kind="message",
        tool="",
        input_preview=text,
        duration_ms=None,
        text_start=start,
        text_end=start + len(text),
    )


def question(turn_number: int, number: int, text: str, **changes: Any) -> QuestionLine:
    """A question of low effort that was found in the answer's first character."""
    line = QuestionLine(
        id=(((1 << 20) | turn_number) << 20) | number,
        turn_number=turn_number,
        text=text,
        effort="low",
        method="literal",
        rule="ends so",
        source="text",
        text_start=0,
        text_end=len(text),
    )
    return replace(line, **changes)
