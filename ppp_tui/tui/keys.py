"""Names of keys: as users write them, as Textual names them, as they are shown. Pure."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_PLACES = {
    "escape": "Esc",
    "enter": "↵",
    "space": "space",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "delete": "Del",
    "insert": "Ins",
    "backspace": "⌫",
}
"""Keys without a character of their own, and how they are shown."""

_ALIASES = {
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "control": "ctrl",
    "cmd": "super",
    "option": "alt",
}
"""Other names of keys."""

_TEXTUAL = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""Characters that Textual names otherwise than Unicode does."""

_MODIFIERS = ("ctrl", "alt", "shift", "super", "hyper", "meta")
_FUNCTION_KEYS = frozenset(f"f{number}" for number in range(1, 25))


@lru_cache(maxsize=256)
def _character_names() -> dict[str, str]:
    names = {}
    for code in range(0x21, 0x7F):
        character = chr(code)
        if not character.isalnum():
            name = unicodedata.name(character).lower().replace("-", "_").replace(" ", "_")
            names[character] = _TEXTUAL.get(name, name)
    return names


def key_name(written: str) -> str | None:
    """Return Textual's name of a key as users write it (``?``, ``Ctrl+Q``, ``esc``, ``F5``); None if it is no key."""
    text = written.strip()
    *modifiers, last = text.split("+") if text not in ("+", "") and not text.endswith("++") else [text]
    if text.endswith("++"):
        modifiers, last = text[:-2].split("+"), "+"
    held = [_ALIASES.get(modifier.strip().lower(), modifier.strip().lower()) for modifier in modifiers]
    base = _base_name(last.strip(), has_modifier=bool(held))
    if base is None or any(modifier not in _MODIFIERS for modifier in held) or len(set(held)) < len(held):
        return None
    return "+".join([*(modifier for modifier in _MODIFIERS if modifier in held), base])


def _base_name(written: str, *, has_modifier: bool) -> str | None:
    if len(written) == 1:
        if has_modifier and written.isascii():
            written = written.lower()
        named = _character_names().get(written, written)
        return named if named != written or written.isalnum() else None
    name = _ALIASES.get(written.lower(), written.lower())
    if name in _PLACES or name in _FUNCTION_KEYS or name in _character_names().values():
        return name
    return None


def key_names(written: str) -> list[str] | None:
    """Return Textual's names of several keys, separated by commas; None if one of them is no key."""
    parts = [","] if written.strip() == "," else written.split(",")
    textual_names = [key_name(part) for part in parts]
    return None if not textual_names or None in textual_names else [name for name in textual_names if name is not None]


def shown(keys: str) -> str:
    """Return keys as they are shown: ``slash`` is ``/``, ``ctrl+p`` is ``^p``; several are separated by a space."""
    return " ".join(_shown(key.strip()) for key in keys.split(","))


def _shown(key: str) -> str:
    if key in _PLACES:
        return _PLACES[key]
    *held, base = key.split("+")
    sign = next((character for character, name in _character_names().items() if name == base), _PLACES.get(base, base))
    if held == ["ctrl"]:
        return f"^{sign}"
    return "+".join([*(modifier.capitalize() for modifier in held), sign.upper() if base in _FUNCTION_KEYS else sign])
