"""Views of a turn beside the talk: context, time, folded axes, records as they are."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.model.activity import ContextRow
from ppp_tui.query.rows import StepLine
from ppp_tui.query.sessions.timing import PERMISSIONS_UNTOLD, Latencies, SessionTiming, TurnTiming
from ppp_tui.scoring.timing import TimeSplit
from ppp_tui.tui.panes.turns.context_view import context_lines, stacked_cells
from ppp_tui.tui.panes.turns.folded_time import STEPS_PER_AXIS, UNITS, FoldedAxis, folded_spans
from ppp_tui.tui.panes.turns.raw_view import raw_lines
from ppp_tui.tui.panes.turns.time_view import Times, time_lines
from tests.tui.live_rows import NOW_MS, session, step

HOUR_MS = 3_600_000


def context(number: int, used: int | None, **changes: Any) -> ContextRow:
    plain = ContextRow(
        turn_number=number,
        used_tokens=used,
        peak_tokens=used,
        window_tokens=200_000,
        system_tokens=10_000,
        file_tokens=20_000,
        tool_tokens=0,
        conversation_tokens=10_000,
        compactions=0,
        overflows=0,
    )
    return plain._replace(**changes)


def test_cells_are_shared_by_largest_remainder_and_none_is_lost() -> None:
    assert stacked_cells([1, 1, 1], 10) == [4, 3, 3]
    assert stacked_cells([127, 2], 10) == [10, 0]
    assert stacked_cells([0, 0], 10) == [0, 0]


def test_inferred_window_is_shown_as_an_estimate() -> None:
    stated, _ = context_lines([context(3, 50_000)], 3, 80)
    assert stated[0].text == "context after turn 3: 50.0k of 200k, 25%"
    inferred, _ = context_lines([context(3, 50_000, is_window_inferred=True)], 3, 80)
    assert inferred[0].text == "context after turn 3: 50.0k of ~200k, ~25%"


def test_parts_of_the_context_are_sorted_by_size() -> None:
    lines, _ = context_lines([context(1, 40_000)], 1, 80)
    assert [line.text.split()[0] for line in lines[2:6]] == ["files", "system", "talk", "tools"]


def test_compactions_and_overflows_are_told_beside_their_turn() -> None:
    lines, starts = context_lines([context(1, 40_000), context(2, 20_000, compactions=2, overflows=1)], 2, 80)
    assert lines[starts[2]].text.endswith(" ↓ compacted ×2  ✕ overflow")


def test_a_session_without_figures_says_so() -> None:
    lines, _ = context_lines([context(1, None)], 1, 80)
    assert [line.text for line in lines] == ["How full the context was is not recorded for this session."]


def test_pauses_are_folded_and_work_keeps_its_proportions() -> None:
    axis = FoldedAxis([(0, 12_000), (2 * HOUR_MS, 2 * HOUR_MS + 12_000)])
    assert axis.place(0) == 0
    assert axis.place(12_000) == axis.place(HOUR_MS)
    assert axis.place(2 * HOUR_MS + 12_000) == UNITS
    first, second = axis.place(12_000), UNITS - axis.place(2 * HOUR_MS)
    assert abs(first - second) <= 1
    assert first > UNITS * 0.45


def timed(number: int, start_ms: int, length_ms: int) -> StepLine:
    return replace(
        step(1, number, kind="shell", tool="Bash", target="make"),
        started_at=start_ms,
        ended_at=start_ms + length_ms,
        duration_ms=length_ms,
    )


def test_in_a_turn_of_two_hours_a_step_of_42_seconds_is_longer_than_one_of_3() -> None:
    steps = [timed(number, number * 75_000, 42_000 if number == 50 else 3_500) for number in range(1, 98)]
    spans = folded_spans(steps, NOW_MS)
    lengths = {number: (span.end or 0) - span.start for number, span in zip(range(1, 98), spans.values(), strict=True)}
    assert lengths[50] > 8 * lengths[51]
    assert lengths[51] > UNITS // 50
    assert spans[steps[STEPS_PER_AXIS].id].start == 0


def test_a_step_that_runs_reaches_the_end_of_its_axis() -> None:
    running = replace(timed(1, NOW_MS - 5000, 0), status="running", ended_at=None)
    assert folded_spans([running], NOW_MS)[running.id].end is None


def test_shares_of_time_are_shown_and_unknown_ones_are_not_zero() -> None:
    whole = SessionTiming(
        2, NOW_MS, NOW_MS + 100_000, 60_000, TimeSplit(60_000, 30_000, 20_000, 10_000, 0), 40_000, None
    )
    turn = TurnTiming(2, "completed", NOW_MS, NOW_MS + 9000, 9000, None, None)
    untold = time_lines(Times(whole._replace(is_permission_told=False), Latencies(None, None, None), turn), [], {}, 100)
    assert untold[5].text == PERMISSIONS_UNTOLD
    lines = [line.text for line in time_lines(Times(whole, Latencies(None, None, None), turn), [], {}, 100)]
    assert lines[0] == "the session: 1:40 from first to last, 1:00 at work in 2 turns"
    assert [line.split("  ")[0] for line in lines[1:5]] == [
        "away, between turns",
        "model",
        "tools",
        "waiting for you",
    ]
    assert "turn 2: 9.0s" in lines
    assert PERMISSIONS_UNTOLD not in lines
    assert "Its shares are not known." in lines


@pytest.mark.parametrize(
    ("is_logged", "reason"),
    [
        (True, "The program that logged this session told no times of tools."),
        (False, "This session was read before the times of tools were kept, and its file is gone."),
    ],
)
def test_why_times_are_not_split_is_what_happened(is_logged: bool, reason: str) -> None:
    timing = SessionTiming(1, NOW_MS, NOW_MS + 9000, 9000, None, 0, None, is_logged=is_logged)
    lines = [line.text for line in time_lines(Times(timing, Latencies(None, None, None), None), [], {}, 100)]
    assert lines[2] == reason


def test_records_stand_as_indented_json_each_once(tmp_path: Path) -> None:
    record = json.dumps({"type": "assistant", "message": {"id": "m1"}}).encode()
    (tmp_path / "s.jsonl").write_bytes(record + b"\n")
    row = replace(session(1), path=str(tmp_path / "s.jsonl"))
    both = [replace(step(1, number, target=""), input_offset=0, input_bytes=len(record)) for number in (1, 2)]
    lines = [line.text for line in raw_lines(both, row, UTC)]
    assert lines.count('  "message": {"id": "m1"}') == 1
    assert '  "type": "assistant",' in lines


def test_records_of_a_missing_file_show_the_reason(tmp_path: Path) -> None:
    row = replace(session(1), path=str(tmp_path / "gone.jsonl"))
    lines = [line.text for line in raw_lines([replace(step(1, 1, target=""), input_bytes=9)], row, UTC)]
    assert lines[-1] == "The session file cannot be read (No such file or directory)."
