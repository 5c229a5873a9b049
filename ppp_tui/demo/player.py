"""Plays the stories: history at once, then every beat at its moment, and from the beginning again when all are told."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import count, takewhile
from pathlib import Path
from threading import Event

from ppp_tui.demo.history import history
from ppp_tui.demo.stories import LENGTH_S, STORIES
from ppp_tui.demo.story import Beat, Stage
from ppp_tui.model.clock import Clock


class Demo:
    """Invented agents in a home of their own."""

    def __init__(self, home: Path, start_ms: int, speed: float = 1.0) -> None:
        """Play in `home` from `start_ms` on, so many times faster than life. Raises ValueError unless speed > 0."""
        if not speed > 0:
            raise ValueError(f"a demo cannot play at {speed} times its speed")
        self.home = home
        self.start_ms = start_ms
        self.speed = speed

    def write_history(self) -> int:
        """Write all that lies in the past; returns how many files there are."""
        return write_at_once(sorted(history(self.home, self.start_ms), key=lambda beat: beat.at_ms))

    def play_until(self, at_ms: int) -> int:
        """Write at once all that happens up to a moment; returns how many beats that were."""
        due = list(takewhile(lambda beat: beat.at_ms <= at_ms, self.beats()))
        write_at_once(due)
        return len(due)

    def play(self, clock: Clock, stop: Event) -> None:
        """Write every beat at its moment until told to stop."""
        for beat in self.beats():
            while (left_ms := beat.at_ms - clock.now_ms()) > 0:
                if stop.wait(left_ms / 1000):
                    return
            append(beat)

    def beats(self) -> Iterator[Beat]:
        """Return every beat in order, without an end: the end of one round overlaps with the beginning of the next."""
        pending: list[Beat] = []
        for number in count():
            pending = sorted([*pending, *self._round(number)], key=lambda beat: (beat.at_ms, str(beat.path)))
            next_ms = self._start_ms(number + 1)
            yield from (beat for beat in pending if beat.at_ms < next_ms)
            pending = [beat for beat in pending if beat.at_ms >= next_ms]

    def _start_ms(self, number: int) -> int:
        return self.start_ms + round(number * LENGTH_S * 1000 / self.speed)

    def _round(self, number: int) -> list[Beat]:
        """Return all stories once, each round with sessions of its own; those of the first one have a past."""
        stage = Stage(self.home, self._start_ms(number), f"round{number}", self.speed, has_past=number == 0)
        return [beat for story in STORIES for beat in story(stage)]


def write_at_once(beats: Sequence[Beat]) -> int:
    """Write beats in their order, each file with the time of its last one; returns how many files there are."""
    newest: dict[Path, int] = {}
    for beat in beats:
        append(beat)
        newest[beat.path] = max(beat.at_ms, newest.get(beat.path, 0))
    for path, at_ms in newest.items():
        os.utime(path, (at_ms / 1000, at_ms / 1000))
    return len(newest)


def append(beat: Beat) -> None:
    """Append a beat's bytes, in private files and folders as agents make them."""
    beat.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(beat.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        os.write(descriptor, beat.content)
    finally:
        os.close(descriptor)
