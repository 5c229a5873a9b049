"""Sessions in databases of another machine, from a real sshd on loopback to the reports, while they are written."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.ingest.remote.follower import Followers, Pauses
from ppp_tui.ingest.remote.places import make_remote
from ppp_tui.model.clock import SystemClock
from ppp_tui.settings.remote_address import parse_remote_address
from ppp_tui.sources.trajectory_db.connect import connect
from tests.cli.conftest import Run, environment
from tests.sources import crush_rows, gemini_lines, goose_rows, opencode_rows
from tests.sources.test_opencode_json import Storage
from tests.ssh_server import SshServer, require_sshd
from tests.waiting import until

pytestmark = pytest.mark.slow

DEADLINE_S = 30.0


@pytest.fixture
def build(tmp_path: Path) -> Iterator[SshServer]:
    require_sshd()
    server = SshServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def opencode(build: SshServer) -> Iterator[opencode_rows.Store]:
    """OpenCode at work there: its rows stand in the log alone."""
    folder = build.home / ".local" / "share" / "opencode"
    folder.mkdir(parents=True)
    store = opencode_rows.Store(folder / "opencode-dev.db")
    store.session()
    opencode_rows.write_turn(store)
    yield store
    store.close()


def test_databases_that_agents_write_there_are_read(
    ppp: Run, path: str, build: SshServer, opencode: opencode_rows.Store, tmp_path: Path
) -> None:
    del opencode
    project = tmp_path / "shop"
    (project / ".crush").mkdir(parents=True)
    crush = crush_rows.CrushStore(project / ".crush" / "crush.db")
    crush.session()
    crush.message("m1", "user", 1, crush_rows.text("Fix it"))
    crush.message("m2", "assistant", 2, crush_rows.text("Done."), crush_rows.finish("end_turn", 3))
    registry = build.home / ".local" / "share" / "crush" / "projects.json"
    registry.parent.mkdir(parents=True)
    registry.write_text(json.dumps({"projects": [{"path": str(project), "data_dir": ".crush"}]}))
    sessions = build.home / ".local" / "share" / "goose" / "sessions"
    sessions.mkdir(parents=True)
    goose = goose_rows.GooseStore(sessions / "sessions.db")
    goose_rows.tell_story(goose)
    kinds = ("opencode", "crush", "goose")
    sources = [part for kind in kinds for part in ("--source", f"{kind}=ssh://build")]
    ingested = ppp("ingest", *sources, PATH=path)
    assert (ingested.returncode, ingested.stderr) == (0, "")
    rows = json.loads(ppp("sessions", "--json", "--", "host:build").stdout)["rows"]
    told = {row["agent"]: (row["native_id"], row["project"], row["turns"], row["host"]) for row in rows}
    assert told == {
        "opencode": (opencode_rows.SESSION, "/home/me/shop", 1, "build"),
        "crush": (crush_rows.SESSION, str(project), 1, "build"),
        "goose": (goose_rows.SESSION, "/home/me/shop", 2, "build"),
    }
    report = json.loads(ppp("doctor", "--json", *sources, PATH=path).stdout)["remotes"]
    assert {entry["source"]: (entry["files"], entry["skipped"]) for entry in report} == dict.fromkeys(kinds, (1, {}))
    crush.close()


def test_documents_and_files_of_older_versions_are_read(
    ppp: Run, path: str, build: SshServer, tmp_path: Path, home: Path
) -> None:
    project = build.home / ".gemini" / "tmp" / "shop"
    lines = [gemini_lines.user("u1", "Fix it"), gemini_lines.answer("g1", "Done.", 1)]
    document = project / "chats" / "session-2026-01-15T20-51-e842380b.json"
    document.parent.mkdir(parents=True)
    document.write_text(json.dumps({**gemini_lines.header(), "messages": lines}))
    (project / ".project_root").write_text("/home/me/shop")
    data = build.home / ".local" / "share"
    data.mkdir(parents=True)
    storage = Storage(data)
    storage.turn()
    kinds = ("gemini_cli_json", "opencode_json")
    sources = [part for kind in kinds for part in ("--source", f"{kind}=ssh://build")]
    ingested = ppp("ingest", *sources, PATH=path)
    assert (ingested.returncode, ingested.stderr) == (0, "")

    def sessions() -> dict[str, tuple[str, str, int]]:
        rows = json.loads(ppp("sessions", "--json", "--", "host:build").stdout)["rows"]
        return {row["agent"]: (row["native_id"], row["project"], row["turns"]) for row in rows}

    assert sessions() == {
        "gemini": (gemini_lines.SESSION, "/home/me/shop", 1),
        "opencode": (opencode_rows.SESSION, "/home/me/shop", 1),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "ppp_tui", "ingest", "--follow", *sources],
        env=environment(home, PATH=path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        lines.append(gemini_lines.user("u2", "And the logout"))
        document.write_text(json.dumps({**gemini_lines.header(), "messages": lines}))
        storage.turn(60, "2")
        until(lambda: {turns for *_, turns in sessions().values()} == {2}, "a turn more in each")
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 0


def test_following_hears_each_row_and_doctor_names_what_is_left_out(
    ppp: Run, path: str, build: SshServer, opencode: opencode_rows.Store, home: Path
) -> None:
    folder = opencode.path.parent
    (folder / "opencode-old.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 9000)
    (folder / "opencode-link.db").symlink_to("opencode-dev.db")
    source = ("--source", "opencode=ssh://build")
    process = subprocess.Popen(
        [sys.executable, "-m", "ppp_tui", "ingest", "--follow", *source],
        env=environment(home, PATH=path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )

    def turns() -> int:
        listed = ppp("sessions", "--json", "host:build").stdout
        return sum(row["turns"] for row in json.loads(listed)["rows"]) if listed else 0

    def skipped() -> Any:
        return json.loads(ppp("doctor", "--json", *source, PATH=path).stdout)["remotes"][0]["skipped"]

    try:
        until(lambda: turns() == 1, "what was there")
        opencode_rows.write_turn(opencode, 60, name="2")
        until(lambda: turns() == 2, "a turn in the same log")
        opencode.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        opencode_rows.write_turn(opencode, 120, name="3")
        until(lambda: turns() == 3, "a turn in a log that began anew")
        link, old = ".local/share/opencode/opencode-link.db", ".local/share/opencode/opencode-old.db"
        named = {reason: {"files": 1, "examples": [path]} for reason, path in (("link", link), ("damaged", old))}
        until(lambda: skipped() == named, "what is left out")
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 0
    lines = ppp("doctor", *source, PATH=path).stdout
    assert f"left out, a database that is damaged: 1 ({old})" in lines
    assert f"left out, a link, which is followed on this machine only: 1 ({link})" in lines


def test_no_copy_of_a_database_that_never_rests_is_torn(
    build: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(build.bin), prepend=":")
    there = build.home / "busy.db"
    is_over = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(there, isolation_level=None)) as owner:
            owner.execute("PRAGMA journal_mode = WAL")
            owner.execute("PRAGMA synchronous = OFF")
            owner.execute("PRAGMA wal_autocheckpoint = 600")
            owner.executescript("CREATE TABLE a (x); CREATE TABLE b (x)")
            while not is_over.wait(0.02):
                owner.executescript(
                    "BEGIN; INSERT INTO a VALUES (zeroblob(9000)); INSERT INTO b VALUES (zeroblob(5000)); COMMIT"
                )

    writer = threading.Thread(target=write)
    writer.start()
    remote = make_remote("trajectory_db", parse_remote_address("ssh://build/~/busy.db"), tmp_path / "data" / "a.db")
    (root,) = remote.roots()
    counts = [0]

    def has_more_rows() -> bool:
        if not root.local.exists():
            return False
        with closing(connect(root.local)) as reader:
            assert reader.execute("PRAGMA quick_check").fetchall() == [("ok",)]
            (rows,) = {reader.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in "ab"}
        assert rows >= counts[-1], "no older state"
        if rows > counts[-1]:
            counts.append(rows)
        return len(counts) > 8

    quick = Pauses(look_s=0.02, survey_s=0.1, first_s=0.05, most_s=0.2)
    try:
        with Followers([remote], SystemClock(), None, quick, is_only=False):
            until(has_more_rows, "eight states of it")
    finally:
        is_over.set()
        writer.join()
