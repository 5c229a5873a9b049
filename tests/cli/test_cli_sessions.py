"""``sessions`` with the dashboard's predicates, names such as ``-1``, and what shells complete."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import SESSION, SESSION_FILE, Run, copy_home, environment, make_home
from tests.warm import Warm

OTHER = "76543210-89ab-4def-8123-456789abcdef"


@pytest.fixture(scope="module")
def made_home(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Path:
    """A home with the usual session and one in /docs that is an hour younger, both in the database."""
    home = make_home(tmp_path_factory.mktemp("sessions") / "home")
    text = (home / SESSION_FILE).read_text().replace(SESSION, OTHER).replace("/shop", "/docs").replace("T10:", "T11:")
    text = (
        text.replace("user-1", "user-8")
        .replace("assistant-2", "assistant-9")
        .replace("msg_1", "msg_2")
        .replace("req_1", "req_2")
        .replace("Add a login to the shop", "Write the docs")
    )
    other = home / ".claude" / "projects" / "-docs" / f"{OTHER}.jsonl"
    other.parent.mkdir()
    other.write_text(text)
    assert warm.run(["ingest"], environment(home)).returncode == 0
    return home


@pytest.fixture
def home(made_home: Path, tmp_path: Path) -> Path:
    return copy_home(made_home, tmp_path / "home")


def titles(ppp: Run, *predicates: str) -> list[str]:
    return [row["title"] for row in json.loads(ppp("sessions", "--json", *predicates).stdout)["rows"]]


@pytest.mark.parametrize(
    ("predicates", "expected"),
    [
        ((), ["Write the docs", "Add a login to the shop"]),
        (("project:shop",), ["Add a login to the shop"]),
        (("-project:shop",), ["Write the docs"]),
        (("login",), ["Add a login to the shop"]),
        (("--", "-login"), ["Write the docs"]),
        (("started:2026-11", "state:idle", "docs"), ["Write the docs"]),
        (("--sort", "started", "--limit", "1"), ["Write the docs"]),
        (("cost>1",), []),
        (("--project", "shop"), ["Add a login to the shop"]),
        (("--since", "2026-11-20T11:00"), ["Write the docs"]),
        (("--until", "2026-11-20T10:59"), ["Add a login to the shop"]),
        (("--agent", "codex"), []),
        (("--agent", "claude", "--model", "claude-sonnet-4-5", "docs"), ["Write the docs"]),
    ],
)
def test_predicates_narrow_the_list(ppp: Run, predicates: tuple[str, ...], expected: list[str]) -> None:
    assert titles(ppp, *predicates) == expected


def test_sessions_as_a_table_and_as_csv(ppp: Run) -> None:
    lines = ppp("sessions", "project:shop").stdout.splitlines()
    assert lines[0] == "Sessions with project:shop, by last"
    assert lines[3].split()[0:3] == ["1", "claude", "shop"] or lines[3].split()[0:3] == ["2", "claude", "shop"]
    assert lines[3].endswith("Add a login to the shop")
    [row] = csv.DictReader(io.StringIO(ppp("sessions", "project:shop", "--csv").stdout))
    assert (row["native_id"], row["turns"], row["tokens"], row["cost_usd"]) == (SESSION, "1", "15", "0.000105")


def test_title_names_the_bounds(ppp: Run) -> None:
    done = ppp("sessions", "turns>0", "--since", "2026-11-20", "--until", "2026-11", "--agent", "claude")
    title = "Sessions with turns>0, by last (since 2026-11-20, until 2026-11-30, agent claude)"
    assert done.stdout.splitlines()[0] == title
    assert ppp("tests", "--since", "2026-11-20T10:00").stderr.startswith("No test runs (since 2026-11-20 10:00). ")


def test_search_keeps_to_its_bounds(ppp: Run) -> None:
    def places(*options: str) -> list[tuple[str, int]]:
        rows = json.loads(ppp("search", "done", "--json", *options).stdout)["rows"]
        return [(row["project"], row["turn"]) for row in rows]

    both = places()
    assert sorted(both) == [("/docs", 1), ("/shop", 1)]
    assert places("--project", "docs") == [("/docs", 1)]
    assert places("--since", "2026-11-20T11:00") == [("/docs", 1)]
    assert places("--until", "2026-11-20T10:59") == [("/shop", 1)]
    assert "No turns with done (agent codex). Searched " in ppp("search", "done", "--agent", "codex").stderr


def test_wrong_predicate_is_refused_with_its_place(ppp: Run) -> None:
    done = ppp("sessions", "cst>1")
    assert done.returncode == 2
    assert "there is no field cst, did you mean cost?" in done.stderr
    assert "at character 1 of cst>1" in done.stderr


def test_no_session_says_what_was_searched(ppp: Run) -> None:
    done = ppp("sessions", "agent:nobody")
    assert (done.returncode, done.stdout) == (1, "")
    assert "No sessions with agent:nobody. Searched " in done.stderr
    assert "2 sessions, 2026-11-20 to 2026-11-20." in done.stderr


def test_unknown_option_of_sessions_is_no_predicate(ppp: Run) -> None:
    done = ppp("sessions", "--jsn")
    assert (done.returncode, "No such option" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("name", "title"), [("-1", "Write the docs"), ("-2", "Add a login to the shop"), ("", "Write the docs")]
)
@pytest.mark.parametrize("command", ["turns", "context", "timing", "tests", "retries", "export"])
def test_minus_one_is_the_newest_session(ppp: Run, command: str, name: str, title: str) -> None:
    if command == "export":
        assert ppp("export", *filter(None, [name])).stdout.startswith(f"# `{title}`")
        return
    if command == "tests" and not name:
        return
    done = ppp(command, *filter(None, [name]))
    number = ppp("sessions", title, "--csv").stdout.splitlines()[1].partition(",")[0]
    told = (done.stdout + done.stderr).splitlines()[0]
    assert f"#{number} " in told.replace(":", " "), told


def test_turn_of_the_newest_session(ppp: Run) -> None:
    assert "turn 1 went" in ppp("timing", "-1#1").stdout


def test_turn_that_is_not_there_is_refused(ppp: Run) -> None:
    done = ppp("timing", "-1#7")
    assert done.returncode == 1
    assert done.stderr.endswith("claude  Write the docs: the last is 1.\n")


def test_place_before_the_oldest_session_is_refused(ppp: Run) -> None:
    done = ppp("turns", "-3")
    assert done.returncode == 1
    assert "There is no session -3" in done.stderr
    assert "which holds 2 sessions: -1 is the newest." in done.stderr


def test_negative_limit_is_still_an_option_s_value(ppp: Run) -> None:
    done = ppp("context", "-1", "--limit", "-1")
    assert (done.returncode, "-1 is not in the range" in done.stderr) == (2, True)


def test_sessions_come_in_pages(ppp: Run) -> None:
    pages = [json.loads(ppp("sessions", *words, "--limit", "1", "--json").stdout) for words in ((), ("--after", "1"))]
    assert [[row["title"] for row in page["rows"]] for page in pages] == [
        ["Write the docs"],
        ["Add a login to the shop"],
    ]
    assert [page["next"] for page in pages] == [1, None]
    # A state is judged when a session is listed: places count all that the other predicates keep.
    judged = [
        json.loads(ppp("sessions", "-state:working", *words, "--limit", "1", "--json").stdout)
        for words in ((), ("--after", "1"))
    ]
    assert [page["next"] for page in judged] == [1, None]
    assert ppp("sessions", "--after", "2").returncode == 1


def test_turns_after_the_last_one_are_none(ppp: Run) -> None:
    assert json.loads(ppp("turns", "-1", "--limit", "1", "--json").stdout)["next"] is None
    done = ppp("turns", "-1", "--after", "1")
    assert (done.returncode, done.stderr.endswith("Write the docs has no turns after turn 1.\n")) == (1, True)


def completed(ppp: Run, *words: str) -> list[str]:
    """Return what bash is offered for the last word."""
    line = " ".join(["ppp-tui", *words])
    done = ppp(_PPP_TUI_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=str(len(words)))
    return [entry.partition(",")[2] for entry in done.stdout.splitlines() if entry]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("ses",), ["sessions"]),
        (("usage", "--by", "mo"), ["month", "model"]),
        (("usage", "--agent", "cl"), ["claude"]),
        (("compare", "cl"), ["claude"]),
        (("usage", "--model", "claude-s"), ["claude-sonnet-4-5"]),
        (("tests", "flaky", "--project", "sh"), ["shop"]),
        (("sessions", "agent:c"), ["agent:claude"]),
        (("sessions", "viol"), ["violations:"]),
        (("turns", "--no"), ["--no-sync"]),
        (("turns", "9"), []),
    ],
)
def test_shell_completes(ppp: Run, words: tuple[str, ...], expected: list[str]) -> None:
    assert completed(ppp, *words) == expected


def test_shell_completes_numbers_of_sessions(ppp: Run) -> None:
    assert sorted(completed(ppp, "turns", "")) == ["1", "2"]


def test_completion_of_a_missing_database_is_silent(ppp: Run, tmp_path: Path) -> None:
    assert completed(ppp, "--database", str(tmp_path / "none.db"), "turns", "") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script_is_printed(ppp: Run, shell: str) -> None:
    done = ppp("completion", shell)
    assert (done.returncode, f"_PPP_TUI_COMPLETE={shell}_complete" in done.stdout) == (0, True)


def test_completion_script_of_bash_is_bash(ppp: Run) -> None:
    script = ppp("completion", "bash").stdout
    check = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=False)
    assert (check.returncode, check.stderr) == (0, "")
