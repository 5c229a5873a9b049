"""``ppp-tui receive`` as a process: it listens, keeps, tells doctor, and ends when it is told to."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ppp_tui.cli.dashboard import child_commands
from ppp_tui.cli.invocation import Invocation
from tests.receive.otlp_of import SESSION, json_of, log_of, logs_of, request_of, send


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "ppp_tui", "receive", "--port", "0", *arguments],
        env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder / "data")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_receive_keeps_what_it_is_sent_until_it_is_told_to_end(tmp_path: Path) -> None:
    process = start(tmp_path)
    assert process.stdout
    port = re.search(r"http://127\.0\.0\.1:(\d+)", process.stdout.readline())
    assert port
    try:
        assert send(int(port[1]), request_of(body=json_of(logs_of(log_of("user_prompt"))))).status == 200
        second = start(tmp_path)
        assert "another ppp-tui receive is at work" in second.communicate(timeout=30)[1]
        assert second.returncode == 75
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0
    received = tmp_path / "data" / "ppp-tui" / "received"
    assert (received / "sessions" / f"claude_code-{SESSION}.jsonl").exists()
    assert not list((received / "journals").iterdir())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mode", "content", "told"),
    [
        (0o644, "secret", "can be read by others"),
        (0o600, "\n", "holds no token"),
        (0o600, "a\x1b[2Jb", "holds no token"),
    ],
)
def test_token_file_that_protects_nothing_is_refused(tmp_path: Path, mode: int, content: str, told: str) -> None:
    token = tmp_path / "token"
    token.write_text(content)
    token.chmod(mode)
    process = start(tmp_path, "--token-file", str(token))
    assert told in process.communicate(timeout=30)[1]
    assert process.returncode == 1


@pytest.mark.slow
def test_child_of_a_dashboard_ends_with_it_and_says_nothing(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "ppp_tui", "receive", "--port", "0", "--child"],
        env={**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.communicate(timeout=60) == (b"", b"")
    assert process.returncode == 0


@pytest.mark.parametrize(("enabled", "commands"), [("false", ["ingest"]), ("true", ["ingest", "receive"])])
def test_dashboard_keeps_a_receiver_at_work_if_settings_ask_for_it(
    tmp_path: Path, enabled: str, commands: list[str]
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f"[receive]\nenabled = {enabled}\n")
    invocation = Invocation(config=config, database=tmp_path / "a.db", home=tmp_path)
    assert [
        next(word for word in each if word in ("ingest", "receive")) for each in child_commands(invocation)
    ] == commands
