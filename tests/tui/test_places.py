"""Going back and forward among places, maximising a pane, and the preview beside the list of sessions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from ppp_tui.query.rows import QuestionLine, Spend, Tokens
from ppp_tui.query.scores.evaluations import EvaluationLine
from ppp_tui.query.sessions.live_details import ChangedFile
from ppp_tui.tui.panes.session_preview import SessionTail, preview_lines
from ppp_tui.tui.screens.places import Place, Places
from ppp_tui.tui.widgets.text_lines import TextSpan
from tests.tui.dashboard_of import dashboard, ports_of
from tests.tui.database_of import SHOP
from tests.tui.live_rows import session, turn

LIVE, FIRST, SECOND = Place("live"), Place("live", 1), Place("live", 2)


def visited(*places: Place) -> Places:
    history = Places()
    for place in places:
        history.visit(place)
    return history


def test_back_and_forward_lead_through_what_was_visited() -> None:
    history = visited(LIVE, FIRST, SECOND)
    assert history.go(-1) == FIRST
    history.visit(LIVE)
    history.visit(FIRST)
    assert history.go(-1) == LIVE
    history.visit(LIVE)
    assert history.go(-1) is None
    assert history.go(1) == FIRST


def test_another_turn_of_a_session_updates_its_place() -> None:
    history = visited(LIVE, FIRST, FIRST._replace(turn_number=4), SECOND)
    assert history.go(-1) == Place("live", 1, 4)


def test_new_place_drops_places_ahead() -> None:
    history = visited(LIVE, FIRST, SECOND)
    history.go(-2)
    history.visit(LIVE)
    history.visit(Place("usage"))
    assert history.go(1) is None
    assert history.go(-1) == LIVE


def test_the_preview_tells_figures_last_turns_and_last_words() -> None:
    row = session(1)
    last = turn(1, "Fix the login", spend=Spend(Tokens(1, 2, 3, 4), 420_000, 1), failed_steps=2)
    tail = SessionTail(
        [last], "All\x1b[31m done.", [ChangedFile("/home/dev/shop/src/shop/login.py", 3), ChangedFile("a.py", 1)]
    )
    lines = [line.text for line in preview_lines(row, tail, 60, UTC)]
    assert lines[0] == "Add OAuth login"
    assert "cost       $0.42" in lines
    assert "   1    $0.42 ████████ ✕2  Fix the login" in lines
    assert lines[-6:] == [
        "its last words",
        "All␛[31m done.",
        "",
        "files it changed most",
        "  3 edits ████████ shop/src/shop/login.py",
        "   1 edit ██▋      a.py",
    ]


def test_a_long_prompt_takes_a_second_line_of_the_preview() -> None:
    prompt = "The cart loses items when two tabs are open. Find out why, and mend it without a lock. Then tell me."
    tail = SessionTail([turn(1, prompt)], "", ())
    lines = [line.text for line in preview_lines(session(1), tail, 60, UTC)]
    first = next(place for place, line in enumerate(lines) if "The cart" in line)
    assert lines[first].strip().endswith("The cart loses items when two")
    assert lines[first + 1].strip() == "tabs are open. Find out why, and…"


def test_preview_says_how_the_session_went_and_what_is_unknown_is_left_out() -> None:
    evaluations = [
        EvaluationLine("goal", "rules 1", "bad", 0.0, "tests fail\x1b[31m at the end", ()),
        EvaluationLine("retention", "rules 1", "unknown", None, "one turn", ()),
        EvaluationLine("tone", "mine", "mixed", None, "", ()),
    ]
    tail = SessionTail([turn(1, "Fix it")], "", (), evaluations)
    lines = preview_lines(session(1), tail, 80, UTC)
    texts = [line.text for line in lines]
    place = texts.index("how it went")
    assert texts[place + 1 : place + 4] == ["goal achievement: bad 0.00  tests fail␛[31m at the end", "tone: mixed", ""]
    assert lines[place + 1].spans == (TextSpan(18, 26, "removed"),)


def test_wide_preview_has_two_columns() -> None:
    tail = SessionTail([turn(1, "Fix the login")], "All done.", [ChangedFile("src/login.py", 3)])
    texts = [line.text for line in preview_lines(session(1), tail, 123, UTC)]
    assert texts[0] == f"{'Add OAuth login':<63}last 1 of 1 turn"
    assert texts[1].endswith("Fix the login")
    assert texts[3].endswith("its last words")
    assert texts[-2:] == ["files it changed most", "  3 edits ████████ src/login.py"]


def test_preview_shows_the_last_questions_with_their_answers() -> None:
    asked = [QuestionLine(number, 1, f"Question {number}?", "low", "rules", "", "text") for number in range(1, 6)]
    asked[-1] = replace(asked[-1], effort="high", answer="The second", answer_status="given")
    texts = [line.text for line in preview_lines(session(1), SessionTail([], "", (), (), asked), 60, UTC)]
    place = texts.index("what it asked you last")
    assert texts[place + 1 :] == [
        " ? low    Question 2?",
        " ? low    Question 3?",
        " ? low    Question 4?",
        " ? high   Question 5?                               answered",
        "          “The second”",
    ]


def test_preview_lists_the_dearest_sub_agents_in_the_order_in_which_they_began() -> None:
    spends = [Spend(Tokens(1), cost, 1) for cost in (10_000, 90_000, 80_000, 70_000, 60_000, 50_000, 40_000)]
    started = [
        replace(session(10 + number), agent_role="", title=f"Part {number}", tree=spend, failed_steps=0, retries=0)
        for number, spend in enumerate(spends)
    ]
    started[6] = replace(started[6], agent_role="explorer", failed_steps=2)
    tail = SessionTail([], "", (), children=started)
    texts = [line.text for line in preview_lines(session(1), tail, 60, UTC)]
    place = texts.index("sub-agents 7")
    assert texts[place + 1] == "   $0.09     Part 1"
    assert texts[place + 6 :] == ["   $0.04 ✕2  explorer  Part 6"]


@pytest.mark.slow
async def test_keys_lead_back_to_a_turn_and_forward_again(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, None))) as shown:
        await shown.press("k", "k", "2", "comma")
        assert shown.kind == "TrajectoryScreen"
        assert shown.table("#turns").cursor_key == 10
        await shown.press("full_stop")
        assert shown.kind == "SessionsScreen"
        await shown.press("full_stop")
        assert shown.notices() == ["No place after this one."]


@pytest.mark.slow
async def test_z_zooms_the_focused_pane_and_back(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, None))) as shown:
        await shown.press("enter", "z")
        assert shown.app.screen.query_one("#turn").size.width >= 119
        assert not shown.app.screen.query_one("#trajectory-left").display
        await shown.press("z")
        assert shown.app.screen.query_one("#trajectory-left").display
        assert shown.app.screen.query_one("#turn").size.width < 100


@pytest.mark.slow
async def test_wide_terminal_previews_the_session_under_the_cursor(path: Path) -> None:
    async with dashboard(ports_of(path), (200, 40)) as shown:
        await shown.press("2", "j")
        assert "its last words" in shown.text
        await shown.press("colon")
        await shown.write("cost>1000")
        assert "no session matches cost>1000: Esc shows all, : changes the filter" in shown.text
