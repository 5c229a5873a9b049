"""Sessions of another machine, from a real sshd on loopback to the reports."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from hashlib import md5
from pathlib import Path

import pytest

from tests.cli.conftest import SESSION, Run, environment, record
from tests.sources import kimi_lines
from tests.ssh_server import SshServer, require_sshd
from tests.waiting import until

pytestmark = pytest.mark.slow

DEADLINE_S = 30.0


@pytest.fixture
def build(tmp_path: Path, home: Path) -> Iterator[SshServer]:
    """A machine that has the session of the home, which itself has none any more."""
    require_sshd()
    server = SshServer(tmp_path)
    shutil.move(home / ".claude", server.home / ".claude")
    server.start()
    yield server
    server.stop()


def test_sessions_of_another_machine_stand_beside_the_own(ppp: Run, path: str, home: Path) -> None:
    own = home / ".claude" / "projects" / "-shop" / "11111111-89ab-4def-8123-456789abcdef.jsonl"
    own.parent.mkdir(parents=True)
    own.write_text(record("user", 3, {"content": "Fix the shop"}).replace(SESSION, own.stem))
    source = ("--source", "claude_code=ssh://build")
    ingested = ppp("ingest", *source, PATH=path)
    assert (ingested.returncode, ingested.stderr) == (0, "")
    listed = json.loads(ppp("sessions", "--json", *source, PATH=path).stdout)["rows"]
    assert {row["native_id"]: row["host"] for row in listed} == {SESSION: "build", own.stem: ""}
    for predicates, native_id in ((("host:build",), SESSION), (("--", "-host:build"), own.stem)):
        rows = json.loads(ppp("sessions", "--json", *predicates).stdout)["rows"]
        assert [row["native_id"] for row in rows] == [native_id]
    table = ppp("sessions").stdout
    assert "host" in table
    assert sum(" build " in line for line in table.splitlines()) == 1, table
    turns = json.loads(ppp("turns", SESSION, "--json").stdout)["rows"]
    assert [turn["input_tokens"] for turn in turns] == [10]


def test_a_session_is_read_with_what_lies_beside_it(ppp: Run, path: str, build: SshServer) -> None:
    session = build.home / ".kimi" / "sessions" / md5(b"/shop", usedforsecurity=False).hexdigest() / kimi_lines.SESSION
    session.mkdir(parents=True)
    (build.home / ".kimi" / "kimi.json").write_text('{"work_dirs": [{"path": "/shop"}]}')
    (session / "wire.jsonl").write_bytes(
        kimi_lines.content(kimi_lines.metadata(), kimi_lines.prompt(0, "Fix it"), kimi_lines.line(5, "TurnEnd"))
    )
    assert ppp("ingest", "--source", "kimi_cli=ssh://build", PATH=path).returncode == 0
    (row,) = json.loads(ppp("sessions", "--json").stdout)["rows"]
    assert (row["native_id"], row["project"], row["host"]) == (kimi_lines.SESSION, "/shop", "build")


def test_doctor_tells_how_each_machine_fares(ppp: Run, path: str, build: SshServer, home: Path) -> None:
    settings = home / "settings.toml"
    settings.write_text('[sources.paths]\nclaude_code = ["ssh://build"]\n')
    config = ("--config", str(settings))
    assert "claude_code    ssh://build: not read yet" in ppp("doctor", *config, PATH=path).stdout
    assert ppp("ingest", *config, PATH=path).returncode == 0
    told = ppp("doctor", *config, PATH=path)
    assert "claude_code    ssh://build: no process follows it now\n    1 file, " in told.stdout
    build.stop()
    failed = ppp("ingest", *config, PATH=path)
    assert failed.returncode == 1
    assert "ppp-tui: build cannot be read: " in failed.stderr
    assert "onnection refused" in failed.stderr
    told = ppp("doctor", *config, PATH=path)
    assert told.returncode == 1
    assert "ssh://build: cannot be read: " in told.stdout
    assert "Try ssh build by hand" in told.stdout
    (report,) = json.loads(ppp("doctor", "--json", *config, PATH=path).stdout)["remotes"]
    assert (report["source"], report["host"], report["state"], report["files"]) == ("claude_code", "build", "failed", 1)
    assert report["looked_at"].endswith("Z")
    assert [row["host"] for row in json.loads(ppp("sessions", "--json", *config).stdout)["rows"]] == ["build"], (
        "what was copied can be read while the machine is away"
    )


def test_following_hears_what_is_written_there(ppp: Run, path: str, build: SshServer, home: Path) -> None:
    session = build.home / ".claude" / "projects" / "-shop" / f"{SESSION}.jsonl"
    command = [sys.executable, "-m", "ppp_tui", "ingest", "--follow", "--source", "claude_code=ssh://build/~/.claude"]
    process = subprocess.Popen(
        command, env=environment(home, PATH=path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )

    def turns() -> int:
        listed = ppp("sessions", "--json").stdout
        return sum(row["turns"] for row in json.loads(listed)["rows"]) if listed else 0

    try:
        until(lambda: turns() == 1, "the beginning")
        build.drop()
        with session.open("a") as file:
            file.write(record("user", 4, {"content": "And a logout"}))
        until(lambda: turns() == 2, "what was written after the connection broke")
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 0
    assert "build cannot be read" in errors


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("ssh://-oProxyCommand=touch%20x/srv", "must name a host"),
        ("ssh://build/../etc", "without . and .."),
    ],
)
def test_an_address_that_is_none_is_refused(ppp: Run, address: str, why: str) -> None:
    refused = ppp("sessions", "--source", f"claude_code={address}")
    assert refused.returncode == 2
    assert why in " ".join(refused.stderr.split())


def test_what_cannot_be_read_from_copies_is_not_followed(ppp: Run) -> None:
    refused = ppp("ingest", "--source", "codex_store=ssh://build")
    assert refused.returncode == 2
    assert " cannot be read from copies" in refused.stderr
