"""When an app under a pilot has nothing left to do, known from its event loop instead of guessed from the processor.

Textual's own pilot sleeps in steps of a fiftieth of a second until the process is idle for one. That is most of the
time of a test, and an answer from a thread that a busy machine holds back comes after it.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import aiosqlite
import pytest
import textual.app
import textual.pilot
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot

QUIET_ROUNDS = 3
"""Rounds of the event loop without anything to do after which there is nothing left: a thread's answer takes two."""

RESIZE_S = 1 / 60
"""Twice as long as Textual waits for another size before it takes one."""

_answers: set[asyncio.Future[Any]] = set()
"""What threads have still to answer."""

_wrap_future = asyncio.wrap_future


def _awaited(
    future: concurrent.futures.Future[Any] | asyncio.Future[Any], *, loop: asyncio.AbstractEventLoop | None = None
) -> asyncio.Future[Any]:
    answer = _wrap_future(future, loop=loop)
    _answers.add(answer)
    answer.add_done_callback(_answers.discard)
    return answer


_executed = aiosqlite.Connection._execute


async def _execute(self: aiosqlite.Connection, *arguments: Any, **named: Any) -> Any:
    """Ask a reader, whose thread answers by a future that no wrapper knows."""
    answer = asyncio.get_running_loop().create_future()
    _answers.add(answer)
    try:
        return await _executed(self, *arguments, **named)  # type: ignore[no-untyped-call]
    finally:
        _answers.discard(answer)
        if not answer.done():
            answer.set_result(None)


async def until_still(min_sleep: float = 0, max_sleep: float = 1) -> None:
    """Wait until the event loop has nothing to do at once and no thread works for it, at most so many seconds."""
    loop = asyncio.get_running_loop()
    begin, rounds = loop.time(), 0
    while rounds < QUIET_ROUNDS and (left := begin + max_sleep - loop.time()) > 0:
        if answers := [answer for answer in _answers if answer.get_loop() is loop]:
            await asyncio.wait(answers, timeout=left)
        await asyncio.sleep(0)
        rounds = 0 if answers or loop._ready else rounds + 1  # type: ignore[attr-defined]


_paused = Pilot.pause


async def _pause(pilot: Pilot[Any], delay: float | None = None) -> None:
    """A new size is heard of a moment later, and what is drawn at the end of a pause may give rise to more."""
    await _paused(pilot, delay)
    if delay is not None:
        return
    if pilot.app._resize_timer is not None:
        await asyncio.sleep(RESIZE_S)
        await _paused(pilot)
    await until_still()


_pressed = Pilot.press


async def _press(pilot: Pilot[Any], *keys: str) -> None:
    """What the keys did is drawn, which takes a pilot of Textual's only as long as it happens to sleep."""
    await _pressed(pilot, *keys)
    await pilot.pause()


_rules: dict[tuple[object, ...], list[RuleSet]] = {}

_parse_rules = Stylesheet._parse_rules


def _parsed_once(
    self: Stylesheet,
    css: str,
    read_from: tuple[str, str],
    is_default_rules: bool = False,
    tie_breaker: int = 0,
    scope: str = "",
) -> list[RuleSet]:
    key = (css, read_from, is_default_rules, tie_breaker, scope, tuple(self._variables.items()))
    if key not in _rules:
        _rules[key] = _parse_rules(self, css, read_from, is_default_rules, tie_breaker, scope)
    return _rules[key]


@contextmanager
def quick_pilot() -> Iterator[None]:
    """Let pilots wait for stillness, and apps of one process parse each style sheet once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "wrap_future", _awaited)
        patch.setattr(asyncio.futures, "wrap_future", _awaited)
        patch.setattr(aiosqlite.Connection, "_execute", _execute)
        patch.setattr(textual.app, "wait_for_idle", until_still)
        patch.setattr(textual.pilot, "wait_for_idle", until_still)
        patch.setattr(Stylesheet, "_parse_rules", _parsed_once)
        patch.setattr(Pilot, "pause", _pause)
        patch.setattr(Pilot, "press", _press)
        yield
