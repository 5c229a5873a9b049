"""What a copy of a session from another machine must have with it to be read as the session itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.settings.source_names import BUILTIN
from ppp_tui.sources import registry
from ppp_tui.sources.source import is_copied, reads_lines

KIMI = "/h/.kimi/sessions/0a"
CURSOR = "/h/.cursor/projects/shop"


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        ("kimi_cli", f"{KIMI}/5b/wire.jsonl", ["/h/.kimi/kimi.json"]),
        ("kimi_cli", f"{KIMI}/5b/subagents/7c/wire.jsonl", ["/h/.kimi/kimi.json"]),
        ("kimi_cli", "/copy/wire.jsonl", []),
        ("cursor_cli", f"{CURSOR}/agent-transcripts/1f.jsonl", [f"{CURSOR}/.workspace-trusted"]),
        ("gemini_cli", "/h/.gemini/tmp/shop/chats/session-1.jsonl", ["/h/.gemini/tmp/shop/.project_root"]),
        ("droid", "/h/.factory/sessions/a/1.jsonl", ["/h/.factory/sessions/a/1.settings.json"]),
        ("roo_code", "/h/tasks/1/ui_messages.json", ["/h/tasks/1/task_metadata.json", "/h/tasks/1/history_item.json"]),
        ("amp", "/h/.local/share/amp/threads/T-1.json", []),
    ],
)
def test_files_beside_a_session_are_named(kind: str, path: str, expected: list[str]) -> None:
    source = registry.source(kind)
    assert is_copied(source)
    assert list(map(str, source.copied_with(Path(path)))) == expected


@pytest.mark.parametrize("kind", ["crush", "opencode", "codex_store", "kilo_db", "goose", "trajectory_db"])
def test_a_database_is_not_read_from_copies(kind: str) -> None:
    assert not is_copied(registry.source(kind))


def test_formats_of_lines_need_nothing_beside_unless_they_say_so() -> None:
    sources = map(registry.source, BUILTIN)
    needy = [source.name for source in sources if is_copied(source) and reads_lines(source)]
    assert sorted(needy) == ["cursor_cli", "gemini_cli", "kimi_cli"]
