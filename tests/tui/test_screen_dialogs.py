"""What lies over the screens, or works on all of them: help, search, palette, pictures, themes, the editor."""

from __future__ import annotations

import gc
import stat
import weakref
from pathlib import Path

import pytest

from ppp_tui.tui.action_table import ACTIONS
from ppp_tui.tui.actions import actions_for
from ppp_tui.tui.base_screen import GuardedScreen
from ppp_tui.tui.panes.turns.conversation_text import ConversationText
from ppp_tui.tui.widgets.command_line import CommandLine
from ppp_tui.tui.widgets.detail_text import DetailText
from tests.tui.dashboard_of import Dashboard, dashboard, ports_of
from tests.tui.database_of import SHOP, write_database

pytestmark = pytest.mark.slow


def help_lines(shown: Dashboard) -> list[str]:
    """All lines of the help, also those out of sight."""
    return [line.text.strip() for line in shown.app.screen.query_one(DetailText).lines]


@pytest.mark.parametrize(("kind", "keys"), [("live", []), ("sessions", ["2"]), ("trajectory", ["enter"])])
async def test_help_lists_exactly_the_actions_of_the_screen(path: Path, kind: str, keys: list[str]) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press(*keys, "question_mark")
        assert shown.kind == "HelpScreen"
        lines = help_lines(shown)
        here = {action.help for action in actions_for(kind)}
        listed = {action.help for action in ACTIONS if any(line.endswith(action.help) for line in lines)}
        assert listed == here
        await shown.press("escape")
        assert shown.kind != "HelpScreen"


async def test_help_shows_the_keys_of_the_settings(path: Path) -> None:
    async with dashboard(ports_of(path, keys={"next_needing": "f5"})) as shown:
        await shown.press("question_mark")
        [line] = [line for line in help_lines(shown) if line.endswith("To the next session that waits for you")]
        assert line.split()[0] == "F5"


