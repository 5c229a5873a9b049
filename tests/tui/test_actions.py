"""The registry of actions: bindings, keys from the settings, and what is wrong with them."""

from __future__ import annotations

import pytest

from ppp_tui.tui.action_table import ACTIONS
from ppp_tui.tui.actions import UnknownActionError, actions_for, bindings_for, clashes, keymap
from ppp_tui.tui.app import PppApp
from ppp_tui.tui.base_screen import PppScreen
from ppp_tui.tui.keys import key_name, key_names, shown
from ppp_tui.tui.screens.live import LiveScreen
from ppp_tui.tui.screens.registry import KINDS, MAIN_SCREENS, ScreenEntry, load_screen
from ppp_tui.tui.screens.sessions import SessionsScreen
from ppp_tui.tui.screens.trajectory import TrajectoryScreen


@pytest.mark.parametrize("kind", KINDS)
def test_no_key_means_two_things_on_a_screen(kind: str) -> None:
    keys = [key for action in actions_for(kind) for key in action.keys.split(",")]
    assert sorted({key for key in keys if keys.count(key) > 1}) == []


def test_action_names_are_unique() -> None:
    names = [action.name for action in ACTIONS]
    assert [name for name in names if names.count(name) > 1] == []


@pytest.mark.parametrize(
    ("screen", "kind"), [(LiveScreen, "live"), (SessionsScreen, "sessions"), (TrajectoryScreen, "trajectory")]
)
def test_every_action_of_a_screen_is_carried_out_by_it(screen: type[object], kind: str) -> None:
    missing = [
        action.name
        for action in actions_for(kind)
        if action.owner == "screen" and not action.does and not hasattr(screen, f"action_{action.name}")
    ]
    assert missing == []


def test_actions_name_existing_screens() -> None:
    assert {kind for action in ACTIONS for kind in action.screens} - set(KINDS) == set()


@pytest.mark.parametrize("entry", MAIN_SCREENS)
def test_every_row_of_the_table_of_screens_leads_to_a_screen_that_knows_its_name(entry: ScreenEntry) -> None:
    screen = load_screen(entry)
    assert isinstance(screen, PppScreen)
    assert (screen.KIND, entry.kind in PppApp.MODES) == (entry.kind, True)


def test_number_keys_are_those_of_the_table_of_screens() -> None:
    numbers = {action.keys: action.name for action in ACTIONS if action.keys.isdigit()}
    assert numbers == {
        "1": "go_live",
        "2": "go_sessions",
        "3": "go_compare",
        "4": "go_consensus",
        "5": "go_usage",
        "6": "go_quality",
        "7": "go_code",
        "8": "go_insights",
        "9": "go_doors",
    }


def test_a_binding_carries_what_footer_help_and_settings_need() -> None:
    binding = next(binding for binding in bindings_for("live") if binding.id == "next_needing")
    assert (binding.key, binding.action, binding.description, binding.show, binding.tooltip) == (
        "n",
        "next_needing",
        "needs me",
        True,
        "To the next session that waits for you",
    )


def test_keys_from_settings_get_textuals_names() -> None:
    assert keymap({"quit": "Ctrl+Q", "help": "?,F1", "table.down": "down"}) == {
        "quit": "ctrl+q",
        "help": "question_mark,f1",
        "table.down": "down",
    }


def test_unknown_action_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UnknownActionError, match=r"keys: there is no action next_neding; did you mean next_needing\?"):
        keymap({"next_neding": "n"})


@pytest.mark.parametrize("written", ["", "ctrl-q", "hallo", "a,", "ctrl+", "ctrl+ctrl+a", "q q"])
def test_invalid_key_is_refused(written: str) -> None:
    with pytest.raises(UnknownActionError, match=r"keys: quit = .* is no key"):
        keymap({"quit": written})


def test_key_of_two_actions_is_reported_as_a_clash() -> None:
    assert clashes({"next_theme": "q"}) == ["keys: q is both next_theme and quit; give one of them another key"]


def test_swapped_keys_do_not_clash() -> None:
    assert clashes({"next_theme": "q", "quit": "t"}) == []


def test_the_same_key_on_different_screens_does_not_clash() -> None:
    assert clashes({"filter_group": "r"}) == []


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("?", "question_mark"),
        ("/", "slash"),
        ("N", "N"),
        ("esc", "escape"),
        ("Return", "enter"),
        ("PgDn", "pagedown"),
        ("+", "plus"),
        ("ctrl++", "ctrl+plus"),
        ("Control+P", "ctrl+p"),
        ("shift+ctrl+f5", "ctrl+shift+f5"),
        (",", "comma"),
        ("ctrl+N", "ctrl+n"),
        ("slash", "slash"),
        ("é", "é"),
        (" space ", "space"),
    ],
)
def test_common_spellings_of_keys_are_accepted(written: str, name: str) -> None:
    assert key_name(written) == name


def test_several_keys_are_separated_by_commas() -> None:
    assert key_names("up, k") == ["up", "k"]
    assert key_names(",") == ["comma"]
    assert key_names("up,,k") is None


def test_keys_are_shown_as_signs() -> None:
    assert shown("slash,ctrl+p,question_mark,f5,alt+enter,escape,N") == "/ ^p ? F5 Alt+↵ Esc N"
