"""What is wrong with settings, said so that it can be put right: where it stands, what is allowed, what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ppp_tui.settings.layers import Entry, Key, Layer, variable
from ppp_tui.settings.rules import WrongValueError


class SettingsError(Exception):
    """The settings cannot be used; each problem is a sentence for the person."""

    def __init__(self, problems: Iterable[str]) -> None:
        """Keep the problems, and join them for the message."""
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def near(wrong: str, allowed: Iterable[str]) -> str:
    """`; did you mean …?` if something allowed, or its last word, is spelt like it, else ''."""
    # Imported here because it costs milliseconds, and nothing is wrong most of the time.
    from difflib import get_close_matches

    words = {word: name for name in allowed for word in (re.split(r"[.-]", name)[-1], name)}
    found = get_close_matches(wrong, list(words), n=1, cutoff=0.6)
    return f"; did you mean {words[found[0]]}?" if found else ""


def unknown_key(key: Key, entry: Entry, defaults: Layer) -> str:
    """The problem of a setting that is none."""
    known = [*(".".join(path) for path in defaults), *sections(defaults)]
    name = ".".join(key)
    is_variable = entry.origin.name == variable(key)
    section = [path for path in defaults if path[: len(key)] == key]
    if section:
        inside = ", ".join(path[-1] for path in section)
        return f"{entry.origin}: {name} is a section, not a setting; in it are {inside}."
    siblings = [path[-1] for path in defaults if path[:-1] == key[:-1]]
    if siblings and len(key) > 1:
        allowed = f"[{'.'.join(key[:-1])}] knows {', '.join(siblings)}"
    else:
        allowed = f"there are the sections {', '.join(sections(defaults))}"
    if is_variable:
        return sentence(f"{entry.origin} is no setting; {allowed}{near(entry.origin.name, map(variable, defaults))}")
    return sentence(f"{entry.origin}: {name} is no setting; {allowed}{near(name, known)}")


def sections(defaults: Layer) -> list[str]:
    """The names of the tables, each once, as a file writes them."""
    return [*dict.fromkeys(".".join(path[:-1]) for path in defaults), "keys"]


def wrong_value(key: Key, entry: Entry, error: WrongValueError) -> str:
    """The problem of a value that its rule refuses."""
    meant = near(str(error.value), error.allowed)
    return sentence(f"{entry.origin}: {'.'.join(key)} = {_shown(error.value)} {error.wanted}{meant}")


def contradiction(told: str, why: str, *entries: Entry) -> str:
    """The problem of settings that do not go together."""
    origins = dict.fromkeys(str(entry.origin) for entry in entries if not entry.origin.is_default)
    return sentence(f"{' and '.join(origins)}: {told}: {why}")


def _shown(value: object) -> str:
    """A value as a settings file would write it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def sentence(text: str) -> str:
    """Text with a full stop, unless it ends in a mark."""
    return text if text.endswith(("?", ".")) else f"{text}."
