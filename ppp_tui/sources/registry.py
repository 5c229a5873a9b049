"""Looks sources up by name: those of the package, and those that other packages install. Importing waits for first use.

An installed source that cannot be used is left out, and `source_problems` says why.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module

from ppp_tui.settings.source_names import ALL, BUILTIN, STATING, installed_sources, source_names
from ppp_tui.sources.source import Source, reads_lines, reads_tables


class SourceUnusableError(LookupError):
    """An installed source cannot be used; the message says why."""


@cache
def source(name: str) -> Source:
    """Return the source of that name. Raises KeyError if there is none, SourceUnusableError if it cannot be used."""
    if name in BUILTIN:
        builtin: Source = import_module(f"ppp_tui.sources.{name}").SOURCE
        return builtin
    entry_point = installed_sources().entry_points[name]
    try:
        made = entry_point.load()
    except (Exception, SystemExit) as error:
        raise SourceUnusableError(f"{entry_point.value} cannot be loaded ({type(error).__name__})") from error
    if not isinstance(made, Source) or not (reads_lines(made) or reads_tables(made)):
        raise SourceUnusableError(f"{entry_point.value} lacks methods that a source needs")
    if made.name != name:
        raise SourceUnusableError(f"{entry_point.value} calls itself {made.name!r}")
    return made


def find_source(name: str) -> Source | None:
    """Return the source of that name, None if there is none or it cannot be used."""
    try:
        return source(name)
    except LookupError:
        return None


def usable_sources(names: Iterable[str]) -> list[Source]:
    """Return the sources of these names that can be used; `ALL` among them stands for every source."""
    wanted = dict.fromkeys(each for name in names for each in (source_names() if name == ALL else (name,)))
    return [usable for name in wanted if (usable := find_source(name)) is not None]


def source_problems() -> list[str]:
    """Return a sentence for each source of another package that cannot be used."""
    problems = list(installed_sources().problems)
    for name in installed_sources().entry_points:
        try:
            source(name)
        except SourceUnusableError as error:
            problems.append(f"The source {name} is left out: {error}.")
    return problems


@cache
def is_recorded(name: str, fact: str) -> bool:
    """Return whether a source's format records a fact, a field of `Capabilities`; True for names that are no source."""
    asked = find_source(name) if name else None
    return asked is None or bool(getattr(asked.capabilities, fact))


def failed_requests(name: str, recorded: int) -> int | None:
    """Return how many requests of a model failed; None if none is recorded and the source does not record failures."""
    return recorded if recorded or (name not in STATING and is_recorded(name, "retries")) else None


@cache
def provider_of(name: str) -> str:
    """Return the provider of the models that a source's agent uses unless records say otherwise; '' if unknown."""
    asked = find_source(name) if name else None
    return "" if asked is None else asked.provider
