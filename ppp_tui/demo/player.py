"""Plays the stories: history at once, then every beat at its moment, and from the beginning again when all are told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Event

from ppp_tui.demo.history import history
from ppp_tui.demo.script import Beat
from ppp_tui.demo.stories import LENGTH_S, STORIES
from ppp_tui.model.clock import Clock, to_text


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
        beats = sorted(history(self.home, self.start_ms), key=lambda beat: beat.at_ms)
        for beat in beats:
            append(beat)
        for path in {beat.path for beat in beats}:
            newest = max(beat.at_ms for beat in beats if beat.path == path) / 1000
            os.utime(path, (newest, newest))
        return len({beat.path for beat in beats})

    def beats(self, rounds: int = 1) -> list[Beat]:
        """All beats of so many rounds, in order; each round has sessions of its own."""
        told = [
            beat
            for number in range(rounds)
            for story in STORIES
            for beat in story(self.home, self.start_ms + number * LENGTH_S * 1000, f"round{number}")
        ]
        return sorted(told, key=lambda beat: (beat.at_ms, str(beat.path)))

    def play_until(self, at_ms: int) -> int:
        """Write at once all that happens up to a moment; returns how many beats that were."""
        rounds = max(1, (at_ms - self.start_ms) // (LENGTH_S * 1000) + 1)
        due = [beat for beat in self.beats(rounds) if beat.at_ms <= at_ms]
        for beat in due:
            append(beat)
        return len(due)

    def play(self, clock: Clock, stop: Event) -> None:
        """Write every beat at its moment until told to stop. Beats are dated by when they are written."""
        began_ms = clock.now_ms()
        number = 0
        while not stop.is_set():
            offset_ms = number * LENGTH_S * 1000
            for beat in self._round(number, began_ms + round(offset_ms / self.speed)):
                while (left_ms := beat.at_ms - clock.now_ms()) > 0:
                    if stop.wait(left_ms / 1000):
                        return
                append(beat)
            number += 1

    def _round(self, number: int, start_ms: int) -> Iterator[Beat]:
        """A round's beats with its times pressed together by the speed."""
        told = [beat for story in STORIES for beat in story(self.home, start_ms, f"round{number}")]
        if self.speed != 1.0:
            told = [_pressed(beat, start_ms, self.speed) for beat in told]
        yield from sorted(told, key=lambda beat: (beat.at_ms, str(beat.path)))


def append(beat: Beat) -> None:
    """Append a beat's bytes, in private files and folders as agents make them."""
    beat.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(beat.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        os.write(descriptor, beat.content)
    finally:
        os.close(descriptor)


def _pressed(beat: Beat, start_ms: int, speed: float) -> Beat:
    """The beat at its moment when everything goes faster, its own timestamp with it."""
    at_ms = start_ms + round((beat.at_ms - start_ms) / speed)
    old = to_text(beat.at_ms).replace(" ", "T").encode() + b"Z"
    new = to_text(at_ms).replace(" ", "T").encode() + b"Z"
    return Beat(at_ms, beat.path, beat.content.replace(old, new))
