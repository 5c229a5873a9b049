"""What a worker does with its files, and in which order they are handed out."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path

import pytest

from ppp_tui.ingest import backfill as module
from ppp_tui.ingest.backfill import Backfill, BackfillResult, Task, decode_parts, encode_parts, read_parts
from ppp_tui.ingest.file_identity import FileStat, stat_file
from ppp_tui.ingest.file_registry import ReadJob
from ppp_tui.sources import registry
from ppp_tui.store.write import FileBatch
from ppp_tui.store.writers.files import SourceFile
from tests.ingest.house import LATER_MS, House


def file_at(path: Path, number: int = 1) -> SourceFile:
    return SourceFile(number, "notes", str(path), native_id=path.name.split(".note")[0])


def read(house: House, *files: SourceFile) -> list[BackfillResult]:
    task = Task(tuple((file, stat_file(file.path)) for file in files), house.options(), LATER_MS)
    return decode_parts(read_parts(task))


def test_a_worker_reads_every_file_of_its_task(house: House) -> None:
    one, two = house.write("a.note", {"prompt": "One"}), house.write("b.note", {"prompt": "Two"})
    parts = read(house, file_at(one), file_at(two, 2))
    assert [(part.is_done, part.trouble, part.is_stale, part.file.id) for part in parts] == [
        (True, "", False, 1),
        (True, "", False, 2),
    ]
    prompts = [batch.deltas[0].turns[0].prompt for part in parts for batch in part.batches]
    assert prompts == ["One", "Two"]


def test_a_long_file_is_handed_back_in_parts_that_go_on_from_each_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TASK_BYTES", 1000)
    monkeypatch.setattr("ppp_tui.ingest.tailer.CHUNK_BYTES", 600)
    path = house.write("a.note", {"prompt": "One"}, *({"say": f"{number} {'x' * 80}"} for number in range(40)))
    file, offsets = file_at(path), []
    while True:
        [part] = read(house, file)
        file = part.batches[-1].file
        offsets.append(file.offset)
        if part.is_done:
            break
    assert len(offsets) >= 3
    assert all(later - earlier >= 1000 for earlier, later in itertools.pairwise(offsets[:-1]))
    assert offsets[-1] == path.stat().st_size
    last = part.batches[-1].deltas[0].turns[-1]
    assert (last.turn_number, last.response.count("x" * 80)) == (1, 40)


def test_a_file_with_nothing_new_is_handed_back_as_it_looks_now(house: House) -> None:
    path = house.write("a.note", {"prompt": "One"})
    [first] = read(house, file_at(path))
    [again] = read(house, first.batches[-1].file)
    [batch] = again.batches
    assert (batch.deltas, batch.file.offset, batch.file.size) == ([], path.stat().st_size, path.stat().st_size)


def test_states_that_cannot_be_read_and_files_that_cannot_are_told(house: House) -> None:
    path = house.write("a.note", {"prompt": "One"})
    packed = house.notes / "b.note.zst"
    packed.write_bytes(b"no zstandard data")
    stale = SourceFile(1, "notes", str(path), parser_state=b"\xff")
    parts = read(house, stale, file_at(packed, 2))
    assert [(part.is_stale, part.batches) for part in parts] == [(True, ()), (False, ())]
    assert parts[1].trouble.startswith("damaged Zstandard data")


def test_newest_file_is_handed_out_first_and_held_exclusively(house: House) -> None:
    paths = [house.write(f"{number}.note", {"prompt": str(number)}) for number in range(3)]
    notes = registry.source("notes")
    work = [ReadJob(notes, file_at(path, number), stat_file(str(path))) for number, path in enumerate(paths, 1)]
    has_come = threading.Event()
    backfill = Backfill(work, house.options(processes=1), LATER_MS, has_come.set)
    try:
        assert backfill.holds(str(paths[2]))
        assert has_come.wait(20)
        parts = backfill.results()
        assert [part.file.id for part in parts] == [1, 2, 3]
        assert backfill.is_done
        backfill.release(str(paths[2]))
        assert not backfill.holds(str(paths[2]))
        backfill.requeue(parts[0].file, parts[0].stat)
        assert not backfill.is_done
    finally:
        backfill.close()


def test_a_file_that_kills_its_worker_costs_itself_only(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c", "d"):
        house.write(f"{name}.note", {"prompt": name}, *([{"kill": True}] if name == "b" else []))
    monkeypatch.setattr("ppp_tui.ingest.pipeline.MIN_POOL_BYTES", 1)
    house.ingest(processes=2, log=house.home / "log")
    assert house.ask("SELECT prompt FROM trajectory_turns ORDER BY 1") == [("a",), ("c",), ("d",)]
    assert house.ask("SELECT health, health_detail FROM source_files WHERE path LIKE '%b.note'") == [
        ("unreadable", "a fault of ppp-tui itself (BrokenProcessPool): its trace is in the log"),
    ]


def test_many_small_files_are_read_by_workers_and_committed_together(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        house.write(f"{number}.note", {"prompt": str(number)})
    tasks: list[int] = []
    hand_out = Backfill._hand_out

    def counted(backfill: Backfill, files: list[tuple[SourceFile, FileStat]]) -> None:
        tasks.append(len(files))
        hand_out(backfill, files)

    monkeypatch.setattr(Backfill, "_hand_out", counted)
    monkeypatch.setattr("ppp_tui.ingest.pipeline.MIN_POOL_FILES", 5)
    monkeypatch.setattr(module, "TASK_FILES", 4)
    house.ingest(processes=1)
    assert tasks == []
    house.write("5.note", {"prompt": "5"})
    house.write("6.note", {"prompt": "6"})
    for number in range(3):
        house.append(f"{number}.note", {"done": 1})
    house.ingest(processes=2)
    assert tasks == [4, 1]
    assert house.ask("SELECT prompt FROM trajectory_turns ORDER BY 1") == [(str(number),) for number in range(7)]
    assert house.ask("SELECT count(*) FROM trajectory_turns WHERE status = 'completed'") == [(3,)]


@pytest.mark.parametrize("odd", [{}, {"half \ud800": 1}, {"large": 1 << 70}])
def test_parts_come_back_out_of_their_bytes_whatever_they_hold(odd: dict[str, int]) -> None:
    file = SourceFile(7, "claude_code", "/s.jsonl", parser_state=b"\x00\xff")
    part = BackfillResult((FileBatch(file, "claude", unknown=odd),), FileStat(1, 2, 3, 4, 5), True, "", False, file)
    assert decode_parts(encode_parts([part])) == [part]
