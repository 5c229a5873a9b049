"""What a value must be: each rule takes what a layer says and gives what the program uses, or says what is wanted.

Written by hand because settings are read before anything shows: a validation library would take longer to import than
all else up to the first picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol


class Surroundings(NamedTuple):
    """What paths in settings are relative to."""

    home: Path
    archive: Path
    """Stands for an empty `archive.path`."""


class WrongValueError(ValueError):
    """A value that a rule refuses; the message goes on from the value: ``must be true or false``."""

    def __init__(self, value: object, wanted: str, allowed: Sequence[str] = ()) -> None:
        """`allowed` lists the words among which one may have been meant."""
        super().__init__(wanted)
        self.value = value
        self.wanted = wanted
        self.allowed = allowed


class Rule(Protocol):
    """What a setting must be."""

    def read(self, value: object, around: Surroundings) -> object:
        """The value as the program uses it. Raises WrongValueError."""
        ...


class Truth(NamedTuple):
    """True or false."""

    def read(self, value: object, around: Surroundings) -> bool:
        """See `Rule.read`."""
        del around
        if not isinstance(value, bool):
            raise WrongValueError(value, "must be true or false")
        return value


class Whole(NamedTuple):
    """A whole number within limits."""

    least: int
    most: int

    def read(self, value: object, around: Surroundings) -> int:
        """See `Rule.read`."""
        del around
        if isinstance(value, bool) or not isinstance(value, int) or not self.least <= value <= self.most:
            raise WrongValueError(value, f"must be a whole number from {self.least} to {self.most}")
        return value


class Number(NamedTuple):
    """A number within limits."""

    least: float
    most: float

    def read(self, value: object, around: Surroundings) -> float:
        """See `Rule.read`."""
        del around
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if not is_number or not isinstance(value, int | float) or not self.least <= value <= self.most:
            raise WrongValueError(value, f"must be a number from {self.least:g} to {self.most:g}")
        return float(value)


class Text(NamedTuple):
    """Any text."""

    def read(self, value: object, around: Surroundings) -> str:
        """See `Rule.read`."""
        del around
        if not isinstance(value, str):
            raise WrongValueError(value, "must be text in quotes")
        return value


class OneOf(NamedTuple):
    """One of some words."""

    words: tuple[str, ...]

    def read(self, value: object, around: Surroundings) -> str:
        """See `Rule.read`."""
        del around
        if not isinstance(value, str) or value not in self.words:
            raise WrongValueError(value, f"must be one of {', '.join(self.words)}", self.words)
        return value


class FullPath(NamedTuple):
    """A path that does not depend on where the program was started."""

    def read(self, value: object, around: Surroundings) -> Path:
        """See `Rule.read`."""
        if not isinstance(value, str):
            raise WrongValueError(value, "must be a path in quotes")
        if value == "~" or value.startswith("~/"):
            return around.home / value[2:]
        if not value.startswith("/") or "\0" in value:
            raise WrongValueError(value, "must be a full path, or begin with ~/")
        return Path(value)


class ArchivePath(NamedTuple):
    """The same; empty for the usual place."""

    def read(self, value: object, around: Surroundings) -> Path:
        """See `Rule.read`."""
        return around.archive if value == "" else FullPath().read(value, around)


class Several(NamedTuple):
    """A list, each entry of which keeps a rule."""

    rule: Rule

    def read(self, value: object, around: Surroundings) -> tuple[object, ...]:
        """See `Rule.read`."""
        if not isinstance(value, list):
            raise WrongValueError(value, "must be a list")
        return tuple(self.rule.read(entry, around) for entry in value)
