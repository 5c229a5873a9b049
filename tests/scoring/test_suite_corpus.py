"""Test runs in recorded sessions: how many there are, by runner. Every one of them was looked at by a person."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ppp_tui.model.event import ToolCallFinished, ToolCallStarted
from ppp_tui.sources import registry
from ppp_tui.sources.source import LineSource
from ppp_tui.tool_output import find_runs
from ppp_tui.tool_output.commands import may_run_tests
from tests.corpus import CORPUS, needs_corpus

pytestmark = needs_corpus


def found(name: str, folder: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    source = registry.source(name)
    assert isinstance(source, LineSource)
    for path in sorted((CORPUS / folder).rglob("*.jsonl")):
        counts += runs_of(source, path)
    return counts


def runs_of(source: LineSource, path: Path) -> Counter[str]:
    counts: Counter[str] = Counter()
    commands: dict[str, str] = {}
    for event in source.parser(path).feed(path.read_bytes(), 0).events:
        if isinstance(event, ToolCallStarted):
            commands[event.key] = event.command
        elif isinstance(event, ToolCallFinished) and event.status != "running":
            command = commands.get(event.key, "")
            if may_run_tests(command):
                counts.update(f"{run.framework} {run.unit}" for run in find_runs(event.output))
            elif command and find_runs(event.output):
                counts["shown only"] += 1
    return counts


def test_no_run_of_claude_codes_sessions_is_missed_or_made_up() -> None:
    assert found("claude_code", "claude-code") == {"go package": 98, "go test": 41}


def test_no_run_of_codexs_sessions_is_missed_or_made_up() -> None:
    assert found("codex", "codex") == {"bun test": 8}
