"""Live: who needs the person, in groups; filters, the followed feed, and what is said when there is nothing."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.model.live import LiveFacts
from ppp_tui.query.pool import Pool
from ppp_tui.query.query import Answer, Query
from ppp_tui.store.write import Writer
from ppp_tui.tui.ports import CannotBringUpError
from tests.tui.dashboard_of import Dashboard, NoIngest, dashboard, listed, ports_of
from tests.tui.database_of import (
    API,
    DOCS,
    INFRA,
    MINUTE,
    ML,
    SECOND,
    SHOP,
    SITE,
    write_database,
    write_following,
)

pytestmark = pytest.mark.slow


def headings(shown: Dashboard) -> list[str]:
    """The headings of the list."""
    left = [line.split("▏")[0].split("│")[0].strip() for line in shown.lines()]
    return [line for line in left if re.fullmatch(r"(needs you|finished|working|stuck|idle)  \d+", line)]


async def test_sessions_stand_in_groups_that_are_counted(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        assert headings(shown) == ["needs you  1", "finished  1", "working  2", "stuck  1", "idle  1"]
        assert listed(shown) == [SHOP, API, SITE, DOCS, ML, INFRA]
        top = shown.strip_of("#navigation")
        assert top.endswith("◆ 1 needs you  ✕ 1 stuck")
        assert shown.strip_of("#summary").startswith("cache 93.0%  1 unpriced  ◇ 1 finished  ● 2 working")
        assert shown.strip_of("#live-band").startswith("today ≥$0.58")
        assert "rate limited until 14:20" in shown.text


async def test_ingest_is_started_and_stopped(path: Path) -> None:
    ports = ports_of(path)
    async with dashboard(ports):
        pass
    assert isinstance(ports.ingest, NoIngest)
    assert ports.ingest.calls == ["start", "stop"]


async def test_the_cursor_stays_on_its_session_when_rows_move(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("j", "j")
        table = shown.table("#live-list")
        assert table.cursor_key == SITE
        before = listed(shown)
        await shown.pass_time(6 * MINUTE)
        assert listed(shown) != before
        assert table.cursor_key == SITE


async def test_n_cycles_through_sessions_that_need_the_user(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        table = shown.table("#live-list")
        seen = []
        for key in ("n", "n", "N", "N"):
            await shown.press(key)
            seen.append(table.cursor_key)
        assert seen == [API, SHOP, API, SHOP]


async def test_n_says_that_no_session_waits(tmp_path: Path) -> None:
    Writer(tmp_path / "archive.db").close()
    async with dashboard(ports_of(tmp_path / "archive.db")) as shown:
        await shown.press("n")
        assert shown.notices() == ["No session waits for you."]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (80, "ppp  1  2  3  4  5 Usage  6  7"),
        (120, "1 Live  2 Sessions  3 Compare  4 Consensus  5 Usage  6 Quality  7 Code  8 Insights  9 Doors  "),
    ],
)
async def test_the_screen_that_is_shown_has_its_name_at_every_width(path: Path, columns: int, told: str) -> None:
    async with dashboard(ports_of(path), size=(columns, 24)) as shown:
        await shown.press("5")
        assert shown.strip_of("#navigation").startswith(told)


async def test_the_feed_follows_the_cursor(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        assert "claude · shop · Add OAuth login" in shown.strip_of("#feed-title")
        assert "following" in shown.strip_of("#feed-title")
        await shown.press("j")
        assert "codex · api · Write the migrations" in shown.strip_of("#feed-title")
        assert "Both migrations are" in shown.text


async def test_feed_follows_its_tail_until_the_user_leaves_it(path: Path) -> None:
    async with dashboard(ports_of(path), size=(120, 24)) as shown:
        feed = shown.table("#feed")
        states = [feed.is_following]
        await shown.press("tab", "g")
        states.append(feed.is_following)
        assert "follow" in shown.strip_of("#feed-title")
        await shown.press("G")
        assert [*states, feed.is_following] == [True, False, True]


async def test_enter_opens_the_session_and_a_step_of_the_feed_its_turn(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("enter")
        assert shown.kind == "TrajectoryScreen"
        assert shown.table("#turns").cursor_key == 12
        await shown.press("escape")
        assert shown.kind == "LiveScreen"
        await shown.press("tab", "g", "enter")
        assert shown.kind == "TrajectoryScreen"
        assert shown.table("#turns").cursor_key == 1


async def test_search_narrows_counts_and_ends_with_escape(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("slash")
        await shown.write("claude")
        assert "3 matches" in shown.text
        assert listed(shown) == [SHOP, DOCS, INFRA]
        await shown.press("escape")
        assert len(listed(shown)) == 6
        await shown.press("slash")
        await shown.write("claude -docs")
        await shown.press("enter")
        assert listed(shown) == [SHOP, INFRA]
        await shown.press("escape")
        assert len(listed(shown)) == 6


async def test_a_search_without_a_match_says_how_to_go_on(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("slash")
        await shown.write("nowhere")
        assert "0 matches" in shown.text
        assert "no session matches; Escape shows all" in shown.text


async def test_predicates_filter_by_database_and_clock(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("colon")
        await shown.write("cost>0.1")
        await shown.press("enter")
        assert listed(shown) == [SHOP, API]
        await shown.press("escape", "colon")
        await shown.write("state:stuck")
        await shown.press("enter")
        assert listed(shown) == [ML]


async def test_wrong_predicate_shows_a_sentence_and_cannot_be_submitted(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("colon")
        await shown.write("agnt:codex")
        assert "there is no field agnt, did you mean agent?" in shown.text
        await shown.press("enter")
        assert "there is no field agnt" in shown.text
        await shown.press("escape")
        assert len(listed(shown)) == 6


async def test_f_cycles_through_the_groups(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        seen = []
        for _ in range(6):
            await shown.press("f")
            seen.append(listed(shown))
        assert seen == [[SHOP], [API], [SITE, DOCS], [ML], [INFRA], [SHOP, API, SITE, DOCS, ML, INFRA]]


async def test_a_click_on_a_count_shows_its_group(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        strip = shown.app.screen.query_one("#navigation")
        await shown.pilot.click(strip, offset=shown.cell_of(strip, "1 stuck"))
        await shown.settle()
        assert listed(shown) == [ML]


async def test_the_mouse_chooses_and_opens_a_session(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        table = shown.table("#live-list")
        place = shown.cell_of(table, "codex")
        await shown.pilot.click(table, offset=place)
        await shown.settle()
        assert table.cursor_key == API
        await shown.pilot.click(table, offset=place, times=2)
        await shown.settle()
        assert "Write the migrations" in shown.strip_of("#trajectory-title")


async def test_numbers_and_clicks_lead_to_the_screens(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("2")
        assert shown.kind == "SessionsScreen"
        await shown.press("1")
        assert shown.kind == "LiveScreen"
        strip = shown.app.screen.query_one("#navigation")
        await shown.pilot.click(strip, offset=shown.cell_of(strip, "2 Sessions"))
        await shown.settle()
        assert shown.kind == "SessionsScreen"
        await shown.press("enter", "1")
        assert shown.kind == "LiveScreen"


async def test_a_session_without_a_resume_command_says_so(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("j", "j", "y")
        assert shown.notices() == ["This session cannot be resumed by a command."]
        assert shown.app.clipboard == ""


async def test_screen_without_sessions_names_searched_folders_and_the_demo(tmp_path: Path) -> None:
    async with dashboard(ports_of(write_following(tmp_path))) as shown:
        assert "~/.claude" in shown.text
        assert "~/.codex" in shown.text
        assert "ppp-tui demo" in shown.text


async def test_a_database_that_appears_later_is_shown(tmp_path: Path) -> None:
    ports = ports_of(tmp_path / "archive.db")
    async with dashboard(ports, is_settled=False) as shown:
        await shown.pilot.pause()
        assert "waiting for ingest" in shown.text
        write_database(tmp_path)
        await shown.pass_time(2 * SECOND)
        assert headings(shown)[0] == "needs you  1"


class BrokenPool(Pool):
    """A database that stops to answer."""

    is_broken = False

    async def fetch(self, query: Query[Answer]) -> Answer:
        """Fails once it is broken."""
        if self.is_broken:
            raise sqlite3.OperationalError("disk I/O error")
        return await super().fetch(query)


async def test_failing_database_is_reported_and_recovered_from(path: Path) -> None:
    pool = BrokenPool(path)
    async with dashboard(ports_of(path, database=pool)) as shown:
        pool.is_broken = True
        keys: list[Any] = [
            "j",
            "slash",
            "x",
            "escape",
            "2",
            "s",
            "S",
            "n",
            "slash",
            "y",
            "escape",
            "enter",
            "1",
            "enter",
            "right_square_bracket",
            "l",
            "r",
            "escape",
            "escape",
        ]
        for key in keys:
            await shown.press(key)
        assert "The database cannot be read: disk I/O error" in shown.strip_of("#summary")
        pool.is_broken = False
        await shown.pass_time(2 * SECOND)
        await shown.press("1")
        await shown.pass_time(2 * SECOND)
        assert "disk I/O error" not in shown.strip_of("#summary")
        assert "needs you  1" in headings(shown)


async def test_problem_of_ingest_is_shown(path: Path) -> None:
    ports = ports_of(path)
    assert isinstance(ports.ingest, NoIngest)
    ports.ingest.told = "ingest cannot be started: no such file"
    async with dashboard(ports) as shown:
        assert "ingest cannot be started: no such file" in shown.text


async def test_cursor_follows_the_neediest_session_until_a_key_moves_it(tmp_path: Path) -> None:
    async with dashboard(ports_of(write_following(tmp_path))) as shown:
        table = shown.table("#live-list")
        assert "No sessions in the last" in shown.text
        write_database(tmp_path)
        await shown.pass_time(2 * SECOND)
        assert table.cursor_key == SHOP
        await shown.press("j")
        assert table.cursor_key == API
        await shown.pass_time(2 * SECOND)
        assert table.cursor_key == API
        await shown.press("escape")
        assert table.cursor_key == SHOP


async def test_card_of_a_waiting_session_shows_question_and_options(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        left = [line.split("▏")[0].rstrip() for line in shown.lines()]
        place = next(number for number, line in enumerate(left) if "Add OAuth login" in line)
        assert left[place].startswith("▸ ◆  Add OAuth login")
        assert left[place + 1 : place + 4] == [
            "     asks low Which provider do you prefer, Google or",
            "     GitHub?",
            "     1 Google   2 GitHub",
        ]


async def test_click_on_a_line_of_a_card_chooses_its_session(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        table = shown.table("#live-list")
        place = shown.cell_of(table, "finished: Both")
        await shown.pilot.click(table, offset=place)
        await shown.settle()
        assert table.cursor_key == API


@pytest.mark.parametrize(
    ("size", "told"),
    [
        ((24, 3), ["◆1 ◇1 ●2 ✕1 ≥$0.58", "▸ ◆  shop: Which…   42s", "◇  api: finishe…   3m"]),
        (
            (40, 10),
            ["◆1 ◇1 ●2 ✕1 ≥$0.58", "▸ ◆  shop: Which provider do you…   42s", "◇  api: finished: Write the mig…   3m"],
        ),
    ],
)
async def test_narrow_strip_shows_counts_and_sessions_that_need_the_user(
    path: Path, size: tuple[int, int], told: list[str]
) -> None:
    async with dashboard(ports_of(path), size=size) as shown:
        assert [line.strip() for line in shown.lines()[:3]] == told
        await shown.press("j")
        assert shown.table("#live-list").cursor_key == API


async def test_larger_terminal_never_shows_less(path: Path) -> None:
    facts = ["Add OAuth login", "Which provider", "1 Google", "34%", "until 14:20", "Both migrations", "cache"]
    before: set[str] = set()
    for size in ((80, 24), (100, 30), (120, 36), (160, 45), (200, 60)):
        async with dashboard(ports_of(path), size=size) as shown:
            seen = {fact for fact in facts if fact in shown.text}
        assert before - seen == set(), size
        before = seen
    assert before == set(facts)


async def test_blocks_stand_in_the_band_as_soon_as_they_are_read(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        assert "claude block $0.37, ~$1.85 by 16:00" in shown.strip_of("#live-band")


async def test_too_small_terminal_shows_the_needed_size_until_it_grows(path: Path) -> None:
    async with dashboard(ports_of(path), size=(50, 12)) as shown:
        await shown.press("2")
        await shown.pilot.resize_terminal(51, 12)
        await shown.settle()
        told = " ".join(shown.text.split())
        assert "This terminal has 51×12 cells, and this screen needs 60×15: make it larger" in told
        await shown.pilot.resize_terminal(24, 3)
        await shown.settle()
        assert " ".join(shown.text.split()) == "60×15 needed: 1 Live, q quit"
        await shown.press("1")
        await shown.pilot.resize_terminal(60, 15)
        await shown.settle()
        assert "needs you  1" in shown.text
        await shown.pilot.resize_terminal(80, 10)
        await shown.settle()
        assert "needs you  1" not in shown.text
        assert "◆1" in shown.text


async def test_w_brings_up_the_pane_of_the_agents_process(tmp_path: Path) -> None:
    database = write_database(tmp_path)
    with closing(sqlite3.connect(database)) as connection, connection:
        (stored,) = connection.execute(
            "SELECT live FROM trajectory_summaries WHERE trajectory_id = ?", (SHOP,)
        ).fetchone()
        facts = json.loads(stored)
        facts[LiveFacts._fields.index("pid")] = 4711
        connection.execute(
            "UPDATE trajectory_summaries SET live = ? WHERE trajectory_id = ?", (json.dumps(facts), SHOP)
        )
    asked: list[int] = []

    def bring_up(pid: int) -> str:
        asked.append(pid)
        if len(asked) > 1:
            raise CannotBringUpError("It runs in tmux, and tmux is not on the PATH.")
        return "tmux shows its pane %7 of session side."

    async with dashboard(ports_of(database, bring_up=bring_up)) as shown:
        await shown.press("w", "w", "j", "w")
        assert asked == [4711, 4711]
        assert shown.notices() == [
            "tmux shows its pane %7 of session side.",
            "It runs in tmux, and tmux is not on the PATH.",
            "codex does not record in which process this session runs.",
        ]


async def test_feed_of_an_empty_list_shows_nothing_of_the_session_before(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        assert "Add OAuth login to the shop" in shown.text or "Run the tests again" in shown.text
        await shown.press("slash")
        await shown.write("nowhere")
        await shown.pass_time(SECOND)
        right = [line.partition("▏")[2].strip() for line in shown.lines()[2:30]]
        assert [line for line in right if line and not set(line) <= {"─"}] == []
