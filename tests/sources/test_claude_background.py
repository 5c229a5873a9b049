"""Tests in the background: how they went stands in what is asked of their process later, not in their launch."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.fold.file_fold import FileFold
from ppp_tui.fold.trajectory import FoldOptions
from ppp_tui.model.event import ToolCallFinished, ToolCallStarted
from tests.fold.test_fold_events import FlatPricing
from tests.sources.claude_lines import assistant, call, result, told, user

LAUNCHED = {"stdout": "", "stderr": "", "interrupted": False, "isImage": False, "backgroundTaskId": "b1"}
RED = "<exit_code>1</exit_code>\n\n<stdout>\n== 1 failed, 2 passed in 0.10s ==\n</stdout>"


def launch(command: str = "pytest") -> list[dict[str, Any]]:
    """A command that goes to the background at once."""
    return [
        user("u1", "Test it"),
        assistant("a1", call("t1", "Bash", command=command, run_in_background=True), 1),
        user("u2", result("t1", "Command running in background with ID: b1"), 2, toolUseResult=LAUNCHED),
    ]


def poll(key: str, second: int, text: str, tool: str = "BashOutput", **given: str) -> list[dict[str, Any]]:
    """A look at what it printed."""
    return [
        assistant(f"a{key}", call(key, tool, **(given or {"bash_id": "b1"})), second, message_id=f"m{key}"),
        user(f"u{key}", result(key, text), second + 1, toolUseResult={"stdout": "", "shellId": "b1"}),
    ]


def runs(*records: dict[str, Any]) -> list[tuple[int, int, int | None]]:
    """Passed and failed tests of each run, and what its exit code says where that is all."""
    [rows] = FileFold(b"", FoldOptions(FlatPricing())).fold(told(*records))
    return [(run.passed, run.failed, run.exit_failed) for run in rows.work.runs]


def test_launch_of_tests_in_the_background_is_no_run_that_passed() -> None:
    assert runs(*launch()) == []


@pytest.mark.parametrize(
    ("tool", "given", "done"),
    [
        ("BashOutput", {"bash_id": "b1"}, f"<status>failed</status>\n\n{RED}"),
        (
            "TaskOutput",
            {"task_id": "b1"},
            f"<retrieval_status>success</retrieval_status>\n<task_id>b1</task_id>\n{RED}",
        ),
    ],
)
def test_tests_in_the_background_went_as_their_process_says(tool: str, given: dict[str, str], done: str) -> None:
    waiting = poll("t2", 3, "<status>running</status>\n\n<stdout>\n..\n</stdout>", tool, **given)
    again = poll("t4", 7, "<status>failed</status>\n\n<exit_code>1</exit_code>", tool, **given)
    assert runs(*launch(), *waiting, *poll("t3", 5, done, tool, **given), *again) == [(2, 1, None)]


def test_tests_that_print_no_summary_went_by_the_exit_code_of_their_process() -> None:
    done = poll("t2", 3, "<status>failed</status>\n\n<exit_code>1</exit_code>\n\n<stdout>\nno luck\n</stdout>")
    assert runs(*launch(), *done) == [(0, 0, 1)]


def test_look_at_a_process_that_runs_no_tests_is_no_test() -> None:
    events = told(*launch("npm run dev"), *poll("t2", 3, "<status>running</status>\n\n<stdout>\nready\n</stdout>"))
    started = [event.command for event in events if isinstance(event, ToolCallStarted)]
    ended = [(event.status, event.exit_code) for event in events if isinstance(event, ToolCallFinished)]
    assert started == ["npm run dev", ""]
    assert ended == [("ok", None), ("ok", None)]
