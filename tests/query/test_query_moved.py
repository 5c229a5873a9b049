"""What moved since somebody looked."""

from __future__ import annotations

from ppp_tui.query.changes import changes_since, moved_since, revision
from ppp_tui.query.ingest_status import ingest_status
from ppp_tui.query.rows import Moved
from ppp_tui.query.sessions.live import live_sessions
from ppp_tui.query.usage.totals import totals
from tests.query.database_fixture import Database


def at_revision(database: Database, number: int) -> None:
    database.writer.execute("UPDATE archive_facts SET value = ? WHERE name = 'revision'", (str(number),))


def test_a_new_database_is_at_revision_0(database: Database) -> None:
    assert database.ask(revision()) == 0
    assert database.ask(moved_since(0)) == Moved(0, (), is_everything=False)


def test_only_what_came_after_a_revision_moved(database: Database) -> None:
    for number, changed in ((1, 3), (2, 5), (3, 4), (4, 5)):
        database.session(number, {"revision": changed})
    at_revision(database, 12)
    assert database.ask(revision()) == 12
    assert database.ask(moved_since(12)) == Moved(12, (), is_everything=False)
    found = database.ask(moved_since(4))
    assert (found.revision, sorted(found.trajectories), found.is_everything) == (12, [2, 4], False)


def test_more_than_is_worth_listing_is_everything(database: Database) -> None:
    for number in (1, 2, 3):
        database.session(number, {"revision": number})
    at_revision(database, 3)
    assert database.ask(moved_since(0, limit=3)) == Moved(3, (3, 2, 1), is_everything=False)
    assert database.ask(moved_since(0, limit=2)) == Moved(3, (3, 2), is_everything=True)


def test_changes_are_what_their_parts_say_one_by_one(database: Database) -> None:
    for number, changed in ((1, 3), (2, 5), (3, 4), (4, 5)):
        database.session(number, {"revision": changed})
    at_revision(database, 12)
    changes = database.ask(changes_since(4, 1_795_176_000_000, 1_795_132_800_000))
    assert changes.moved == database.ask(moved_since(4))
    assert sorted(row.id for row in changes.sessions) == [2, 4]
    assert changes.sessions == [row for row in database.ask(live_sessions(0)) if row.id in {2, 4}]
    assert changes.totals == database.ask(totals(1_795_176_000_000, 1_795_132_800_000))
    assert changes.ingest == database.ask(ingest_status())


def test_commit_that_moved_no_session_changes_sums_alone(database: Database) -> None:
    database.session(1, {"revision": 3})
    at_revision(database, 3)
    changes = database.ask(changes_since(3, 1_795_176_000_000, 1_795_132_800_000))
    assert (changes.moved, changes.sessions) == (Moved(3, (), is_everything=False), [])
