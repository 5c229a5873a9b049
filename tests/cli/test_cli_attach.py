"""``ppp-tui attach``: what is piped in is passed on unchanged, kept, and shown; a session with a file is left to it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import pytest

from tests.cli.conftest import SESSION, Run, environment, record

OTHER = "aaaaaaaa-89ab-4def-8123-456789abcdef"


def stream(session: str) -> bytes:
    usage = {"input_tokens": 10, "output_tokens": 1}
    message = {
        "id": "msg_9",
        "model": "claude-sonnet-4-5",
        "content": [{"type": "text", "text": "Hi."}],
        "usage": usage,
    }
    records = (
        {"type": "system", "subtype": "init", "session_id": session, "cwd": "/shop"},
        {"type": "assistant", "message": message, "session_id": session, "parent_tool_use_id": None},
        {"type": "result", "subtype": "success", "session_id": session, "usage": {"output_tokens": 5}},
    )
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def attach(home: Path, content: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "ppp_tui", "attach", *arguments],
        input=content,
        env={**environment(home), "XDG_DATA_HOME": ""},
        capture_output=True,
        timeout=60,
        check=False,
    )


def kept(home: Path) -> dict[str, str]:
    folder = home / ".local" / "share" / "ppp-tui"
    return {path.name: path.read_text() for path in folder.glob("*/*.jsonl")}


def test_stream_is_passed_on_and_becomes_a_session(home: Path, ppp: Run) -> None:
    content = b"warming up\n" + stream(OTHER)
    done = attach(home, content, "--prompt", "Greet")
    assert (done.returncode, done.stdout, done.stderr) == (0, content, b"")
    (file,) = (home / ".local/share/ppp-tui/attached").iterdir()
    assert (file.name, file.stat().st_mode & 0o077, file.parent.stat().st_mode & 0o077) == (
        f"claude_code-{OTHER}.jsonl",
        0,
        0,
    )
    assert ppp("ingest").returncode == 0
    rows = json.loads(ppp("sessions", "--json", "agent:claude").stdout)["rows"]
    assert [(row["title"], row["tokens"]) for row in rows if row["native_id"] == OTHER] == [("Greet", 15)]


def test_codex_prints_sums_of_turns_so_that_the_number_of_requests_is_unknown(home: Path, ppp: Run) -> None:
    usage = {"input_tokens": 900, "cached_input_tokens": 100, "output_tokens": 70, "reasoning_output_tokens": 0}
    made_at = time.time_ns() // 1_000_000
    thread = str(UUID(int=(made_at << 80) | (7 << 76) | (2 << 62)))
    records = (
        {"type": "thread.started", "thread_id": thread},
        {"type": "turn.started"},
        {"type": "turn.completed", "usage": usage},
    )
    content = b"".join(json.dumps(record).encode() + b"\n" for record in records)
    assert attach(home, content, "--quiet", "--prompt", "Greet").returncode == 0
    assert ppp("ingest", "--source", f"attached={home}/.local/share/ppp-tui/attached").returncode == 0
    [turn] = json.loads(ppp("turns", thread, "--json").stdout)["rows"]
    assert (turn["requests"], turn["input_tokens"], turn["output_tokens"]) == (None, 800, 70)
    told = ppp("usage", "--by", "agent").stdout
    assert "more requests than are counted: some of Piped into attach stand for several." in told
    assert json.loads(ppp("usage", "--json").stdout)["sources_of_sums"] == ["attached"]


def test_session_that_has_a_file_of_its_own_is_not_written_twice(home: Path) -> None:
    done = attach(home, stream(SESSION), "--quiet")
    assert (done.returncode, done.stdout, kept(home)) == (0, b"", {})
    assert f"{SESSION}.jsonl".encode() in done.stderr


def test_plain_lines_are_kept_with_a_time_and_a_wrong_one_costs_itself(home: Path) -> None:
    content = b'{"type": "turn", "prompt": "Plan"}\n{"type": "turn"}\nno json\n'
    assert attach(home, content, "--quiet").returncode == 0
    (text,) = kept(home).values()
    first, _, last = text.splitlines()
    assert json.loads(first)["prompt"] == "Plan"
    assert json.loads(first)["at"].endswith("Z")
    assert last == "no json"


@pytest.mark.parametrize("content", [b"", b"hello\n", b'{"type": "mood"}\n'])
def test_input_of_no_known_format_ends_with_status_1_and_leaves_nothing(home: Path, content: bytes) -> None:
    done = attach(home, content)
    assert (done.returncode, done.stdout, kept(home)) == (1, content, {})


def test_input_that_ends_in_a_turn_cancels_it(home: Path) -> None:
    cut = b"".join(stream(OTHER).splitlines(keepends=True)[:2])
    assert attach(home, cut, "--quiet").returncode == 0
    (text,) = kept(home).values()
    assert json.loads(text.splitlines()[-1])["outcome"] == "cancelled"


def test_lines_are_written_before_the_input_ends(home: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "ppp_tui", "attach"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**environment(home), "XDG_DATA_HOME": ""},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        lines = stream(OTHER).splitlines(keepends=True)
        for line in lines:
            process.stdin.write(line)
            process.stdin.flush()
            assert process.stdout.readline() == line
        # A line is passed on before it is kept: of the last but one it is known that it is.
        assert "Hi." in "".join(kept(home).values())
        process.kill()


def test_requests_count_once_if_the_session_comes_as_a_file_later(home: Path, ppp: Run) -> None:
    assert attach(home, stream(OTHER), "--quiet").returncode == 0
    assert ppp("ingest").returncode == 0
    before = json.loads(ppp("usage", "--all", "--json").stdout)["totals"]
    usage = {"input_tokens": 10, "output_tokens": 5}
    answer = {"id": "msg_9", "model": "claude-sonnet-4-5", "content": [{"type": "text", "text": "Hi."}], "usage": usage}
    file = home / ".claude" / "projects" / "-shop" / f"{OTHER}.jsonl"
    file.write_text(record("user", 1, {"content": "Greet"}) + record("assistant", 2, answer, requestId="req_9"))
    assert ppp("ingest").returncode == 0
    after = json.loads(ppp("usage", "--all", "--json").stdout)["totals"]
    assert (before["input_tokens"], after["input_tokens"]) == (20, 20)
    assert (before["output_tokens"], after["output_tokens"]) == (10, 10)
