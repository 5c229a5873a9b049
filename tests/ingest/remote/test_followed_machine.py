"""A real sshd on loopback: what is written there arrives here, whatever happens to the connection."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.ingest.remote import connection
from ppp_tui.ingest.remote.connection import Connection, RemoteError, ssh_arguments
from ppp_tui.ingest.remote.follower import Followers, Pauses
from ppp_tui.ingest.remote.places import Remote, make_remote
from ppp_tui.ingest.remote.status import RemoteStatus, read_remote_status, write_remote_status
from ppp_tui.model.clock import SystemClock
from ppp_tui.settings.remote_address import parse_remote_address
from tests.ssh_server import SshServer, require_sshd
from tests.waiting import until

pytestmark = pytest.mark.slow

QUICK = Pauses(look_s=0.02, survey_s=0.1, first_s=0.05, most_s=0.2)
DEADLINE_S = 30.0


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SshServer]:
    """The machine, which nobody has connected to."""
    require_sshd()
    server = SshServer(tmp_path)
    monkeypatch.setenv("PATH", str(server.bin), prepend=":")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return make_remote("claude_code", parse_remote_address("ssh://build/~/a 'b' $(c)"), tmp_path / "data" / "a.db")


@pytest.fixture
def session(build: SshServer) -> Path:
    """A session on the machine, in a folder whose name a shell would take for more than a name."""
    path = build.home / "a 'b' $(c)" / "-shop" / "s1.jsonl"
    path.parent.mkdir(parents=True)
    path.write_bytes(b'{"n": 1}\n')
    return path


def copy_of(remote: Remote, name: str = "s1.jsonl") -> Path:
    return remote.roots()[0].local / "-shop" / name


def content_of(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def state_of(remote: Remote) -> str:
    status = read_remote_status(remote)
    return status.state if status is not None else ""


def error_of(remote: Remote) -> str:
    """Why the machine is waited for, '' while it is not."""
    status = read_remote_status(remote)
    return status.error if status is not None and status.next_try_at >= status.since else ""


def followed(remote: Remote, **changes: Any) -> Followers:
    return Followers([remote], SystemClock(), None, QUICK, **{"is_only": False, **changes})


def test_what_is_written_there_arrives_here(remote: Remote, session: Path) -> None:
    with followed(remote):
        until(lambda: content_of(copy_of(remote)) == b'{"n": 1}\n', "the beginning")
        with session.open("ab") as file:
            file.write(b'{"n": 2}\n')
        until(lambda: content_of(copy_of(remote)).endswith(b'{"n": 2}\n'), "a line that was appended")
        session.with_name("s2.jsonl").write_bytes(b"new\n")
        until(lambda: content_of(copy_of(remote, "s2.jsonl")) == b"new\n", "a new session")
        session.write_bytes(b"another session\n")
        until(lambda: content_of(copy_of(remote)) == b"another session\n", "a session in the same place")
        assert state_of(remote) == "connected"
    status = read_remote_status(remote)
    assert status is not None
    assert (status.state, status.files, status.error) == ("ended", 2, "")


def test_a_broken_connection_is_made_again_and_nothing_is_lost(remote: Remote, session: Path, build: SshServer) -> None:
    troubles: list[str] = []
    with followed(remote, tell=troubles.append):
        until(lambda: state_of(remote) == "connected", "the first connection")
        for number in range(2, 5):
            assert build.drop()
            with session.open("ab") as file:
                file.write(b'{"n": %d}\n' % number)
            wanted = b"".join(b'{"n": %d}\n' % each for each in range(1, number + 1))
            until(lambda wanted=wanted: content_of(copy_of(remote)) == wanted, f"line {number}")  # type: ignore[misc]
        build.stop()
        until(lambda: "refused" in error_of(remote), "the machine is gone")
        build.start()
        until(lambda: state_of(remote) == "connected", "the machine is back")
    assert troubles
    assert all(trouble.startswith("build cannot be read: ") for trouble in troubles)


def test_a_long_file_is_resumed_in_its_middle(remote: Remote, session: Path, build: SshServer) -> None:
    long = b"".join(b'{"number": %d, "text": "%s"}\n' % (number, b"x" * 900) for number in range(20_000))
    session.write_bytes(long)
    with followed(remote):
        until(lambda: len(content_of(copy_of(remote))) > 1_000_000, "the beginning")
        build.drop()
        until(lambda: content_of(copy_of(remote)) == long, "all of it")


def test_an_unknown_machine_is_refused_and_said_so(remote: Remote, session: Path, build: SshServer) -> None:
    assert session.exists()
    build.forget_host()
    followers = followed(remote, is_only=True)
    with followers:
        assert followers.troubles() == ["build cannot be read: Host key verification failed"]
    assert state_of(remote) == "failed"
    assert not copy_of(remote).exists()


def test_reading_once_ends_when_all_is_read(remote: Remote, session: Path) -> None:
    session.write_bytes(b'{"n": 1}\n{"n"')
    followers = followed(remote, is_only=True)
    with followers:
        assert content_of(copy_of(remote)) == b'{"n": 1}\n{"n"'
    assert followers.troubles() == []
    assert state_of(remote) == "ended"


def test_stopping_does_not_wait_for_the_machine(
    remote: Remote, session: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert session.exists()
    silent = tmp_path / "silent"
    silent.mkdir()
    (silent / "ssh").write_text(f"#!/bin/sh\n: > {silent}/started\nexec sleep 600\n")
    (silent / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", str(silent), prepend=":")
    followers = followed(remote)
    with followers:
        until((silent / "started").exists, "an attempt")
        assert state_of(remote) == "connecting"
        began = time.monotonic()
        followers.stop()
    assert time.monotonic() - began < 4
    assert state_of(remote) == "ended"


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (
            "echo Welcome to build!; exec cat > /dev/null",
            "sends something else than file transfer: do its login scripts print",
        ),
        ("echo subsystem request failed on channel 0 >&2; exit 255", "subsystem request failed on channel 0"),
        ("exit 255", "the connection broke"),
        ("exec sleep 600", "has not answered for 0 seconds"),
    ],
)
def test_a_machine_that_does_not_transfer_files_is_given_up(
    script: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SILENT_S", 0.3)
    (tmp_path / "ssh").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(RemoteError, match=why), Connection(parse_remote_address("ssh://build")):
        pass


def test_no_ssh_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RemoteError, match="no program ssh"), Connection(parse_remote_address("ssh://build")):
        pass


def test_ssh_gets_arguments_and_no_shell_a_path() -> None:
    arguments = ssh_arguments(parse_remote_address("ssh://ada@build:2200/srv/$(reboot)"))
    assert arguments[0] == "ssh"
    assert "BatchMode=yes" in arguments
    assert arguments[-6:] == ["-p", "2200", "-s", "--", "ada@build", "sftp"]
    assert not any("reboot" in argument for argument in arguments), "paths go through the file transfer alone"


def test_a_status_that_is_none_is_no_status(remote: Remote) -> None:
    assert read_remote_status(remote) is None
    skipped = {"link": {"files": 1, "examples": ["/srv/link"]}}
    status = RemoteStatus(
        state="connected", since=1, looked_at=2, error="", next_try_at=0, files=3, bytes=4, pid=5, skipped=skipped
    )
    write_remote_status(remote, status)
    assert read_remote_status(remote) == status
    assert remote.status_file.stat().st_mode & 0o777 == 0o600
    changes: list[dict[str, Any]] = [{"since": -1}, {"skipped": []}, {"skipped": {"link": 1}}]
    changes += [{"skipped": {"link": {"files": 1, "examples": [2]}}}]
    wrongs = [json.dumps({**status._asdict(), **change}) for change in changes]
    for wrong in ("[]", "{", "", *wrongs, json.dumps({"state": "connected"})):
        remote.status_file.write_text(wrong)
        assert read_remote_status(remote) is None
