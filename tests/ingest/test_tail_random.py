"""Whatever happens to session files between two runs: no request that was ever read is lost or counted twice."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.house import House, age

SESSIONS = ("a", "b")
DEEDS = ("grow", "tear", "cut", "empty", "replace", "rename", "pack", "unpack", "vanish", "copy", "run")


def content_of(path: Path) -> bytes:
    content = path.read_bytes()
    return zstandard.decompress(content) if path.suffix == ".zst" else content


class Files:
    """Session files and the requests in them, each of one output token under a key of its own."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.seen: set[str] = set()
        self._made = 0

    def path(self, session: str) -> Path:
        """Where the session is now; under its plain name if it is nowhere."""
        packed = self.house.notes / f"{session}.note.zst"
        return packed if packed.exists() else self.house.notes / f"{session}.note"

    def content(self, session: str) -> bytes:
        path = self.path(session)
        return content_of(path) if path.exists() else b""

    def put(self, session: str, content: bytes, *, is_packed: bool = False) -> None:
        for suffix in (".note", ".note.zst"):
            (self.house.notes / f"{session}{suffix}").unlink(missing_ok=True)
        path = self.house.notes / f"{session}.note{'.zst' if is_packed else ''}"
        path.write_bytes(zstandard.compress(content) if is_packed else content)
        age(path)

    def records(self, count: int) -> bytes:
        lines = []
        for _ in range(count):
            self._made += 1
            key = f"k{self._made}"
            lines.append(json.dumps({"prompt": key, "key": f"turn {key}", "at": self._made}))
            lines.append(json.dumps({"tokens": 1, "key": key, "at": self._made}))
        return "".join(line + "\n" for line in lines).encode()

    def run(self) -> None:
        """Read all there is; what was whole on disk counts from now on."""
        self.house.ingest()
        for path in self.house.notes.iterdir():
            for line in content_of(path).splitlines():
                try:
                    self.seen.add(json.loads(line)["key"])
                except (ValueError, KeyError):
                    continue

    def do(self, deed: str, session: str) -> None:
        """Do one thing to a session's file."""
        content = self.content(session)
        path = self.path(session)
        if deed == "run":
            self.run()
        elif deed == "grow":
            self.put(session, content + self.records(2), is_packed=False)
        elif deed == "tear":
            self.put(session, content + self.records(1)[:-20])
        elif deed == "cut":
            self.put(session, content[: len(content) * 2 // 3])
        elif deed == "empty" and path.suffix == ".note" and path.exists():
            os.truncate(path, 0)
        elif deed == "replace":
            self.put(session, self.records(3))
        elif deed == "rename" and path.exists():
            path.replace(path.with_name(f"c{''.join(path.suffixes)}"))
        elif deed == "pack" and content:
            self.put(session, content, is_packed=True)
        elif deed == "unpack" and content:
            self.put(session, content)
        elif deed == "vanish":
            path.unlink(missing_ok=True)
        elif deed == "copy":
            self.put("b" if session == "a" else "a", content)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.sampled_from(SESSIONS)), max_size=14))
def test_nothing_is_lost_and_nothing_counts_twice(deeds: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        files = Files(house)
        files.do("grow", "a")
        for deed, session in deeds:
            files.do(deed, session)
        files.run()
        counted = house.ask("SELECT sum(requests), sum(output_tokens), sum(turns) FROM trajectory_summaries")
        turns = sum(key.startswith("turn") for key in files.seen)
        requests = len(files.seen) - turns
        assert [tuple(value or 0 for value in row) for row in counted] == [(requests, requests, turns)]
        assert house.ask("SELECT count(*) FROM source_files WHERE health = 'unreadable'") == [(0,)]
        revision = "SELECT count(*), sum(offset) FROM source_files"
        before = house.ask(revision)
        files.run()
        assert house.ask(revision) == before
