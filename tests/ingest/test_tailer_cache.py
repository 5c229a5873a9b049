"""Tailers that are kept between two reads hold no second copy of their states, and lose nothing by that."""

from __future__ import annotations

from ppp_tui.fold.state import decode_state
from ppp_tui.ingest.file_identity import stat_file
from ppp_tui.ingest.file_registry import ReadJob
from ppp_tui.ingest.pricing import PriceTable
from ppp_tui.ingest.tailer_cache import TailerCache
from ppp_tui.model.event import AgentWaiting
from ppp_tui.sources import registry
from ppp_tui.store.writers.files import SourceFile
from tests.ingest.house import LATER_MS, House
from tests.ingest.notes_source import DAY


def test_kept_tailer_lets_go_of_states_and_makes_them_anew(house: House) -> None:
    cache = TailerCache(house.options(), PriceTable(()))
    path = house.write("a.note", {"prompt": "One"}, {"run": "k"})
    notes = registry.source("notes")
    job = ReadJob(notes, SourceFile(1, "notes", str(path)), stat_file(str(path)))
    [batch] = cache.read_new(job, lambda work: work, LATER_MS)
    assert batch.file.parser_state == b"2"
    [tailer] = cache._kept.values()
    assert (tailer.file.parser_state, tailer.file.fold_state) == (b"", b"")

    waiting = cache.fold_events(job._replace(file=batch.file), lambda work: work, [AgentWaiting(DAY + 9_000, "you")])
    assert waiting.file.parser_state == b"2"
    assert (tailer.file.parser_state, tailer.file.fold_state) == (b"", b"")
    house.append("a.note", {"end": "k"})
    grown = ReadJob(notes, waiting.file, stat_file(str(path)))
    [batch] = cache.read_new(grown, lambda work: work, LATER_MS)
    assert batch.file.parser_state == b"3"
    [trajectory] = decode_state(batch.file.fold_state).trajectories
    assert (trajectory.turn_number, trajectory.step_count, trajectory.open_steps) == (1, 1, {})
    assert trajectory.live.waits_at == DAY + 9_000
