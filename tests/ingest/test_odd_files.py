"""Ingest over files of any name, content and order of coming."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.house import House, age

NAMES = st.one_of(
    st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=40),
    st.binary(min_size=1, max_size=60).map(lambda name: os.fsdecode(name.replace(b"/", b"-").replace(b"\0", b"-"))),
    st.sampled_from(["-", "..a", " ", "a\n", "\x1b[2J", "%s", "'", "\u202e", "\udcff", "#1", "?mode=ro"]),
)
PIECES = st.one_of(
    st.builds(lambda text: json.dumps({"say": text}).encode() + b"\n", st.text(max_size=200)),
    st.sampled_from([b"\n", b"\0" * 300, b'{"say": "to', b"\xff\xfe\n", b"[" * 2000 + b"\n", b"null\n"]),
    st.just(b'{"crash": 1}\n'),
)
STEPS = st.lists(st.tuples(st.integers(0, 4), PIECES, st.booleans()), min_size=1, max_size=12)


@settings(max_examples=12, deadline=None)
@given(names=st.lists(NAMES, min_size=5, max_size=5, unique=True), steps=STEPS)
def test_whatever_files_are_called_and_hold_ingest_reads_on(
    names: list[str], steps: list[tuple[int, bytes, bool]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        house.write("plain.note", {"prompt": "Plain"})
        for number, piece, ingests in steps:
            path = house.notes / f"{names[number][:200]}.note"
            try:
                with path.open("ab") as file:
                    file.write(piece)
            except OSError:
                # A name that this file system does not take.
                continue
            age(path)
            if ingests:
                house.ingest()
        house.append("plain.note", {"say": "Read."})
        house.ingest()
        assert house.ask(
            "SELECT n.prompt, n.response FROM trajectory_turns AS n JOIN trajectories AS t ON t.id = n.trajectory_id "
            "WHERE t.native_id = 'plain' AND t.file_id IN (SELECT id FROM source_files WHERE path LIKE '%/plain.note')"
        ) == [("Plain", "Read.")]
        health = Counter(row[0] for row in house.ask("SELECT health FROM source_files"))
        assert set(health) <= {"ok", "new", "unreadable", "vanished", "refused"}