async def test_help_explains_predicates_where_there_are_any(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("question_mark")
        assert "agent        the agent, such as claude" in help_lines(shown)
        await shown.press("escape", "enter", "question_mark")
        assert "agent        the agent, such as claude" not in help_lines(shown)


async def test_search_finds_a_turn_and_opens_it(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("ctrl+f")
        assert "type to search prompts and answers" in shown.text
        await shown.write("logout")
        assert shown.kind == "SearchScreen"
        assert "1 hit" in shown.strip_of("#search-title")
        assert "Now the logout" in shown.text
        await shown.press("enter")
        assert shown.kind == "TrajectoryScreen"
        assert shown.table("#turns").cursor_key == 3
        text = shown.app.screen.query_one(ConversationText)
        assert (text.match_number, text.match_count) == (1, 1)
        await shown.press("escape")
        assert shown.kind == "SearchScreen"
        assert "Now the logout" in shown.text
        await shown.press("escape")
        assert shown.kind == "LiveScreen"
        await shown.press("ctrl+f")
        assert "1 hit" in shown.strip_of("#search-title")


async def test_n_leads_from_a_hit_to_the_next_in_another_turn(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("ctrl+f")
        await shown.write("answer number")
        await shown.press("enter")
        first = shown.table("#turns").cursor_key
        matches = shown.app.screen.query_one(ConversationText).match_count
        await shown.press(*["n"] * matches)
        second = shown.table("#turns").cursor_key
        assert first != second
        await shown.press("N")
        assert shown.table("#turns").cursor_key == first


async def test_search_says_when_it_finds_nothing(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("ctrl+f")
        await shown.write("zebra")
        assert "nothing found" in shown.text
        assert "0 hits" in shown.strip_of("#search-title")
        await shown.press("enter", "escape")
        assert shown.kind == "LiveScreen"


async def test_letters_typed_into_a_search_trigger_no_action(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("ctrl+f")
        await shown.write("q1t?")
        assert shown.kind == "SearchScreen"
        assert shown.app.theme == "ppp-dark"
        await shown.press("escape", "slash")
        await shown.write("q2")
        assert shown.kind == "LiveScreen"


async def test_the_screen_is_written_as_a_private_picture(path: Path, tmp_path: Path) -> None:
    async with dashboard(ports_of(path, exports=tmp_path / "out")) as shown:
        await shown.press("ctrl+s")
        target = tmp_path / "out" / "ppp-tui-live-2026-11-20-120000.svg"
        assert shown.notices() == [f"Picture written to {target}"]
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        assert "OAuth" in target.read_text(encoding="utf-8")


async def test_screen_is_restyled_on_return_only_after_a_theme_change(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    restyled: list[str] = []
    restyle = GuardedScreen.update_node_styles

    def counted(node: GuardedScreen, animate: bool = True) -> None:
        restyled.append(type(node).__name__)
        restyle(node, animate)

    async with dashboard(ports_of(path, screen={"theme": "ppp-light"})) as shown:
        await shown.press("2")
        light = shown.app.screen._compositor.render_strips()
    async with dashboard(ports_of(path)) as shown:
        await shown.press("2", "1")
        monkeypatch.setattr(GuardedScreen, "update_node_styles", counted)
        await shown.press("2")
        dark = shown.app.screen._compositor.render_strips()
        await shown.press("1")
        assert restyled == []
        shown.app.theme = "ppp-light"
        await shown.press("2")
        assert restyled == ["SessionsScreen"]
        assert shown.app.screen._compositor.render_strips() == light != dark


async def test_closed_screen_leaves_no_cached_drawing(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("2", "enter")
        drawn = weakref.ref(shown.app.screen._styles_cache)
        await shown.press("escape")
        gc.collect()
        assert (shown.kind, drawn()) == ("SessionsScreen", None)


async def test_t_cycles_through_all_themes(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        seen = []
        names = shown.app.theme_library.names()
        for _ in names:
            await shown.press("t")
            seen.append(shown.app.theme)
        assert sorted(seen) == sorted(names)
        assert len(names) == 12
        assert seen[-1] == "ppp-dark"


async def test_the_palette_finds_actions_and_sessions(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("ctrl+p")
        await shown.write("Sessions")
        await shown.press("enter")
        assert shown.kind == "SessionsScreen"
        await shown.press("ctrl+p")
        await shown.write("migrations")
        await shown.press("enter")
        assert "Write the migrations" in shown.strip_of("#trajectory-title")


async def test_the_palette_finds_sessions_of_long_ago_and_shows_keys(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("ctrl+p")
        await shown.write("find all")
        assert "find all  ^f" in shown.text
        await shown.press("escape", "ctrl+p")
        await shown.write("infra tidy")
        await shown.press("enter")
        assert "infra" in shown.strip_of("#trajectory-title")


async def test_palette_picks_no_letters_out_of_sentences(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("ctrl+p")
        # Its letters stand in this order in what is said of Code.
        await shown.write("gradient")
        assert "How large the projects are" not in shown.text
        await shown.press("escape", "ctrl+p")
        await shown.write("large projects")
        assert "How large the projects are" in shown.text


async def test_tab_completes_fields_and_values_and_arrows_bring_back_what_was_typed(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("2", "colon")
        line = shown.app.screen.query_one(CommandLine)
        await shown.write("agent:co")
        assert "agent:codex" in shown.text
        await shown.press("tab", "enter")
        assert line.text == "agent:codex"
        assert "filter agent:codex" in shown.strip_of("#sessions-title")
        await shown.press("escape", "1", "colon", "up")
        assert shown.app.screen.query_one(CommandLine).text == "agent:codex"


async def test_editor_reports_a_terminal_that_cannot_be_suspended(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, None))) as shown:
        await shown.press("o")
        assert shown.notices() == ["This terminal cannot be lent to an editor."]


async def test_q_leaves(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.pilot.press("q")
        await shown.pilot.pause()
        assert not shown.app.is_running


async def test_ctrl_c_says_how_to_leave(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("ctrl+c")
        assert shown.notices() == ["q leaves; to copy text, hold Shift while you select it with the mouse."]


@pytest.mark.parametrize("theme", ["ppp-dark", "ppp-16", "ppp-mono"])
async def test_what_lies_below_a_dialog_stays_in_sight_around_it(path: Path, theme: str) -> None:
    async with dashboard(ports_of(path, screen={"theme": theme})) as shown:
        await shown.press("2")
        below = shown.lines()
        await shown.press("T")
        assert shown.kind == "ThemePicker"
        around = shown.lines()
        assert around[:5] == below[:5]
        assert around[-4:] == below[-4:]


async def test_the_picker_shows_each_theme_at_once_and_escape_brings_back_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "evening.toml").write_text(
        'background = "#202020"\nforeground = "#eeeeee"\naccent = "#88aaff"\n', encoding="utf-8"
    )
    async with dashboard(ports_of(write_database(tmp_path / "data"), themes=tmp_path)) as shown:
        await shown.press("T")
        assert shown.kind == "ThemePicker"
        await shown.press("down")
        assert shown.app.theme == "ppp-light"
        assert '[screen] theme = "ppp-light"' in shown.text
        await shown.press("escape")
        assert shown.app.theme == "ppp-dark"
        await shown.press("T", "G", "enter")
        assert (shown.kind, shown.app.theme) == ("LiveScreen", "user:evening")


async def test_picker_reports_a_wrong_theme_file(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('background = "blue"', encoding="utf-8")
    async with dashboard(ports_of(write_database(tmp_path / "data"), themes=tmp_path)) as shown:
        await shown.press("T")
        assert any("bad.toml: foreground is missing" in notice for notice in shown.notices())
