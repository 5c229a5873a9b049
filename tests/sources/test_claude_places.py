"""Where sessions lie, what their names tell, and how they are resumed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.sources.claude_code import SOURCE
from ppp_tui.sources.source import Identity
from tests.sources.closed_folder import close_folder

HOME = Path("/home/dev")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, ["/home/dev/.claude/projects", "/home/dev/.config/claude/projects"]),
        ({"XDG_CONFIG_HOME": "/conf"}, ["/home/dev/.claude/projects", "/conf/claude/projects"]),
        ({"CLAUDE_CONFIG_DIR": "/a, /b/projects ,,/a"}, ["/a/projects", "/b/projects"]),
        ({"CLAUDE_CONFIG_DIR": "~/conf"}, ["/home/dev/conf/projects"]),
        ({"CLAUDE_CONFIG_DIR": " "}, ["/home/dev/.claude/projects", "/home/dev/.config/claude/projects"]),
    ],
)
def test_roots_follow_the_environment(environment: dict[str, str], expected: list[str]) -> None:
    assert SOURCE.roots(environment, HOME) == [Path(path) for path in expected]


FILES = {
    "p/one.jsonl": True,
    "p/one/subagents/agent-a.jsonl": True,
    "p/one/subagents/workflows/w/agent-b.jsonl": True,
    "p/agent-c.jsonl": True,
    "p/one/subagents/workflows/w/journal.jsonl": False,
    "p/one/subagents/agent-a.meta.json": False,
    "p/one/tool-results/out.jsonl": False,
    "p/notes.txt": False,
    "p/.jsonl": False,
}


def test_finding_and_claiming_agree(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = {str(path.relative_to(tmp_path)) for path in SOURCE.find(tmp_path)}
    assert found == {name for name, is_session in FILES.items() if is_session}
    assert {name: SOURCE.claims(tmp_path / name) for name in FILES} == FILES


def test_a_root_may_be_a_file_or_missing(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").touch()
    (tmp_path / "one.txt").touch()
    assert [list(SOURCE.find(tmp_path / name)) for name in ("one.jsonl", "one.txt", "none")] == [
        [tmp_path / "one.jsonl"],
        [],
        [],
    ]


def test_linked_folders_are_followed_and_loops_are_not(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/one.jsonl").touch()
    (tmp_path / "root/link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "root/loop").symlink_to(tmp_path / "root")
    assert list(SOURCE.find(tmp_path / "root")) == [tmp_path / "root/link/one.jsonl"]


def test_a_folder_that_may_not_be_read_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "one.jsonl").touch()
    close_folder(monkeypatch, tmp_path / "closed")
    assert list(SOURCE.find(tmp_path)) == [tmp_path / "one.jsonl"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/r/-home-shop/5f0c.jsonl", Identity("5f0c")),
        ("/r/-home-shop/5f0c/subagents/agent-a1.jsonl", Identity("agent-a1", "5f0c")),
        ("/r/-home-shop/5f0c/subagents/workflows/w1/agent-a1.jsonl", Identity("agent-a1", "5f0c")),
        ("/r/-home-shop/agent-a1.jsonl", Identity("agent-a1")),
    ],
)
def test_path_gives_the_ids_of_session_and_parent(path: str, expected: Identity) -> None:
    assert SOURCE.identify(Path(path)) == expected


@pytest.mark.parametrize(
    ("native_id", "project", "expected"),
    [
        ("5f0c", "/home/dev/shop", "cd /home/dev/shop && claude --resume 5f0c"),
        ("5f0c", "/home/dev/my shop; rm", "cd '/home/dev/my shop; rm' && claude --resume 5f0c"),
        ("5f0c; rm", "/x", "cd /x && claude --resume '5f0c; rm'"),
        ("5f0c", "-P", "cd ./-P && claude --resume 5f0c"),
        ("5f0c", "", "claude --resume 5f0c"),
        ("--dangerously-skip-permissions", "/x", None),
        ("agent-a1", "/x", None),
        ("", "/x", None),
    ],
)
def test_resume_command_goes_to_the_project_folder(native_id: str, project: str, expected: str | None) -> None:
    assert SOURCE.resume_command(native_id, project) == expected
