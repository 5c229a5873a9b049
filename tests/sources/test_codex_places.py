"""Where rollouts lie and what their names tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.sources.codex import SOURCE
from ppp_tui.sources.source import Identity, LineSource

THREAD = "019ed50c-2fb3-7002-a384-360bea6e7f04"
BRANCH = "01a1fb30-6bb7-7ff0-b7b4-7659727064b2"


def test_codex_is_a_source_of_lines() -> None:
    assert isinstance(SOURCE, LineSource)
    assert (SOURCE.name, SOURCE.title, SOURCE.agent_name) == ("codex", "Codex", "codex")
    assert not SOURCE.capabilities.retries
    assert SOURCE.capabilities.context_window
    assert SOURCE.capabilities.rate_limits


def test_roots_are_active_then_archived() -> None:
    home = Path("/home/a")
    assert SOURCE.roots({}, home) == [Path("/home/a/.codex/sessions"), Path("/home/a/.codex/archived_sessions")]
    assert SOURCE.roots({"CODEX_HOME": "/srv/cx"}, home) == [
        Path("/srv/cx/sessions"),
        Path("/srv/cx/archived_sessions"),
    ]


def test_find_yields_rollouts_plain_and_compressed_and_nothing_else(tmp_path: Path) -> None:
    day = tmp_path / "2026" / "11" / "20"
    day.mkdir(parents=True)
    names = [f"rollout-2026-11-20T10-00-00-{THREAD}.jsonl", f"rollout-2026-11-19T10-00-00-{BRANCH}.jsonl.zst"]
    for name in (*names, "history.jsonl", "rollout-notes.txt", f"rollout-x-{THREAD}.jsonl.tmp"):
        (day / name).write_bytes(b"")
    assert sorted(path.name for path in SOURCE.find(tmp_path)) == sorted(names)
    assert list(SOURCE.find(day / names[0])) == [day / names[0]]
    assert list(SOURCE.find(day / "history.jsonl")) == []
    assert list(SOURCE.find(tmp_path / "missing")) == []


@pytest.mark.parametrize(
    ("name", "native_id"),
    [
        (f"rollout-2026-06-17T10-06-46-{THREAD}.jsonl", THREAD),
        (f"rollout-2026-06-17T10-06-46-{THREAD}.jsonl.zst", THREAD),
        (f"rollout-2026-11-20T23-00-16-{THREAD}_{BRANCH}.jsonl", f"{THREAD}_{BRANCH}"),
        (f"rollout-2026-06-17T10-06-46-{THREAD}__copy.jsonl", THREAD),
        ("rollout-odd.jsonl", "rollout-odd"),
    ],
)
def test_identity_is_the_thread_and_for_a_branch_both_ids(name: str, native_id: str) -> None:
    assert SOURCE.identify(Path("/x") / name) == Identity(native_id)


def test_resume_goes_to_the_project_and_a_branch_resumes_its_thread() -> None:
    assert SOURCE.resume_command(THREAD, "/home/a/my shop") == f"cd '/home/a/my shop' && codex resume {THREAD}"
    assert SOURCE.resume_command(f"{THREAD}_{BRANCH}", "") == f"codex resume {THREAD}"
    assert SOURCE.resume_command("; rm -rf /", "") == "codex resume '; rm -rf /'"
    assert SOURCE.resume_command("", "/home/a") is None
