"""Patterns that are compiled at their first use: a short command uses few of hundreds."""

from __future__ import annotations

import re
from typing import Any, cast
from weakref import WeakSet


class _LazyPattern:
    """A proxy of a compiled pattern; each of its methods is looked up once."""

    def __init__(self, text: str, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, value)
        return value


_patterns: WeakSet[_LazyPattern] = WeakSet()


def compile_patterns() -> None:
    """Compile all lazy patterns, before processes are forked that would each do so."""
    for pattern in list(_patterns):
        _ = pattern.search


def lazy_pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """Return a pattern that behaves as the compiled one. Raises re.error at its first use if `text` is invalid."""
    pattern = _LazyPattern(text, flags)
    _patterns.add(pattern)
    return cast("re.Pattern[str]", pattern)
