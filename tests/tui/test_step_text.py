"""A step in full: its facts, the calls like it, and on a large terminal what is around it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.query.rows import Tokens, TurnText, UsageLine
from ppp_tui.tui.panes.turns.step_text import call_lines, read_step, step_facts, turn_words
from ppp_tui.tui.panes.turns.turn_loader import LoadedTurn
from ppp_tui.tui.widgets.detail_text import DetailText
from tests.tui.dashboard_of import Dashboard, dashboard, ports_of
from tests.tui.database_of import SHOP
from tests.tui.live_rows import NOW_MS, question, session, step, turn

FAILED = replace(
    step(1, 2, "make"),
    status="failed",
    exit_code=2,
    request_number=5,
    output_length=1,
    input_bytes=1,
    input_offset=2_000,
)
REQUEST = UsageLine(
    id=(((1 << 20) | 1) << 20) | 5,
    turn_number=1,
    at=NOW_MS,
    model="opus-4-8",
    tokens=Tokens(100, 40, 20_000, 900),
    reasoning_tokens=None,
    cost_micros=31_000,
    is_lower_bound=False,
    is_counted=True,
    stop_reason="",
    speed="",
)


def loaded(**more: Any) -> LoadedTurn:
    text = TurnText(1, "Fix it", "Done.", 6, 5, is_text_kept=True)
    others = [step(1, 1, "ls"), FAILED, replace(step(1, 3, "make"), duration_ms=3_000)]
    return replace(LoadedTurn(turn(1, "Fix it"), text, others, [], [], [REQUEST]), **more)


async def test_a_message_is_whole_although_no_file_has_it() -> None:
    async def fetch(_query: object) -> Any:
        raise AssertionError("the turn has the text")

    words = f"All is *well*. {'x' * 400}"
    said = replace(
        step(1, 4, ""), kind="message", input_preview=words[:100], text_start=0, text_end=len(words), output_bytes=0
    )
    text = TurnText(1, "Fix it", words, 6, len(words), is_text_kept=True)
    lines = await read_step(fetch, said, session(1, source="logger"), loaded(text=text, steps=[said]))
    assert [line.text for line in lines] == ["message", f"All is well. {'x' * 400}", ""]


def test_facts_of_a_step_name_its_time_its_end_and_the_request_that_asked_for_it() -> None:
    lines = step_facts(FAILED, loaded(), session(1), UTC, NOW_MS)
    assert [line.text for line in lines] == [
        "session    claude · shop · main",
        "turn       1 of Add OAuth login",
        "began      11:59:10",
        "took       0.2s, 1% of the turn",
        "           2 other Bash calls: 0.2s to 3.0s",
        "ended      exit 2",
        "texts      4 characters in, 1 out",
        "asked by   request 5, opus-4-8",
        "           21.0k tokens in, 40 out, $0.03",
        "record     1 byte at 2,000",
        "           s.jsonl",
    ]
    assert [span.tone for span in lines[5].spans] == ["dim", "notice"]


def test_facts_that_are_not_recorded_are_left_out() -> None:
    bare = replace(FAILED, request_number=None, duration_ms=None, started_at=None, input_bytes=0, exit_code=None)
    alone = loaded(steps=[bare])
    assert [line.text.rstrip() for line in step_facts(bare, alone, session(1), UTC, NOW_MS)] == [
        "session    claude · shop · main",
        "turn       1 of Add OAuth login",
        "began      –",
        "took       –",
        "ended      failed",
        "texts      4 characters in, 1 out",
    ]


def test_calls_like_a_step_are_told_with_their_ends() -> None:
    later = replace(step(3, 1, "make"), duration_ms=12_000, exit_code=0)
    lines = call_lines([FAILED, later], {later.id: "building\nall is built\n"}, later, UTC)
    assert [line.text.rstrip() for line in lines] == [
        "the same call in this session: 2 times, 1 failed",
        "  turn 1     11:59:10     0.2s  exit 2",
        "▹ turn 3     11:59:10      12s  exit 0  all is built",
        "",
    ]
    assert call_lines([FAILED], {}, FAILED, UTC) == []


def test_words_of_a_turn_are_its_prompt_its_answer_and_its_questions() -> None:
    words = turn_words(loaded(questions=[question(1, 1, "Google or GitHub?")]), 40)
    assert [line.text for line in words][:7] == ["asked", "Fix it", "", "answered", "Done.", "", "its questions"]
    assert "Google or GitHub?" in words[7].text
    nothing = TurnText(1, "", "", 6, 5, is_text_kept=False)
    assert turn_words(loaded(text=nothing), 40) == []


def around(shown: Dashboard) -> list[list[str]]:
    return [
        [line.text for line in pane.lines] for pane in shown.app.screen.query(".step-neighbours").results(DetailText)
    ]


@pytest.mark.slow
async def test_steps_before_and_after_stand_around_a_step_on_a_large_terminal(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, None)), (200, 60)) as shown:
        await shown.press("l", "tab", "g", "j", "enter", "right_square_bracket")
        assert "step 2 of 3" in shown.strip_of("#step-title")
        before, after = around(shown)
        assert before[0].startswith("[ ")
        assert after[0].startswith("] ")
        assert "turn       12 of Add OAuth login" in shown.text


@pytest.mark.slow
async def test_cursor_in_the_list_of_steps_leads_from_step_to_step(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, None)), (200, 60)) as shown:
        await shown.press("l", "tab", "g", "j", "enter")
        assert "step 1 of 3" in shown.strip_of("#step-title")
        shown.table("#step-list").focus()
        await shown.press("j", "j")
        assert "step 3 of 3" in shown.strip_of("#step-title")
        await shown.press("enter", "left_square_bracket")
        assert "step 2 of 3" in shown.strip_of("#step-title")
        assert shown.table("#step-list").cursor_index == 1


@pytest.mark.slow
async def test_what_is_around_a_step_is_read_as_soon_as_there_is_room_for_it(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, None)), (120, 36)) as shown:
        await shown.press("l", "tab", "g", "j", "enter", "right_square_bracket")
        assert around(shown) == [[], []]
        await shown.pilot.resize_terminal(200, 60)
        await shown.settle()
        assert all(around(shown))


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_keys_of_a_step_stand_on_one_line_below_its_text(path: Path, size: tuple[int, int]) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, None)), size) as shown:
        await shown.press("e", "enter", "enter")
        assert "] next  [ before  e failure  / find  Y copy  o file  Esc close" in shown.text


@pytest.mark.slow
async def test_keys_of_the_settings_are_named_below_a_step(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, None), keys={"next_mark": "f6"})) as shown:
        await shown.press("e", "enter", "enter")
        assert "F6 next  [ before" in shown.text


@pytest.mark.slow
async def test_title_of_a_step_stands_above_the_first_letter_of_its_text(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, None)), (80, 24)) as shown:
        await shown.press("e", "enter", "enter")
        title, text = (line for line in shown.lines()[:2])
        assert title.startswith(" Bash ")
        assert len(text) - len(text.lstrip()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_raw_view_shows_records_as_json_with_a_key_on_each_line(path: Path, size: tuple[int, int]) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, None)), size) as shown:
        await shown.press("h")
        lines = [line.text for line in shown.app.screen.query_one("#turn-text", DetailText).lines]
        assert '"type": "assistant",' in [line.strip() for line in lines]
        assert [line for line in shown.lines() if '"type": "' in line]
