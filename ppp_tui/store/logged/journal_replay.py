"""Replays journals into the database: each entry once, since the offset is committed with the entries' rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ppp_tui.store.connect import DatabaseError, is_row_fault
from ppp_tui.store.logged import apply as logged
from ppp_tui.store.logged import entries
from ppp_tui.store.logged.effects import Derive
from ppp_tui.store.logged.journal import Journal, journals
from ppp_tui.store.logged.journal_offsets import put_journal_offset

if TYPE_CHECKING:
    from ppp_tui.store.write import Writer


class OffsetMovedError(Exception):
    """Another process has replayed some or all of the entries meanwhile: nothing was written."""

    def __init__(self, offset: int) -> None:
        """Keep the offset up to which entries are in the database."""
        super().__init__(f"another process has replayed a journal up to {offset}")
        self.offset = offset


def write_entries(
    writer: Writer,
    journal: str,
    contents: Sequence[bytes],
    ends: int,
    derive: Derive | None = None,
    *,
    begins: int | None = None,
    is_there: Callable[[], bool] = lambda: True,
) -> int:
    """Commit entries, what follows from them, and the offset behind them; return how many were invalid.

    An invalid entry is skipped; the rest are committed. With `begins`, the offset of the first entry, nothing is
    written if another process has replayed it; `is_there` says whether the journal's file still exists.
    Raises DatabaseError, and OffsetMovedError.
    """

    def claim() -> None:
        # Within the transaction: a journal's row is deleted after its file, so no row means that nothing is replayed.
        if begins is not None:
            offset = writer.journal_offset(journal)
            if offset > begins or not is_there():
                raise OffsetMovedError(offset)

    try:
        with writer.transaction() as summaries:
            claim()
            summaries.call(logged.apply_entries, [entries.decode(content) for content in contents], summaries, derive)
            if journal:
                summaries.call(put_journal_offset, journal, ends)
    except (ValueError, OverflowError):
        pass
    except DatabaseError as error:
        if not is_row_fault(error):
            raise
    else:
        return 0
    fit = _fit_entries(writer, contents, derive)
    with writer.transaction() as summaries:
        claim()
        summaries.call(logged.apply_entries, fit, summaries, derive)
        if journal:
            summaries.call(put_journal_offset, journal, ends)
    return len(contents) - len(fit)


class _UndoneError(Exception):
    """Ends a transaction that was only a trial."""


def _fit_entries(writer: Writer, contents: Sequence[bytes], derive: Derive | None) -> list[entries.Entry]:
    """Try each entry alone; return those that can be stored."""
    fit: list[entries.Entry] = []
    for content in contents:
        with suppress(ValueError, OverflowError):
            try:
                entry = entries.decode(content)
                with writer.transaction() as summaries:
                    summaries.call(logged.apply_entries, [entry], summaries, derive)
                    raise _UndoneError
            except _UndoneError:
                fit.append(entry)
            except DatabaseError as error:
                if not is_row_fault(error):
                    raise
    return fit


def replay_next(writer: Writer, passed_over: set[Path], derive: Derive | None = None) -> bool:
    """Replay the oldest journal whose logger ended, and remove it; return False if there is none.

    A journal that cannot be read is added to `passed_over`. Raises DatabaseError; the journal then stays as it is.
    """
    for path in _list_journals(writer.path):
        if path in passed_over:
            continue
        try:
            journal = Journal.try_lock(path)
            if journal is None:
                continue
            with closing(journal):
                if _replay_journal(writer, journal, derive):
                    journal.quarantine()
                writer.remove_journal(journal)
        except OSError:
            passed_over.add(path)
            continue
        except DatabaseError:
            raise
        except Exception:
            # An unforeseen fault of this journal must not keep later ones waiting.
            passed_over.add(path)
            raise
        return True
    return False


def _list_journals(database: Path) -> list[Path]:
    try:
        return journals(database)
    except OSError:
        return []


def _replay_journal(writer: Writer, journal: Journal, derive: Derive | None) -> int:
    """Commit a journal's entries; return how many were damaged or refused."""
    if not journal.is_whole():
        # Nothing was acknowledged before the beginning was written.
        return 0
    faults = 0
    offset = writer.journal_offset(journal.name)
    while offset < journal.ends:
        piece = journal.read(offset, journal.ends)
        if not piece.contents:
            # An incomplete last entry is ignored; one that others follow was written, and is damaged.
            following = journal.next_entry(offset)
            if following is None:
                break
            faults, offset = faults + 1, following
            continue
        try:
            refused = write_entries(writer, journal.name, piece.contents, piece.ends, derive, begins=offset)
        except OffsetMovedError as moved:
            offset = moved.offset
            continue
        faults += piece.damaged + refused
        offset = piece.ends
    return faults
