"""Files grow, break off, move, vanish and are replaced while nobody looks: nothing is lost or counted twice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ppp_tui.ingest import pipeline
from tests.ingest.house import LATER_MS, House, age

TURNS = (
    "SELECT f.path, t.turn_number, t.prompt, t.response, t.status FROM trajectory_turns AS t "
    "JOIN trajectories AS j ON j.id = t.trajectory_id JOIN source_files AS f ON f.id = j.file_id ORDER BY 1, 2"
)
FILES = "SELECT path, health, offset FROM source_files ORDER BY path"


def names(rows: list[tuple[str, ...]]) -> list[tuple[object, ...]]:
    return [(Path(row[0]).name, *row[1:]) for row in rows]


def test_a_session_becomes_turns(house: House) -> None:
    house.write(
        "a.note", {"prompt": "Fix", "at": 1}, {"say": "On it."}, {"say": "Done.", "at": 9}, {"done": 1, "at": 9}
    )
    house.ingest()
    assert names(house.ask(TURNS)) == [("a.note", 1, "Fix", "On it.\n\nDone.", "completed")]


def test_what_is_appended_goes_on_where_it_was_left(house: House) -> None:
    house.write("a.note", {"prompt": "Fix", "at": 1}, {"run": "c1", "at": 2})
    house.ingest()
    house.append("a.note", {"end": "c1", "at": 5}, {"say": "Done."}, {"done": 1, "at": 6}, {"prompt": "More", "at": 8})
    house.ingest()
    assert names(house.ask(TURNS)) == [
        ("a.note", 1, "Fix", "Done.", "completed"),
        ("a.note", 2, "More", "", "open"),
    ]
    assert house.ask("SELECT key, status, duration_ms FROM steps WHERE kind = 'shell'") == [("c1", "ok", 3000)]


def test_a_torn_last_line_waits_for_its_rest(house: House) -> None:
    path = house.write("a.note", {"prompt": "Fix", "at": 1}, end='\n{"say": "Do')
    house.ingest()
    assert names(house.ask(TURNS)) == [("a.note", 1, "Fix", "", "open")]
    assert house.ask("SELECT count(*) FROM source_news") == [(0,)]
    with path.open("a") as file:
        file.write('ne."}\n')
    age(path)
    house.ingest()
    assert names(house.ask(TURNS)) == [("a.note", 1, "Fix", "Done.", "open")]


def test_a_last_record_without_newline_is_not_lost(house: House) -> None:
    house.write("a.note", {"prompt": "Fix", "at": 1}, {"say": "Done."}, end="")
    house.ingest()
    assert names(house.ask(TURNS)) == [("a.note", 1, "Fix", "Done.", "open")]
    house.append("a.note", {"done": 1})
    house.ingest()
    assert names(house.ask(TURNS))[0][4] == "completed"


@pytest.mark.parametrize("is_pooled", [False, True])
def test_a_last_line_that_was_still_fresh_is_read_by_a_later_run(
    house: House, monkeypatch: pytest.MonkeyPatch, is_pooled: bool
) -> None:
    if is_pooled:
        monkeypatch.setattr(pipeline, "MIN_POOL_BYTES", 0)
        house.write("b.note", {"prompt": "Other"})
    path = house.write("a.note", {"prompt": "One"}, {"say": "Last."}, end="")
    fresh = (LATER_MS - 500) / 1000
    os.utime(path, (fresh, fresh))
    house.ingest(processes=2)
    assert house.ask("SELECT response FROM trajectory_turns WHERE prompt = 'One'") == [("",)]
    house.ingest(processes=2, now_ms=LATER_MS + 1000)
    assert house.ask("SELECT response FROM trajectory_turns WHERE prompt = 'One'") == [("",)]
    house.ingest(processes=2, now_ms=LATER_MS + 2000)
    assert house.ask("SELECT response FROM trajectory_turns WHERE prompt = 'One'") == [("Last.",)]


def test_a_fresh_last_line_in_a_compressed_session_is_read_by_a_later_run(house: House) -> None:
    import zstandard

    path = house.notes / "a.note.zst"
    path.write_bytes(zstandard.compress(b'{"prompt": "One"}\n{"say": "Last."}'))
    fresh = (LATER_MS - 500) / 1000
    os.utime(path, (fresh, fresh))
    house.ingest()
    house.ingest(now_ms=LATER_MS + 2000)
    assert house.ask("SELECT response FROM trajectory_turns") == [("Last.",)]


def test_a_torn_line_of_a_quiet_file_is_not_read_again_and_again(house: House) -> None:
    path = house.write("a.note", {"prompt": "One"}, end='\n{"say": "Tor')
    fresh = (LATER_MS - 500) / 1000
    os.utime(path, (fresh, fresh))
    house.ingest()
    assert house.ask("SELECT size = ? FROM source_files", path.stat().st_size) == [(1,)]


def test_a_damaged_line_is_news_with_its_place(house: House) -> None:
    house.write("a.note", {"prompt": "Fix"}, end='\n{broken\n{"say": "Done."}\n')
    house.ingest()
    assert house.ask("SELECT kind, offset, length FROM source_news") == [("not json", 18, 8)]
    assert names(house.ask(TURNS)) == [("a.note", 1, "Fix", "Done.", "open")]


def test_a_file_replaced_by_another_session_keeps_both(house: House) -> None:
    path = house.write("a.note", {"prompt": "Old", "key": "k1"}, {"tokens": 5, "key": "r1"})
    house.ingest()
    path.unlink()
    house.write("a.note", {"prompt": "New", "key": "k2"}, {"tokens": 7, "key": "r2"}, {"say": "Longer than before."})
    house.ingest()
    assert [row[1:] for row in names(house.ask(FILES))] == [("ok", 89), ("vanished", 58)]
    assert [row[2] for row in names(house.ask(TURNS))] == ["New", "Old"]
    assert house.ask("SELECT sum(output_tokens) FROM trajectory_summaries") == [(12,)]


def test_a_truncated_file_is_read_again_and_counted_once(house: House) -> None:
    house.write("a.note", {"prompt": "One", "key": "k1"}, {"tokens": 5, "key": "r1"}, {"prompt": "Two", "key": "k2"})
    house.ingest()
    house.write("a.note", {"prompt": "One", "key": "k1"}, {"tokens": 5, "key": "r1"})
    house.ingest()
    assert house.ask("SELECT sum(turns), sum(output_tokens) FROM trajectory_summaries") == [(2, 5)]


def test_a_file_cut_and_grown_past_its_old_end_is_noticed(house: House) -> None:
    first = {"prompt": "x" * 1100, "key": "k1"}
    house.write("a.note", first, {"say": "Before."}, {"tokens": 5, "key": "r1"})
    house.ingest()
    house.write("a.note", first, {"say": "After it was cut."}, {"tokens": 6, "key": "r2"}, {"say": "More."})
    house.ingest()
    responses = [str(row[3]) for row in names(house.ask(TURNS))]
    assert sorted(responses) == ["After it was cut.\n\nMore.", "Before."]


def test_a_moved_file_goes_on_under_its_new_path(house: House) -> None:
    path = house.write("a.note", {"prompt": "Fix"})
    house.ingest()
    target = house.notes / "old" / "a.note"
    target.parent.mkdir()
    path.rename(target)
    house.append("old/a.note", {"say": "Done."})
    house.ingest()
    assert house.ask("SELECT count(*) FROM source_files") == [(1,)]
    assert house.ask(TURNS)[0] == (str(target), 1, "Fix", "Done.", "open")


def test_a_compressed_session_goes_on_where_it_was_left(house: House) -> None:
    import zstandard

    path = house.write("a.note", {"prompt": "Fix"})
    house.ingest()
    content = path.read_bytes() + b'{"say": "Done."}\n'
    path.unlink()
    packed = house.notes / "a.note.zst"
    packed.write_bytes(zstandard.compress(content))
    age(packed)
    house.ingest()
    assert names(house.ask(TURNS)) == [("a.note.zst", 1, "Fix", "Done.", "open")]
    assert house.ask("SELECT count(*) FROM trajectories") == [(1,)]


def test_a_compressed_copy_beside_the_session_is_not_read_twice(house: House) -> None:
    import zstandard

    path = house.write("a.note", {"prompt": "Fix"})
    house.ingest()
    (house.notes / "a.note.zst").write_bytes(zstandard.compress(path.read_bytes()))
    house.ingest()
    assert [row[1] for row in names(house.ask(FILES))] == ["ok", "refused"]
    assert len(house.ask(TURNS)) == 1


def test_a_vanished_file_keeps_its_rows(house: House) -> None:
    house.write("a.note", {"prompt": "Fix"}).unlink()
    house.write("b.note", {"prompt": "Fix"})
    house.ingest()
    (house.notes / "b.note").unlink()
    house.ingest()
    assert names(house.ask(FILES)) == [("b.note", "vanished", 18)]
    assert len(house.ask(TURNS)) == 1


def test_link_to_what_is_not_the_users_is_not_followed(house: House) -> None:
    (house.notes / "a.note").symlink_to("/dev/null")
    (house.notes / "b.note").symlink_to(house.notes)
    house.ingest()
    assert house.ask(FILES) == []


def test_an_unreadable_file_is_news_and_costs_nothing_else(house: House) -> None:
    (house.notes / "a.note").mkdir()
    (house.notes / "b.note.zst").write_bytes(b"no zstandard data at all")
    house.write("c.note", {"prompt": "Fix"})
    house.ingest()
    assert names(house.ask(FILES)) == [("b.note.zst", "unreadable", 0), ("c.note", "ok", 18)]
    [(detail,)] = house.ask("SELECT health_detail FROM source_files WHERE health = 'unreadable'")
    assert detail.startswith("damaged Zstandard data")


def test_a_parser_that_fails_costs_its_file_and_nothing_else(house: House) -> None:
    house.write("a.note", {"prompt": "One"})
    house.write("b.note", {"prompt": "Two"}, {"crash": "no such luck"})
    house.write("c.note", {"prompt": "Three"})
    house.ingest()
    assert house.ask("SELECT prompt FROM trajectory_turns ORDER BY 1") == [("One",), ("Three",)]
    assert house.ask("SELECT health, health_detail FROM source_files WHERE path LIKE '%b.note'") == [
        ("unreadable", "a fault of ppp-tui itself (ZeroDivisionError): its trace is in the log"),
    ]


def test_the_text_policy_none_keeps_lengths_and_hashes_only(house: House) -> None:
    house.write("a.note", {"prompt": "walnut"}, {"run": "c", "what": "walnut"}, {"say": "walnut?"})
    house.ingest(keeps_text=False)
    assert house.ask(
        "SELECT prompt, response, prompt_length, response_length FROM trajectory_turns WHERE turn_number = 1"
    ) == [("", "", 6, 7)]
    content = b"".join(entry.read_bytes() for entry in house.database.parent.iterdir())
    assert b"walnut" not in content


def test_raw_is_kept_when_asked_for(house: House) -> None:
    import zlib

    path = house.write("a.note", {"prompt": "Fix"})
    house.ingest(keeps_raw=True)
    house.append("a.note", {"say": "Done."})
    house.ingest(keeps_raw=True)
    pieces = house.ask("SELECT offset, length, content FROM raw_chunks ORDER BY offset")
    assert [(row[0], row[1]) for row in pieces] == [(0, 18), (18, 17)]
    assert b"".join(zlib.decompress(row[2]) for row in pieces) == path.read_bytes()


def test_an_unreadable_state_is_read_again_from_the_beginning(house: House) -> None:
    house.write("a.note", {"prompt": "Fix"}, {"tokens": 5, "key": "r"})
    house.ingest()
    house.ask("UPDATE source_files SET parser_state = x'ff'")
    house.append("a.note", {"say": "Done."})
    house.ingest()
    assert names(house.ask(TURNS)) == [("a.note", 1, "Fix", "Done.", "open")]
    assert house.ask("SELECT output_tokens FROM trajectory_summaries") == [(5,)]


def test_a_newer_parser_reads_everything_again(house: House, monkeypatch: object) -> None:
    house.write("a.note", {"prompt": "Fix"}, {"tokens": 5, "key": "r"})
    house.ingest()
    house.ask("UPDATE source_files SET parser_version = 1")
    house.ask("UPDATE trajectory_turns SET response = 'as the older one read it'")
    house.ingest()
    assert names(house.ask(TURNS)) == [("a.note", 1, "Fix", "", "open")]
    assert house.ask("SELECT output_tokens, turns FROM trajectory_summaries") == [(5, 1)]
