"""What agents tell beside their session files becomes part of their sessions."""

from __future__ import annotations

from contextlib import closing

from ppp_tui.ingest.file_registry import FileRegistry
from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.presence import Presences
from ppp_tui.ingest.watch_roots import WatchRoots
from ppp_tui.model.event import AgentWaiting, MetadataLearned, SessionEnded
from ppp_tui.query.query import answer
from ppp_tui.query.sessions.live import live_sessions
from ppp_tui.store.write import Writer
from ppp_tui.store.writers.files import SourceFile
from tests.ingest.house import House
from tests.ingest.notes_source import DAY

NOW = DAY + 100_000


def tell(house: House, session: str, waits_for: str) -> None:
    (house.home / "here").mkdir(exist_ok=True)
    (house.home / "here" / session).write_text(waits_for)


def told(house: House) -> list[tuple[int, str, int, int]]:
    """Process, wait, and when the program was left, of every session."""
    writer = Writer(house.database)
    try:
        rows = answer(writer._connection, live_sessions(0))
    finally:
        writer.close()
    return [(row.facts.pid, row.facts.waits_for, row.facts.waits_at, row.facts.ended_at) for row in rows]


def test_a_session_knows_its_process_and_what_it_waits_for(house: House) -> None:
    house.write("a.note", {"prompt": "One"}, {"run": "k"})
    tell(house, "a", "permission prompt")
    house.ingest()
    assert told(house) == [(4242, "permission prompt", DAY + 99_000, 0)]


def test_what_is_appended_later_leaves_the_wait_to_the_program(house: House) -> None:
    house.write("a.note", {"prompt": "One"}, {"run": "k"})
    tell(house, "a", "permission prompt")
    house.ingest()
    house.append("a.note", {"end": "k"})
    tell(house, "a", "")
    house.ingest()
    assert told(house) == [(4242, "", DAY + 99_000, 0)]
    assert house.ask("SELECT status FROM steps") == [("ok",)]


def test_configured_folders_have_no_presences(house: House) -> None:
    house.write("a.note", {"prompt": "One"})
    tell(house, "a", "permission prompt")
    house.ingest(sources=(), extra_roots=(("notes", house.notes),))
    assert told(house) == [(0, "", 0, 0)]


class Watching:
    """Presences over a house, without a pipeline."""

    def __init__(self, house: House) -> None:
        options = IngestOptions(house.database, ("notes",))
        self.writer = Writer(house.database)
        self.busy: set[str] = set()
        self.catalog = FileRegistry(self.writer)
        self.presences = Presences(WatchRoots(options, {}, house.home), self.catalog)

    @classmethod
    def of_note(cls, house: House, session: str = "a", waits_for: str = "", note: str = "a") -> Watching:
        """Watch a house that read a note, and whose program tells of a session."""
        house.write(f"{note}.note", {"prompt": "One"})
        house.ingest()
        tell(house, session, waits_for)
        return cls(house)

    def close(self) -> None:
        self.writer.close()

    def news(self) -> list[list[object]]:
        return [list(news.events) for news in self.presences.collect_changes(NOW, self.busy.__contains__)]


def test_news_are_told_once_and_leaving_is_news(house: House) -> None:
    with closing(Watching.of_note(house)) as watching:
        here = house.home / "here" / "a"
        assert watching.news() == [[MetadataLearned(DAY + 99_000, "pid", "4242"), AgentWaiting(DAY + 99_000, "")]]
        watching.presences.note_changed_paths({here})
        assert watching.news() == []
        here.unlink()
        assert watching.news() == []
        watching.presences.note_changed_paths({here})
        assert watching.news() == [[AgentWaiting(NOW, ""), SessionEnded(NOW)]]


def test_unattended_program_is_not_left(house: House) -> None:
    with closing(Watching.of_note(house, "robot", waits_for="permission prompt", note="robot")) as watching:
        watching.news()
        (house.home / "here" / "robot").unlink()
        watching.presences.invalidate()
        assert watching.news() == [[AgentWaiting(NOW, "")]]


def test_a_file_that_is_being_read_is_told_later(house: House) -> None:
    path = house.notes / "a.note"
    with closing(Watching.of_note(house)) as watching:
        watching.busy = {str(path)}
        assert watching.news() == []
        watching.busy = set()
        watching.presences.invalidate()
        assert len(watching.news()) == 1
        (house.home / "here" / "a").unlink()
        watching.busy = {str(path)}
        watching.presences.invalidate()
        assert watching.news() == []
        watching.busy = set()
        watching.presences.invalidate()
        assert watching.news() == [[AgentWaiting(NOW, ""), SessionEnded(NOW)]]


def test_a_program_without_a_session_is_told_of_when_there_is_one(house: House) -> None:
    with closing(Watching.of_note(house, note="b")) as watching:
        assert watching.news() == []
        path = house.write("a.note", {"prompt": "One"})
        stored = watching.writer.put_file(SourceFile(0, "notes", str(path), offset=18, health="ok", native_id="a"))
        watching.catalog.upsert(stored)
        assert watching.news() == []
        watching.presences.note_changed_paths({path})
        assert watching.news() == [[MetadataLearned(DAY + 99_000, "pid", "4242"), AgentWaiting(DAY + 99_000, "")]]


def test_awaited_session_is_looked_for_again_after_a_read_that_no_event_announced(house: House) -> None:
    with closing(Watching.of_note(house)) as watching:
        watching.busy = {str(house.notes / "a.note")}
        assert watching.news() == []
        watching.busy = set()
        assert watching.news() == []
        watching.presences.retry_awaited()
        assert watching.news() == [[MetadataLearned(DAY + 99_000, "pid", "4242"), AgentWaiting(DAY + 99_000, "")]]
        watching.presences.retry_awaited()
        assert watching.news() == []
