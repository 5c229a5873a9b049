"""What a copy of a session from another machine must have with it to be read as the session itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.settings.source_names import BUILTIN
from ppp_tui.sources import registry
from ppp_tui.sources.source import has_companions, has_databases, is_copied, reads_lines

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


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("crush", "/h/shop/.crush/crush.db"),
        ("opencode", "/h/opencode.db"),
        ("opencode", "/h/opencode-dev.db"),
        ("kilo_db", "/h/kilo.db"),
        ("goose", "/h/sessions.db"),
        ("trajectory_db", "/h/consensus.sqlite3"),
    ],
)
def test_a_database_is_known_by_its_name_and_its_log(kind: str, path: str) -> None:
    source = registry.source(kind)
    assert has_databases(source)
    assert source.is_database(Path(path))
    assert has_companions(source)
    assert source.session_of(Path(f"{path}-wal")) == Path(path)
    assert source.session_of(Path("/h/other.txt-wal")) is None
    assert not is_copied(source)


def test_a_store_that_is_read_beside_others_is_not_read_from_copies() -> None:
    store = registry.source("codex_store")
    assert not is_copied(store)
    assert not has_databases(store)


def test_formats_of_lines_need_nothing_beside_unless_they_say_so() -> None:
    sources = map(registry.source, BUILTIN)
    needy = [source.name for source in sources if is_copied(source) and reads_lines(source)]
    assert sorted(needy) == ["cursor_cli", "gemini_cli", "kimi_cli", "kimi_code"]
