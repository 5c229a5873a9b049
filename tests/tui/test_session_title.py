"""The lines above a session, and when it was seen last."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest

from ppp_tui.tui.panes.session_cells import last_seen, session_line
from ppp_tui.tui.panes.session_title import session_facts, session_title
from ppp_tui.tui.widgets.lines import Cell
from tests.tui.live_rows import NOW_MS, session


@pytest.mark.parametrize(
    ("source", "is_gone", "is_recorded"),
    [("claude_code", True, True), ("claude_code", False, False), ("logger", True, False)],
)
def test_missing_session_file_is_named_unless_there_never_was_one(
    source: str, is_gone: bool, is_recorded: bool
) -> None:
    row = replace(session(1), source=source, is_source_gone=is_gone)
    assert ("file gone" in [part.text for part in session_title(row, UTC).right]) == is_recorded


def test_a_narrow_line_keeps_title_and_number_and_drops_model_and_times() -> None:
    wide, narrow = session_title(session(7), UTC, 120), session_title(session(7), UTC, 80)
    assert [part.text for part in narrow.right] == ["#7 "]
    assert [part.text for part in wide.right] == ["opus-4-8", "2026-11-20 11:50 → 11:59  9:55", "#7 "]
    assert wide.left == narrow.left


def test_facts_separate_failures_from_violations_and_mark_an_inferred_window() -> None:
    row = replace(session(1), failed_steps=2, retries=1, violations=4, is_window_inferred=True)
    texts = [part.text for part in (*session_facts(row).left, *session_facts(row).right)]
    assert "✕ 3" in texts
    assert "! 4" in texts
    assert texts[-1] == "~34% of ~200k "


@pytest.mark.parametrize(
    ("before_ms", "shown"),
    [(0, "20 Nov 12:00"), (86_400_000, "19 Nov 12:00"), (400 * 86_400_000, "16 Oct 2025"), (NOW_MS, "–")],
)
def test_when_a_session_was_seen_last_needs_no_year_unless_it_is_long_ago(before_ms: int, shown: str) -> None:
    assert last_seen(NOW_MS - before_ms, NOW_MS, UTC) == shown


def test_session_that_is_only_a_copy_says_so_instead_of_zeros() -> None:
    copy = replace(session(1), turns=0, last_turn_number=3, steps=0)
    assert [part.text for part in session_facts(copy).left] == [" copied from another session, counted there"]
    assert session_facts(copy).right == []
    title = session_line(copy, None, UTC, NOW_MS).cells[4]
    assert title == Cell("Add OAuth login (copy)", "dim")
    # A session without any turn yet is new, no copy.
    assert not replace(session(1), turns=0, last_turn_number=0).is_only_copy
