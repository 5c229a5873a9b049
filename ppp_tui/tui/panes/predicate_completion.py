"""Completion of a typed predicate: names of fields, and values of fields from the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from ppp_tui.model.live import StateName
from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.query.sessions.filters import FIELDS
from ppp_tui.text.sanitize import plain

GROUPS = ("needs-you", "finished", "working", "stuck", "idle")
"""Groups of states, as predicates name them."""

MAX_COMPLETIONS = 8
"""Maximum of completions that are shown."""

_SPACE_OUTSIDE_QUOTES = lazy_pattern(r'\s(?=(?:[^"]*"[^"]*")*[^"]*\Z)')
_VALUE_OF = lazy_pattern(r'(-?)([A-Za-z_]+)([:=])("?)(.*)\Z')
_SIGNS = {"text": ":", "state": ":", "number": ">", "age": "<", "time": ":"}


def completions(text: str, values: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the lines that `text` can be completed to; its last word is the beginning of a field or a value."""
    start = max((matched.end() for matched in _SPACE_OUTSIDE_QUOTES.finditer(text)), default=0)
    before, word = text[:start], text[start:]
    written = _VALUE_OF.match(word)
    if written is None:
        minus, name = ("-", word[1:]) if word.startswith("-") else ("", word)
        if not name:
            return []
        names = [field for field in FIELDS if field.name.startswith(name.lower())]
        return [f"{before}{minus}{field.name}{_SIGNS[field.kind]}" for field in names][:MAX_COMPLETIONS]
    minus, name, sign, _, begun = written.groups()
    offered = (*GROUPS, *get_args(StateName)) if name.lower() == "state" else values.get(name.lower(), ())
    begins = [value for value in offered if value.casefold().startswith(begun.casefold())]
    holds = [value for value in offered if begun.casefold() in value.casefold() and value not in begins]
    wanted = [value for value in (*begins, *holds) if value.casefold() != begun.casefold()]
    return [f"{before}{minus}{name}{sign}{_quoted(value)}" for value in wanted][:MAX_COMPLETIONS]


class PredicateCompleter:
    """Completes typed predicates with values from the database."""

    def __init__(self, values: Mapping[str, Sequence[str]]) -> None:
        """Complete with `values` of text fields, by the field's name."""
        self._values = values

    def complete(self, text: str) -> list[str]:
        """Return the lines that `text` can be completed to, the likeliest first."""
        return completions(text, self._values)

    def hint(self, text: str) -> str:
        """Return the last words of these lines."""
        start = max((matched.end() for matched in _SPACE_OUTSIDE_QUOTES.finditer(text)), default=0)
        return "  ".join(plain(line[start:]) for line in self.complete(text))


def _quoted(value: str) -> str:
    return f'"{value}"' if any(character.isspace() for character in value) else value
