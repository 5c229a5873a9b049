"""Trajectory: the turns, the views of one, its steps, replay, and what keys take away from it."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import structs

from ppp_tui.model.live import LiveFacts
from ppp_tui.model.rows import TrajectoryDelta
from ppp_tui.query.pool import Pool
from ppp_tui.query.query import Answer, Query
from ppp_tui.query.sessions.turns import turn_window
from ppp_tui.store.write import Writer
from ppp_tui.tui.panes.turns import step_table, turn_detail, turn_views
from ppp_tui.tui.panes.turns.conversation_text import ConversationText
from ppp_tui.tui.panes.turns.turn_aside import SessionNotes, TurnAside
from ppp_tui.tui.panes.turns.turn_detail import TurnPane
from ppp_tui.tui.widgets.detail_text import DetailText
from tests.tui.dashboard_of import Dashboard, Edited, dashboard, ports_of
from tests.tui.database_of import API, COMMAND, INFRA, NOON_MS, QUESTION, REVIEWER, SHOP, batch, turn, write_database

pytestmark = pytest.mark.slow


def turn_under_cursor(shown: Dashboard) -> object:
    return shown.table("#turns").cursor_key


async def test_a_session_opens_at_its_last_turn(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, None))) as shown:
        assert turn_under_cursor(shown) == 12
        assert shown.table("#turns").is_following
        assert "claude · shop · Add OAuth login" in shown.strip_of("#trajectory-title")
        assert "Run the tests again" in shown.text
        assert "Which provider do you prefer" in shown.text


async def test_session_opens_at_the_given_turn(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, 4))) as shown:
        assert turn_under_cursor(shown) == 4
        assert "Answer number 4." in shown.text
        assert "! minor    concise_question  expected one" in shown.text


async def test_a_turn_beyond_the_last_one_opens_the_last(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, 900))) as shown:
        assert turn_under_cursor(shown) == 12
        assert shown.notices() == ["This session has no turn 900; its last one is shown."]


async def test_escape_ends_a_search_before_it_leaves_the_screen(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("enter", "slash")
        await shown.write("run")
        await shown.press("enter", "escape")
        assert shown.kind == "TrajectoryScreen"
        assert shown.app.screen.query_one(ConversationText).match_count == 0
        await shown.press("escape")
        assert shown.kind == "LiveScreen"


async def test_a_turn_that_was_taken_back_says_so(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, 7))) as shown:
        assert "taken back by you" in shown.text


async def test_a_session_that_is_gone_says_so(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(999, None))) as shown:
        assert shown.strip_of("#trajectory-title") == "This session is not in the database."
        await shown.press("r", "right_square_bracket", "y", "o", "enter")
        assert shown.kind == "TrajectoryScreen"


async def test_the_view_of_scores_tells_what_each_figure_comes_from(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, 9))) as shown:
        await shown.press("h", "h")
        assert "R −0.66  spec" in shown.strip_of("#trajectory-facts")
        lines = [line.partition("▏")[2].strip() for line in shown.lines()]
        assert "R_Proact −0.60" in lines
        assert any(line.startswith("−0.50  high  turn 9  Should I investigate") for line in lines)
        assert any(line.startswith("−0.05  critical  turn 9  no_surprises") for line in lines)


async def test_views_follow_one_another_in_both_directions(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, 9))) as shown:
        pane = shown.app.screen.query_one(TurnPane)
        seen: list[str] = []
        after = ["steps", "questions", "context", "time", "usage", "violations", "signals", "score", "raw"]
        for _ in (*after, "conversation"):
            await shown.press("l")
            seen.append(pane.view)
        assert seen == [*after, "conversation"]
        await shown.press("h")
        assert pane.view == "raw"
        assert "session  shop-session  claude_code" in shown.text
        await shown.press("h", "h", "h")
        assert "critical  no_surprises" in shown.text
        await shown.press("h")
        assert "12.0k" in shown.text
        assert "cache hit rate 93.0%" in shown.text


async def test_keys_switch_to_a_view_and_back_to_the_conversation(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, 9))) as shown:
        pane = shown.app.screen.query_one(TurnPane)
        for key, view in (("a", "questions"), ("c", "context"), ("w", "time")):
            await shown.press(key)
            assert pane.view == view
            await shown.press(key)
            assert pane.view == "conversation"


async def test_the_name_of_the_last_view_is_in_sight_at_any_width(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, 9)), (60, 20)) as shown:
        await shown.press("h")
        assert shown.strip_of("#views").endswith("raw")


async def test_all_questions_of_a_session_stand_with_their_answers_under_their_turns(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, 9))) as shown:
        await shown.press("a")
        text = shown.app.screen.query_one(TurnPane).as_text()
        assert "Should I investigate how the session cache behaves" in text
        assert [line.split()[1] for line in text.splitlines() if line.startswith("turn ")] == ["1", "5", "9", "12"]
        assert QUESTION in text


async def test_marks_are_questions_failures_and_violations_of_all_turns(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, 1))) as shown:
        seen = []
        for _ in range(9):
            await shown.press("right_square_bracket")
            block = shown.app.screen.query_one(ConversationText).selected_block
            seen.append((turn_under_cursor(shown), block.mark if block else None))
        assert seen == [
            (1, "question"),
            (3, "failure"),
            (4, "violation"),
            (5, "question"),
            (9, "question"),
            (9, "violation"),
            (12, "failure"),
            (12, "question"),
            (1, "question"),
        ]
        assert shown.notices() == ["From the first turn again."]
        await shown.press("left_square_bracket")
        assert turn_under_cursor(shown) == 12


async def test_the_next_failure_shows_its_output_in_place(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, 1))) as shown:
        await shown.press("E")
        assert turn_under_cursor(shown) == 12
        assert "FAILED tests/test_login.py::test_redirect" in shown.text
        block = shown.app.screen.query_one(ConversationText).selected_block
        assert block is not None
        assert block.steps[0].target == COMMAND


async def test_enter_unfolds_a_step_and_then_opens_it_whole(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, None))) as shown:
        await shown.press("e", "enter")
        assert "1 failed, 11 passed in 2.10s" in shown.text
        assert shown.kind == "TrajectoryScreen"
        await shown.press("enter")
        assert shown.kind == "StepScreen"
        assert f'"command": "{COMMAND}"' in shown.text or COMMAND in shown.text
        await shown.press("Y")
        assert "1 failed, 11 passed in 2.10s" in shown.app.clipboard
        await shown.press("escape")
        assert shown.kind == "TrajectoryScreen"


async def test_a_step_leads_to_its_neighbours_and_the_screen_below_follows(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, None))) as shown:
        await shown.press("l", "tab", "g", "j", "enter")
        assert "step 1 of 3" in shown.strip_of("#step-title")
        await shown.press("right_square_bracket")
        assert "step 2 of 3" in shown.strip_of("#step-title")
        assert "session.py" in shown.strip_of("#step-title")
        await shown.press("left_square_bracket", "left_square_bracket")
        assert shown.notices() == ["No more such steps in this turn."]
        await shown.press("right_square_bracket", "escape")
        step = shown.app.screen.query_one(TurnPane).step
        assert step is not None
        assert step.target.endswith("session.py")


async def test_a_step_whose_file_is_gone_shows_what_was_kept(tmp_path: Path) -> None:
    path = write_database(tmp_path)
    (tmp_path / "shop-session.jsonl").unlink()
    async with dashboard(ports_of(path, start_at=(SHOP, None))) as shown:
        await shown.press("e", "enter")
        assert "1 failed, 11 passed in 2.10s" in shown.text
        await shown.press("enter")
        assert "The session file cannot be read (No such file or directory)." in shown.text
        assert "1 failed, 11 passed in 2.10s" in shown.text


async def test_find_in_a_step_counts_matches(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, None))) as shown:
        await shown.press("e", "enter", "enter", "slash")
        await shown.write("failed")
        assert "2 matches" in shown.text
        await shown.press("enter", "n")
        assert shown.kind == "StepScreen"


async def test_find_in_steps_stays_there_and_goes_from_step_to_step(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, None))) as shown:
        pane = shown.app.screen.query_one(TurnPane)
        await shown.press("l", "slash")
        await shown.write("session.py")
        assert "match" in shown.text
        await shown.press("enter")
        assert pane.view == "steps"
        assert pane.step is not None
        assert pane.step.target.endswith("session.py")


async def test_a_sub_agents_session_opens_from_its_step_and_leads_back(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, 10))) as shown:
        await shown.press("enter", "G", "enter")
        assert "sub-agent reviewer" in shown.strip_of("#trajectory-title")
        assert "It looks sound." in shown.text
        depth = len(shown.app.screen_stack)
        await shown.press("u")
        assert "Add OAuth login" in shown.strip_of("#trajectory-title")
        assert len(shown.app.screen_stack) == depth - 1


async def test_parent_opens_if_the_session_was_not_opened_from_it(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(REVIEWER, None))) as shown:
        await shown.press("u")
        assert "Add OAuth login" in shown.strip_of("#trajectory-title")
        await shown.press("u")
        assert shown.notices() == ["No other session started this one."]


async def test_the_resume_command_is_copied_and_told(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(API, None))) as shown:
        await shown.press("y")
        assert shown.app.clipboard == "cd /home/dev/api && codex resume api-thread"
        assert shown.notices() == ["copied 43 characters: cd /home/dev/api && codex resume api-thread"]


async def test_shown_view_is_copied(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, 12))) as shown:
        await shown.press("Y")
        assert "Run the tests again" in shown.app.clipboard
        await shown.press("l", "Y")
        lines = shown.app.clipboard.splitlines()
        assert lines[1] == f"11:58:40  Bash  {COMMAND}  2.1s  exit 1"
        assert lines[2] == "11:58:50  Read  src/session.py  0.1s  ok"


@pytest.mark.parametrize(("key", "form", "begins"), [("x", "md", "# "), ("X", "jsonl", "{")])
async def test_a_session_is_written_into_a_private_file(
    path: Path, tmp_path: Path, key: str, form: str, begins: str
) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, None), exports=tmp_path / "out")) as shown:
        await shown.press(key)
        target = tmp_path / "out" / f"session-{SHOP}-{NOON_MS}.{form}"
        assert shown.notices() == [f"Written to {target}"]
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        text = target.read_text(encoding="utf-8")
        assert text.startswith(begins)
        assert "Now the logout" in text


async def test_an_export_never_overwrites(path: Path, tmp_path: Path) -> None:
    target = tmp_path / f"session-{SHOP}-{NOON_MS}.md"
    target.write_text("mine")
    async with dashboard(ports_of(path, start_at=(SHOP, None), exports=tmp_path)) as shown:
        await shown.press("x")
        assert shown.notices() == [f"{target} cannot be written: File exists."]
    assert target.read_text() == "mine"


async def test_an_export_that_fails_leaves_nothing(path: Path, tmp_path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(999, None), exports=tmp_path)) as shown:
        await shown.press("x")
        [told] = shown.notices()
        assert told.startswith(f"session-999-{NOON_MS}.md cannot be written: ")
    assert not any(os.scandir(tmp_path))


async def test_the_session_file_opens_in_the_editor(path: Path) -> None:
    edited = Edited()
    async with dashboard(ports_of(path, start_at=(INFRA, None), open_editor=edited)) as shown:
        await shown.press("o")
        assert shown.notices() == ["The file is not there any more."]
    assert edited.paths == []


async def test_replay_plays_from_the_beginning_and_takes_its_keys(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, None))) as shown:
        await shown.press("r")
        assert turn_under_cursor(shown) == 1
        assert "turn 1 of 12, step 0 of 1" in shown.strip_of("#scrubber")
        assert "Answer number 1." not in shown.text
        await shown.press("right")
        assert "turn 1 of 12, step 1 of 1" in shown.strip_of("#scrubber")
        assert "Answer number 1." in shown.text
        await shown.press("right")
        assert "turn 2 of 12, step 0 of 2" in shown.strip_of("#scrubber")
        assert turn_under_cursor(shown) == 2
        await shown.press("left")
        assert "turn 1 of 12, step 1 of 1" in shown.strip_of("#scrubber")
        assert shown.strip_of("#scrubber").startswith("paused")
        await shown.press("space")
        assert shown.strip_of("#scrubber").startswith("playing again")
        assert shown.table("#turns").marked_keys == ()
        await shown.press("r")
        assert not shown.app.screen.has_class("-replaying")
        assert "Answer number 1." in shown.text


async def test_a_replay_follows_the_cursor_and_ends_with_escape(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, None))) as shown:
        await shown.press("r", "j", "j", "right")
        assert "turn 3 of 12, step 1 of 2" in shown.strip_of("#scrubber")
        await shown.press("escape")
        assert shown.kind == "TrajectoryScreen"
        assert not shown.app.screen.has_class("-replaying")


async def test_a_new_turn_comes_into_sight_at_the_tail(tmp_path: Path) -> None:
    path = write_database(tmp_path)
    async with dashboard(ports_of(path, start_at=(INFRA, None))) as shown:
        assert turn_under_cursor(shown) == 1
        append_turn(path, tmp_path)
        await shown.pass_time(1_000)
        assert turn_under_cursor(shown) == 2
        assert "Go on with it" in shown.text


async def test_turns_that_cannot_be_read_are_reported_and_read_again(tmp_path: Path) -> None:
    path = write_database(tmp_path)
    pool = PoolWithoutTurns(path)
    async with dashboard(ports_of(path, database=pool, start_at=(INFRA, None))) as shown:
        pool.is_broken = True
        append_turn(path, tmp_path)
        await shown.pass_time(1_000)
        assert turn_under_cursor(shown) is None
        assert "disk I/O error" in shown.text
        pool.is_broken = False
        await shown.pass_time(2_000)
        assert turn_under_cursor(shown) == 2
        assert "disk I/O error" not in shown.text


class PoolWithoutTurns(Pool):
    """A database that answers everything but windows of turns, once it is broken."""

    is_broken = False
    window = turn_window(1, 1, 1).sql

    async def fetch(self, query: Query[Answer]) -> Answer:
        """Fail for turns, once broken."""
        if self.is_broken and query.sql == self.window:
            raise sqlite3.OperationalError("disk I/O error")
        return await super().fetch(query)


def append_turn(path: Path, folder: Path) -> None:
    """The interrupted session goes on."""
    writer = Writer(path)
    live = LiveFacts(last_at=NOON_MS, turn_number=2, turn_status="completed", turn_ended_at=NOON_MS)
    delta = TrajectoryDelta("", turns=[turn(2, 0, "Go on with it", "I went on.")], live=live)
    entry = batch(folder / "infra-session.jsonl", "claude", "infra-session", delta)
    [(file_id,)] = writer._connection.execute(
        "SELECT id FROM source_files WHERE native_id = 'infra-session'"
    ).fetchall()
    entry.file = structs.replace(entry.file, id=file_id)
    writer.write([entry])
    writer.close()


async def test_large_terminal_shows_steps_notes_and_figures_around_the_turn(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, 12)), (200, 60)) as shown:
        assert shown.table("#turns").display
        assert shown.table("#outline").total > 0
        notes = shown.app.screen.query_one(SessionNotes)
        assert any(QUESTION in line.text for line in notes.lines)
        figures = [line.text for line in shown.app.screen.query_one(TurnAside).lines]
        assert any(text.startswith("the session: ") for text in figures)
        await shown.press("k")
        assert turn_under_cursor(shown) == 11
        await shown.pilot.resize_terminal(120, 36)
        await shown.settle()
        assert not shown.table("#outline").display
        assert not notes.display


async def test_a_session_with_one_turn_shows_it_where_the_list_of_turns_was_hidden_before_it_was_read(
    path: Path,
) -> None:
    # The second time, modules are loaded and statements prepared: the session is read before the screen is laid out.
    for _ in range(2):
        async with dashboard(ports_of(path, start_at=(INFRA, None)), (160, 48)) as shown:
            assert not shown.table("#turns").display
            assert turn_under_cursor(shown) == 1
            assert "● I began." in shown.text


async def test_steps_have_the_columns_that_fit_the_pane_when_they_are_first_shown(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, None)), (160, 48)) as shown:
        await shown.press("l")
        header = shown.table("#turn-steps").render_line(0).text
        assert header.split() == ["tool", "what", "took", "result"]


async def test_figures_beside_the_turn_are_not_read_where_they_are_not_shown(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, 12))) as shown:
        assert list(shown.app.screen.query_one(TurnAside).lines) == []


async def test_lines_of_a_long_turn_are_made_beside_the_event_loop(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[bool] = []

    def seen(make: Callable[..., object]) -> Callable[..., object]:
        def made(*given: object, **more: object) -> object:
            threads.append(threading.current_thread() is threading.main_thread())
            return make(*given, **more)

        return made

    monkeypatch.setattr(turn_detail, "view_lines", seen(turn_views.view_lines))
    monkeypatch.setattr(step_table, "_step_lines", seen(step_table._step_lines))
    monkeypatch.setattr(turn_detail, "LONG_TURN_STEPS", 1)
    async with dashboard(ports_of(path, start_at=(SHOP, 12))) as shown:
        assert "Which provider do you prefer" in shown.text
        for view in ("steps", "questions", "context"):
            await shown.press("l")
            assert shown.app.screen.query_one(TurnPane).view == view
    assert threads
    assert not any(threads), "none of them on the event loop"


async def test_talk_stands_below_the_other_views_on_a_large_terminal_alone(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, 12)), (200, 60)) as shown:
        below = shown.app.screen.query_one("#turn-below", DetailText)
        displayed = [below.display]
        await shown.press("l", "l")
        assert shown.app.screen.query_one(TurnPane).view == "questions"
        displayed.append(below.display)
        assert any("Run the tests again" in line.text for line in below.lines)
        await shown.pilot.resize_terminal(120, 36)
        await shown.settle()
        assert [*displayed, below.display] == [False, True, False]
