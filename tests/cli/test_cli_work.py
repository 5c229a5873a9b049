"""``tests``, ``retries``, ``context``, ``codebase`` and ``index`` over a database of one session that worked."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import SESSION, Run, record
from tests.sources import gemini_lines as gemini

MODEL = "claude-sonnet-4-5"
RED = "FAILED test_a.py::test_pay - unpayable\n1 failed, 3 passed in 0.20s\n"


def called(number: int, key: str, name: str, **values: Any) -> str:
    block = {"type": "tool_use", "id": key, "name": name, "input": values}
    usage = {"input_tokens": 9000, "output_tokens": 5}
    message = {
        "id": f"msg_{number}",
        "model": "claude-sonnet-4-5",
        "stop_reason": "tool_use",
        "content": [block],
        "usage": usage,
    }
    return record("assistant", number, message, requestId=f"req_{number}")


def returned(number: int, key: str, text: str, *, is_error: bool = False) -> str:
    block = {"type": "tool_result", "tool_use_id": key, "content": text, "is_error": is_error}
    told = text if is_error else {"stdout": text, "stderr": "", "interrupted": False}
    return record("user", number, {"content": [block]}, toolUseResult=told)


@pytest.fixture(autouse=True)
def worked(home: Path, ppp: Run) -> None:
    """A turn with a red and a green run of one command, a file that was read, and a request that was asked again."""
    with (home / ".claude" / "projects" / "-shop" / f"{SESSION}.jsonl").open("a") as session:
        session.write(record("user", 3, {"content": "Mend the pay page"}))
        session.write(called(4, "c1", "Bash", command="pytest -q"))
        session.write(returned(5, "c1", f"Exit code 1\n{RED}", is_error=True))
        session.write(called(6, "c2", "Read", file_path="/shop/src/pay.py"))
        session.write(returned(7, "c2", "x" * 400))
        session.write(called(8, "c3", "Bash", command="pytest -q"))
        session.write(returned(9, "c3", "4 passed in 0.10s\n"))
    assert ppp("ingest").returncode == 0


def rows(ppp: Run, *arguments: str) -> list[dict[str, Any]]:
    done = ppp(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["rows"]
    return found


def test_the_runs_of_a_project_by_its_name_or_path(ppp: Run) -> None:
    for name in ("shop", "/shop"):
        green, red = rows(ppp, "tests", name)
        assert (green["passed"], green["failed"], green["pass_rate"], green["pass_rate_drop"]) == (4, 0, 1.0, -0.25)
        assert (red["failing"], red["reasons"]) == (["test_a.py::test_pay"], ["unpayable"])
        assert (red["suite"], red["agent"], red["session"], red["turn"]) == ("pytest", "claude", 1, 2)


def test_a_table_and_csv_tell_the_same_rows(ppp: Run) -> None:
    table = ppp("tests", "shop").stdout.splitlines()
    assert table[0] == "Test runs (project shop)"
    assert [line.split()[2:8] for line in table[3:]] == [
        ["shop", "pytest", "–", "pytest", "4", "4"],
        ["shop", "pytest", "–", "pytest", "4", "3"],
    ]
    assert "  change  in session  " in table[1]
    assert ["+25.0" in line for line in table[3:]] == [True, False]
    told = list(csv.DictReader(io.StringIO(ppp("tests", "shop", "--csv").stdout)))
    assert [(row["passed"], row["failing"]) for row in told] == [("4", "[]"), ("3", '["test_a.py::test_pay"]')]


def test_a_flaky_test_is_told_with_its_evidence(ppp: Run) -> None:
    [test] = rows(ppp, "tests", "flaky")
    assert (test["name"], test["failed_at"], test["passed_at"], test["reason"]) == (
        "test_a.py::test_pay",
        "2026-11-20T10:00:05.000Z",
        "2026-11-20T10:00:09.000Z",
        "unpayable",
    )
    [evidence] = test["evidence"]
    assert (evidence["across"], evidence["earlier_session"], evidence["session"]) == ("turn", 1, 1)
    assert (evidence["earlier_turn"], evidence["turn"]) == (2, 2)
    assert (evidence["has_failed_first"], evidence["failed_first"]) == (True, True)


def test_sessions_have_the_sums_of_their_tests(ppp: Run) -> None:
    rows = json.loads(ppp("sessions", "--json").stdout)["rows"]
    sums = {
        row["session"]: (row["tests_run"], row["tests_passed"], row["tests_failed"], row["pass_rate"]) for row in rows
    }
    assert sums[1] == (8, 7, 1, 0.875)


@pytest.mark.parametrize("name", ["1", SESSION, SESSION[:8]])
def test_the_runs_of_a_session_come_with_its_sums(ppp: Run, name: str) -> None:
    told = json.loads(ppp("tests", name, "--json").stdout)
    assert [row["passed"] for row in told["rows"]] == [4, 3]
    assert told["session"] == {
        "session": 1,
        "test_runs": 2,
        "red_test_runs": 1,
        "tests_run": 8,
        "passed": 7,
        "failed": 1,
        "skipped": 0,
        "pass_rate": 0.875,
    }
    table = ppp("tests", name).stdout.splitlines()
    assert table[-1] == "2 test runs, 1 of them red; 8 tests run: 7 passed, 1 failed, 87.5%."


def test_a_session_without_runs_and_one_that_is_not_there_are_told(ppp: Run) -> None:
    done = ppp("tests", "99")
    assert done.returncode == 1
    assert "There is no session 99" in done.stderr


def test_no_regression_is_a_status_of_its_own(ppp: Run) -> None:
    done = ppp("tests", "regressions")
    assert (done.returncode, done.stdout, done.stderr[:26]) == (1, "", "No regressions of tests. S")
    assert json.loads(ppp("tests", "regressions", "--json").stdout)["rows"] == []


def test_bounds_leave_out_what_lies_beyond(ppp: Run) -> None:
    assert ppp("tests", "shop", "--until", "2026-11-19").returncode == 1
    assert ppp("tests", "shop", "--agent", "codex").returncode == 1
    assert (
        len(
            rows(
                ppp,
                "tests",
                "shop",
                "--since",
                "2026-11-20T00:00",
                "--until",
                "2026-11-21",
                "--model",
                "claude-sonnet-4-5",
            )
        )
        == 2
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tests", "shop", "--json", "--csv"), "--json and --csv exclude each other"),
        (("tests", "shop", "--since", "soon"), "soon is not a time: write a day (2026-11-20)"),
        (("tests", "shop", "--project", "shop"), "the project is named already"),
        (("retries", "1", "--by", "hour"), "a session is shown whole"),
        (("tests", "1", "--agent", "claude"), "a session is shown whole"),
        (("retries", "summary", "--by", "mood"), "is not one of"),
        (("context", "hot-files"), "write context hot-files PROJECT"),
        (("context", "1", "--agent", "claude"), "a session is one word, and shown whole"),
        (("codebase", "shop", "more"), "more is one word too many"),
        (("index", "/nowhere"), "/nowhere is no folder"),
    ],
)
def test_wrong_arguments_are_named(ppp: Run, arguments: tuple[str, ...], message: str) -> None:
    done = ppp(*arguments)
    assert done.returncode == 2
    assert message in done.stderr


def test_an_unknown_project_is_named(ppp: Run) -> None:
    done = ppp("tests", "elsewhere")
    assert (done.returncode, done.stderr) == (
        1,
        "ppp-tui: The project elsewhere has no recorded test runs. Those that do: shop.\n",
    )


def test_what_failed_and_was_tried_again(ppp: Run) -> None:
    [chain] = rows(ppp, "retries", SESSION[:8])
    assert (chain["kind"], chain["tool"], chain["outcome"], chain["succeeded_after"]) == (
        "tool",
        "Bash",
        "recovered",
        1,
    )
    [total] = rows(ppp, "retries", "summary", "--by", "agent")
    assert (total["group"], total["kind"], total["chains"], total["success_rate"]) == ("claude", "tool", 1, 1.0)


def test_what_was_given_up_and_answered_by_another_model_is_told_of_a_session(ppp: Run) -> None:
    told = json.loads(ppp("retries", "1", "--json").stdout)
    assert told["session"] == {"session": 1, "retry_chains": 1, "max_retries_hit": 0, "model_fallbacks": 0}
    assert "0 given up after retries, 0 answered by another model." in ppp("retries", "1").stdout


def test_failures_that_an_agent_does_not_record_are_not_said_to_be_none(home: Path, ppp: Run) -> None:
    chats = home / ".gemini" / "tmp" / "shop" / "chats"
    chats.mkdir(parents=True)
    lines = (gemini.header(), gemini.user("u1", "Hello"), gemini.answer("a1", "Hi.", 3))
    (chats / "session-2026-11-20T10-00-e842380b.jsonl").write_bytes(gemini.content(*lines))
    assert ppp("ingest", "--source", f"gemini_cli={chats}").returncode == 0
    assert "Gemini CLI does not record requests that it tried again." in ppp("retries", gemini.SESSION).stderr
    untold = "Failed requests of Gemini CLI are not recorded; their tools' failures are counted."
    assert untold in ppp("retries", "summary").stdout
    assert json.loads(ppp("retries", "summary", "--json").stdout)["failed_requests_not_recorded_by"] == ["Gemini CLI"]
    [turn] = rows(ppp, "turns", gemini.SESSION)
    assert turn["retries"] is None
    assert [turn["retries"] for turn in rows(ppp, "turns", SESSION)] == [0, 0]
    untold = "This agent records no waits for your permission"
    assert untold in ppp("timing", gemini.SESSION).stdout
    assert untold not in ppp("timing", SESSION).stdout


def test_what_fills_the_context_of_a_session(ppp: Run) -> None:
    done = json.loads(ppp("context", "1", "--json").stdout)
    last = done["rows"][-1]
    assert (last["turn"], last["used_tokens"], last["window_tokens"]) == (2, 9000, 200_000)
    assert last["system_tokens"] + last["file_tokens"] + last["tool_tokens"] + last["conversation_tokens"] == 9000
    assert [(file["path"], file["reads"], file["tokens"]) for file in done["files"]] == [("src/pay.py", 1, 100)]


def test_hot_files_and_what_to_keep_of_them(ppp: Run) -> None:
    [file] = rows(ppp, "context", "hot-files", "shop")
    assert (file["path"], file["reads"], file["edits"], file["last_action"]) == ("src/pay.py", 1, 0, "read")
    [advice] = rows(ppp, "context", "optimize", "shop")
    assert (advice["path"], advice["action"]) == ("src/pay.py", "keep")
    assert "the task speaks of pay" in advice["reasons"]


def test_a_folder_is_counted_and_told(ppp: Run, tmp_path: Path) -> None:
    folder = tmp_path / "counted"
    folder.mkdir()
    (folder / "a.py").write_text("# a\nx = 1\n")
    [counted] = rows(ppp, "index", str(folder))
    assert (counted["files"], counted["code"], counted["comments"], counted["counted_files"]) == (1, 1, 1, 1)
    assert rows(ppp, "index", str(folder))[0]["counted_files"] == 0
    assert rows(ppp, "codebase", "reindex", "counted")[0]["counted_files"] == 1
    told = json.loads(ppp("codebase", "counted", "--json").stdout)
    assert [(kind["type"], kind["code"]) for kind in told["types"]] == [("Python", 1)]
    assert [file["path"] for file in told["largest_files"]] == ["a.py"]
    assert [row["project"] for row in rows(ppp, "codebase", "largest")] == [str(folder)]
    assert "largest files" in ppp("codebase", "counted").stdout


def test_without_text_no_word_of_a_tool_is_kept(ppp: Run, home: Path) -> None:
    database = home / "bare.db"
    assert ppp("ingest", "--database", str(database), PPP_TUI_DATABASE__TEXT="none").returncode == 0
    content = b"".join(path.read_bytes() for path in home.glob("bare.db*"))
    assert not [word for word in (b"pytest -q", b"test_pay", b"pay.py", b"unpayable") if word in content]
    [green, red] = rows(ppp, "tests", "shop", "--database", str(database))
    assert (green["passed"], red["failed"], red["failing"]) == (4, 1, [])
