"""What moved since somebody looked."""

from __future__ import annotations

from ppp_tui.query.changes import changes_since, moved_since, revision
from ppp_tui.query.ingest_status import ingest_status
from ppp_tui.query.rows import Moved
from ppp_tui.query.sessions.live import roots_of
from ppp_tui.query.usage.totals import totals
from tests.query.archive_fixture import Archive


def at_revision(archive: Archive, number: int) -> None:
    archive.writer.execute("UPDATE archive_facts SET value = ? WHERE name = 'revision'", (str(number),))


def test_a_new_archive_is_at_revision_0(archive: Archive) -> None:
    assert archive.ask(revision()) == 0
    assert archive.ask(moved_since(0)) == Moved(0, (), is_everything=False)


def test_only_what_came_after_a_revision_moved(archive: Archive) -> None:
    for number, changed in ((1, 3), (2, 5), (3, 4), (4, 5)):
        archive.session(number, {"revision": changed})
    at_revision(archive, 12)
    assert archive.ask(revision()) == 12
    assert archive.ask(moved_since(12)) == Moved(12, (), is_everything=False)
    found = archive.ask(moved_since(4))
    assert (found.revision, sorted(found.trajectories), found.is_everything) == (12, [2, 4], False)


def test_more_than_is_worth_listing_is_everything(archive: Archive) -> None:
    for number in (1, 2, 3):
        archive.session(number, {"revision": number})
    at_revision(archive, 3)
    assert archive.ask(moved_since(0, most=3)) == Moved(3, (3, 2, 1), is_everything=False)
    assert archive.ask(moved_since(0, most=2)) == Moved(3, (3, 2), is_everything=True)


def test_changes_are_what_their_parts_say_one_by_one(archive: Archive) -> None:
    for number, changed in ((1, 3), (2, 5), (3, 4), (4, 5)):
        archive.session(number, {"revision": changed})
    at_revision(archive, 12)
    changes = archive.ask(changes_since(4, 1_795_176_000_000, 1_795_132_800_000))
    assert changes.moved == archive.ask(moved_since(4))
    assert sorted(row.id for row in changes.sessions) == [2, 4]
    assert changes.sessions == archive.ask(roots_of([2, 4]))
    assert changes.totals == archive.ask(totals(1_795_176_000_000, 1_795_132_800_000))
    assert changes.ingest == archive.ask(ingest_status())


def test_commit_that_moved_no_session_changes_sums_alone(archive: Archive) -> None:
    archive.session(1, {"revision": 3})
    at_revision(archive, 3)
    changes = archive.ask(changes_since(3, 1_795_176_000_000, 1_795_132_800_000))
    assert (changes.moved, changes.sessions) == (Moved(3, (), is_everything=False), [])
