"""Agents that are read by their documentation, from their files to the reports: turns, tokens, sub-agents, unknowns."""

from __future__ import annotations

import json
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.sources import cursor_lines, gptme_lines, kimi_lines
from tests.sources.crush_rows import SESSION, CrushStore, call, finish, result, text


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@pytest.fixture
def documented(home: Path, ppp: Run) -> Path:
    """A home in which Kimi CLI (with a sub-agent), Crush, gptme and Cursor CLI were given one prompt at one moment."""
    kimi = home / ".kimi"
    session = kimi / "sessions" / md5(b"/shop", usedforsecurity=False).hexdigest() / kimi_lines.SESSION
    write(kimi / "kimi.json", json.dumps({"work_dirs": [{"path": "/shop"}]}).encode())
    write(
        session / "wire.jsonl",
        kimi_lines.content(
            kimi_lines.metadata(),
            kimi_lines.prompt(0, "Fix it"),
            kimi_lines.call(1, "t1", "Agent", prompt="List all", subagent_type="explore"),
            kimi_lines.of_subagent(kimi_lines.status(2, "chatcmpl-9"), "t1", "a1b2c3d4"),
            kimi_lines.result(3, "t1", "Two files"),
            kimi_lines.status(4),
            kimi_lines.said(4, "Which provider, GitHub or Google?"),
            kimi_lines.line(5, "TurnEnd"),
        ),
    )
    write(
        session / "subagents" / "a1b2c3d4" / "wire.jsonl",
        kimi_lines.content(
            kimi_lines.metadata(),
            kimi_lines.prompt(1.5, "List all"),
            kimi_lines.status(2, "chatcmpl-9"),
            kimi_lines.line(2, "TurnEnd"),
        ),
    )
    write(
        home / ".local" / "share" / "gptme" / "logs" / gptme_lines.NAME / "conversation.jsonl",
        gptme_lines.content(gptme_lines.message("user", "Fix it"), gptme_lines.answer("Done.", 1)),
    )
    folder = home / ".cursor" / "projects" / "shop"
    write(folder / ".workspace-trusted", b'{"workspacePath": "/shop"}')
    write(
        folder / "agent-transcripts" / f"{cursor_lines.SESSION}.jsonl",
        cursor_lines.content(
            cursor_lines.user("Fix it"),
            cursor_lines.answer(cursor_lines.block("I look."), cursor_lines.call("Shell", command="ls")),
            cursor_lines.ended(),
        ),
    )
    crush = CrushStore(home / "work" / "api" / ".crush" / "crush.db")
    crush.session()
    crush.message("m1", "user", 0, text("Fix it"))
    crush.message("m2", "assistant", 1, text("I look."), call("c1", "bash", command="ls"), finish("tool_use", 1))
    crush.message("m3", "tool", 2, result("c1", "a\nExit code 2"))
    crush.message("m4", "assistant", 3, text("Done."), finish("end_turn", 3))
    crush.close()
    projects = [{"path": str(home / "work" / "api"), "data_dir": ".crush"}]
    write(home / ".local" / "share" / "crush" / "projects.json", json.dumps({"projects": projects}).encode())
    assert ppp("ingest").returncode == 0
    return home


def listed(ppp: Run, *arguments: str) -> dict[str, dict[str, Any]]:
    done = ppp("sessions", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return {row["agent"]: row for row in json.loads(done.stdout)["rows"]}


def test_equal_prompts_of_four_agents_are_four_turns(documented: Path, ppp: Run) -> None:
    rows = listed(ppp, "Fix")
    assert {name: (row["turns"], row["project"]) for name, row in rows.items()} == {
        "kimi": (1, "/shop"),
        "gptme": (1, ""),
        "cursor": (1, "/shop"),
        "crush": (1, str(documented / "work" / "api")),
    }


def test_tokens_of_a_sub_agent_are_counted_once(documented: Path, ppp: Run) -> None:
    del documented
    assert listed(ppp, "agent:kimi")["kimi"]["tokens"] == 2 * 2150


def test_tokens_that_are_not_recorded_are_unknown_and_never_zero(documented: Path, ppp: Run) -> None:
    del documented
    (turn,) = json.loads(ppp("turns", cursor_lines.SESSION, "--json").stdout)["rows"]
    assert (turn["steps"], turn["input_tokens"], turn["cost_usd"]) == (1, None, None)
    (turn,) = json.loads(ppp("turns", SESSION, "--json").stdout)["rows"]
    assert (turn["failed_steps"], turn["wall_ms"], turn["input_tokens"]) == (1, 3000, None)
    (turn,) = json.loads(ppp("turns", kimi_lines.SESSION, "--json").stdout)["rows"]
    assert (turn["input_tokens"], turn["cache_read_tokens"], turn["cost_usd"]) == (100, 2000, None)
