"""The player: history at once, each beat at its moment, one round after the other, in private files."""

from __future__ import annotations

import itertools
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.demo import Demo
from ppp_tui.demo import player as module
from ppp_tui.demo.codebases import PROJECTS, write_codebases
from ppp_tui.demo.history import SESSIONS
from ppp_tui.demo.stories import LENGTH_S
from ppp_tui.demo.story import Beat
from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.model.clock import FrozenClock
from ppp_tui.store.verify import dump
from ppp_tui.store.write import Writer
from tests.demo.scene import START_MS


def test_a_speed_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    for speed in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="a demo cannot play at"):
            Demo(tmp_path, START_MS, speed)


def test_history_is_written_at_once_and_looks_its_age(tmp_path: Path) -> None:
    written = Demo(tmp_path, START_MS).write_history()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == written > SESSIONS, "sub-agents have files of their own"
    assert max(path.stat().st_mtime for path in files) < START_MS / 1000
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert {stat.S_IMODE(path.parent.stat().st_mode) for path in files} == {0o700}


def test_rounds_follow_each_other_without_end_and_in_order() -> None:
    demo = Demo(Path("/home/demo"), START_MS, 2.0)
    beats = list(itertools.takewhile(lambda beat: beat.at_ms < START_MS + 2 * LENGTH_S * 1000, demo.beats()))
    assert [beat.at_ms for beat in beats] == sorted(beat.at_ms for beat in beats)
    firsts = {path: next(beat.at_ms for beat in beats if beat.path == path) for path in {beat.path for beat in beats}}
    # Two minutes of life in one: four rounds begin, the first of each story's sessions with it.
    begun = sorted(at for path, at in firsts.items() if "-shop" in str(path) and "subagents" not in str(path))
    # The first one has been at work before.
    assert begun[0] < START_MS - 30 * 60_000
    assert begun[1:] == [START_MS + number * LENGTH_S * 500 for number in range(1, 4)]


def test_playing_up_to_a_moment_writes_all_that_happened_by_then(tmp_path: Path) -> None:
    whole, parts = Demo(tmp_path / "a", START_MS), Demo(tmp_path / "a", START_MS)
    due = list(itertools.takewhile(lambda beat: beat.at_ms <= START_MS + 60_000, parts.beats()))
    assert whole.play_until(START_MS + 60_000) == len(due) > 50
    written = {path: path.read_bytes() for path in (tmp_path / "a").rglob("*") if path.is_file()}
    assert written == {
        path: b"".join(beat.content for beat in due if beat.path == path) for path in {beat.path for beat in due}
    }


class Moments:
    """A clock that goes on by what its stop waits for."""

    def __init__(self) -> None:
        self.at_ms = START_MS
        self.waits: list[float] = []

    def now_ms(self) -> int:
        return self.at_ms


class Stop(threading.Event):
    """Told to stop after some waits; each moves the clock instead of taking time."""

    def __init__(self, clock: Moments, most: int) -> None:
        super().__init__()
        self._clock = clock
        self._most = most

    def wait(self, timeout: float | None = None) -> bool:
        self._clock.waits.append(timeout or 0.0)
        self._clock.at_ms += round((timeout or 0.0) * 1000)
        return len(self._clock.waits) > self._most


def test_beats_are_played_at_their_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Moments()
    played: list[tuple[int, Beat]] = []
    monkeypatch.setattr(module, "append", lambda beat: played.append((clock.at_ms, beat)))
    Demo(Path("/home/demo"), START_MS).play(clock, Stop(clock, 40))
    assert len(played) > 40
    # The past of the first round is there when the demo begins.
    assert all(at == max(START_MS, beat.at_ms) for at, beat in played)
    assert played[-1][0] > START_MS


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    target = tmp_path / "mine"
    target.write_text("mine")
    (tmp_path / "s.jsonl").symlink_to(target)
    with pytest.raises(OSError, match="symbolic link"):
        module.append(Beat(0, tmp_path / "s.jsonl", b"theirs"))
    assert target.read_text() == "mine"


@pytest.mark.slow
def test_the_whole_pipeline_reads_the_demo_and_two_demos_give_one_database(tmp_path: Path) -> None:
    dumps = []
    for name in ("a", "b"):
        home = tmp_path / name / "home"
        demo = Demo(home, START_MS)
        demo.write_history()
        demo.play_until(START_MS + (LENGTH_S + 15) * 1000)
        database = tmp_path / name / "archive.db"
        writer = Writer(database)
        options = IngestOptions(database, ("claude_code", "codex"))
        Pipeline(writer, options, FrozenClock(START_MS + LENGTH_S * 1000), {}, home).run(follow=False)
        ask = writer._connection.execute
        assert ask("SELECT DISTINCT health FROM source_files").fetchall() == [("ok",)]
        assert ask("SELECT name, count FROM unknown_records").fetchall() == [("telepathy", 1)]
        assert ask("SELECT kind FROM source_news").fetchall() == [("torn",)]
        children = "SELECT count(*) FROM trajectories WHERE parent_id IS NOT NULL"
        assert ask(children).fetchone()[0] >= 2
        assert ask(
            "SELECT count(*) FROM trajectories WHERE parent_native_id <> '' AND parent_id IS NULL"
        ).fetchone() == (0,)
        assert ask("SELECT sum(unpriced_requests) FROM trajectory_summaries").fetchone() == (0,)
        dumps.append([line.replace(str(home), "HOME") for line in dump(writer._connection)])
        writer.close()
    assert dumps[0] == dumps[1]


def test_codebases_of_the_demo_are_counted_and_the_same_each_time(tmp_path: Path) -> None:
    sums = []
    for name in ("a", "b"):
        write_codebases(tmp_path / name / "archive.db", START_MS)
        with closing(sqlite3.connect(tmp_path / name / "archive.db")) as connection:
            sums.append(connection.execute("SELECT project, files, code, tokens FROM codebases ORDER BY id").fetchall())
    assert sums[0] == sums[1]
    assert [project for project, *_ in sums[0]] == [f"/home/dev/{name}" for name in PROJECTS]
    assert all(files > 50 and code > 1000 and tokens > 0 for _, files, code, tokens in sums[0])
