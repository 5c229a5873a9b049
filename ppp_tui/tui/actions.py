"""Bindings, footer, help, palette and keys from the settings, all derived from the table of actions."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from functools import cache

from textual.binding import Binding

from ppp_tui.tui.action_table import ACTIONS, Action
from ppp_tui.tui.keys import key_names, shown
from ppp_tui.tui.screens.registry import KINDS


class UnknownActionError(Exception):
    """Raised for keys in the settings that belong to no action or are no keys; the message says which."""


_BY_NAME = {action.name: action for action in ACTIONS}


def bindings_for(screen: str) -> list[Binding]:
    """Return the bindings of a screen."""
    return [_binding(action) for action in actions_for(screen) if action.owner == "screen"]


def app_bindings() -> list[Binding]:
    """Return the app's own bindings, which apply on every screen and dialog."""
    return [_binding(action) for action in ACTIONS if action.owner == "app"]


def _binding(action: Action) -> Binding:
    return Binding(
        action.keys,
        action.does or action.name,
        action.label,
        show=action.in_footer,
        id=action.name,
        tooltip=action.help,
    )


def actions_for(screen: str) -> list[Action]:
    """Return the actions of a screen."""
    return [action for action in ACTIONS if not action.screens or screen in action.screens]


_own_keys: dict[str, str] = {}
"""Keys from the settings by action, for `key_of`."""


@cache
def key_of(name: str) -> str:
    """Return the key of an action as it is shown: the user's own, or the one of the table."""
    return shown(_own_keys.get(name, _BY_NAME[name].keys))


def name_keys(own_keys: Mapping[str, str]) -> None:
    """Let `key_of` return these keys, as `keymap` returns them, for the actions that have any."""
    _own_keys.clear()
    _own_keys.update(own_keys)
    key_of.cache_clear()


def keymap(overrides: Mapping[str, str]) -> dict[str, str]:
    """Return keys from the settings as Textual's keymap.

    Raises UnknownActionError for an action that does not exist and for what is no key.
    """
    textual_keys = {}
    for name, written in overrides.items():
        if name not in _BY_NAME:
            near = difflib.get_close_matches(name, _BY_NAME, 1)
            hint = f"did you mean {near[0]}?" if near else f"there is {', '.join(_BY_NAME)}"
            raise UnknownActionError(f"keys: there is no action {name}; {hint}")
        keys = key_names(written)
        if keys is None:
            raise UnknownActionError(f"keys: {name} = {written!r} is no key; write it like q, ?, f5, ctrl+s or up,k")
        textual_keys[name] = ",".join(keys)
    return textual_keys


def clashes(overrides: Mapping[str, str]) -> list[str]:
    """Return a sentence for each key in the settings that two actions on one screen have."""
    own_keys = keymap(overrides)
    return list(dict.fromkeys(sentence for kind in KINDS for sentence in _clashes_on(kind, own_keys)))


def _clashes_on(kind: str, own_keys: Mapping[str, str]) -> Iterator[str]:
    taken: dict[str, Action] = {}
    for action in actions_for(kind):
        for key in own_keys.get(action.name, action.keys).split(","):
            other = taken.setdefault(key, action)
            if other is not action and {action.name, other.name} & own_keys.keys():
                yield f"keys: {shown(key)} is both {other.name} and {action.name}; give one of them another key"
