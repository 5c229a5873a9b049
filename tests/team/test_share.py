"""What leaves the machine at each level, column by column, and what values become on their way."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.model.live import LiveFacts, OpenStep
from ppp_tui.model.project import ShareLevel
from ppp_tui.store.tables import TABLES
from ppp_tui.team.preview import preview
from ppp_tui.team.projects import project_name, project_share, shared_path
from ppp_tui.team.push import SharedBy
from ppp_tui.team.share import KEPT, OF_REPLICAS, OF_TRAJECTORIES, OF_TURNS, is_shared_at, lower_share
from ppp_tui.team.values import Kind, normalised, renumbered, replica_number
from tests.team.people import HOME, SESSION, ask, change, make_database, make_full_database, push, shares

SHARED = (*OF_TRAJECTORIES, *OF_TURNS, *OF_REPLICAS)
NOT_IN_THE_LIST = {"evaluations", "alerts"}
"""Shared tables that the store's list of tables leaves out, since they follow from others."""


def test_every_table_is_shared_or_kept_or_follows_from_others() -> None:
    shared = {table.name for table in SHARED}
    of_trajectories = {"session_hours", "session_days", "decision_counts", "signal_counts"}
    sums = {table.name for table in TABLES if table.is_sum} - of_trajectories
    assert shared | KEPT | sums == {table.name for table in TABLES} | NOT_IN_THE_LIST
    assert shared & (KEPT | sums) == set()


def test_every_column_of_a_shared_table_has_one_level(template: Path) -> None:
    with closing(sqlite3.connect(template)) as connection:
        for table in SHARED:
            rows = connection.execute(f"PRAGMA table_xinfo({table.name})").fetchall()
            # What is generated follows from other columns.
            assert sorted(column.name for column in table.columns) == sorted(row[1] for row in rows if not row[6])


def test_levels_hold_those_below() -> None:
    assert [is_shared_at("summaries", share) for share in ("none", "figures", "summaries", "text")] == [
        False,
        False,
        True,
        True,
    ]
    assert not is_shared_at("none", "text")
    assert lower_share("text", "figures", "summaries") == "figures"


def sent(database: Path, share: ShareLevel, **projects: ShareLevel) -> dict[str, list[Mapping[str, Any]]]:
    """The rows of the first push of a database, by table."""
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for each in preview(None, database, shares(share, **projects)):
        for table in each.tables:
            rows.setdefault(table.name, []).extend(dict(zip(table.columns, row, strict=True)) for row in table.rows)
    return rows


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a row in every shared table."""
    return make_full_database(tmp_path_factory.mktemp("full") / "a.db")


SUMMARIES = (
    "a title",
    "a-branch",
    "a stage",
    "a role",
    "a-spec",
    "a-run",
    "a-name",
    "a-question",
    "an-option",
    "an-expectation",
    "a-commit",
    "a-pull",
    "a-reference",
    "a-suite",
    "a-selection",
    "a-variant",
    "a-selected",
    "a-candidate",
    "a-task",
    "a-capability",
    "a-kind",
)
TEXTS = (
    "prompt 1.1",
    "sub-answer",
    "prompt-hash",
    "a-target",
    "an-output",
    "a-detail",
    "a-value",
    "a-reason",
    "an-evidence",
    "an-answer",
    "an-actual",
    "a-message",
    "a-test",
    "a-cause",
    "a-chain",
    "src/a-file.py",
    "a-meta",
    "a-signal",
    "a-plan",
    "a-response",
    "a-feedback",
    "a-status",
    "a-child",
)


def test_every_table_has_a_row_to_be_judged_by(full: Path) -> None:
    assert {table.target for table in SHARED} - sent(full, "text").keys() == set()


@pytest.mark.parametrize("share", ["figures", "summaries", "text"])
def test_texts_leave_at_their_level_and_above(full: Path, share: ShareLevel) -> None:
    written = json.dumps(sent(full, share), default=repr)
    assert [text for text in SUMMARIES if (text in written) != (share != "figures")] == []
    assert [text for text in TEXTS if (text in written) != (share == "text")] == []


@pytest.mark.parametrize("share", ["figures", "summaries", "text"])
def test_no_path_of_the_machine_leaves(full: Path, share: ShareLevel) -> None:
    written = json.dumps(sent(full, share), default=repr)
    assert HOME not in written
    assert "/code/shop/.sessions" not in written
    assert ("~/code/shop/a-target" in written) == (share == "text")


def test_nothing_leaves_of_what_is_kept_at_home(full: Path) -> None:
    assert sent(full, "none") == {}
    kept = sent(full, "text", shop="none")
    assert set(kept) == {"agents_by_replica", "performance_events"}
    below: dict[str, ShareLevel] = {f"{HOME}/code": "none"}
    beside: dict[str, ShareLevel] = {f"{HOME}/cod": "none"}
    assert set(sent(full, "text", **below)) == set(kept)
    assert set(sent(full, "text", **beside)) > set(kept)


def test_figures_leave_whole(full: Path) -> None:
    rows = sent(full, "figures")
    (first,) = [row for row in rows["trajectories"] if row["native_id"] == f"{SESSION}1"]
    assert (first["agent_name"], first["project"], first["title"], first["first_prompt"]) == ("claude", "shop", "", "")
    assert rows["test_runs"] == [
        {
            **rows["test_runs"][0],
            "id": (1 << 40) | (1 << 20) | 1,
            "project": "shop",
            "total": 3,
            "passed": 2,
            "failed": 1,
            "selection": rows["test_runs"][0]["selection"],
        }
    ]
    assert {row["output_tokens"] for row in rows["token_usage"]} == {10, 5}
    assert rows["performance_events"][0]["data"] == ('{"agent_id": "claude", "feedback": "", "kind": "", "tokens": 5}')


def test_names_that_are_not_shared_stay_apart_and_equal(full: Path) -> None:
    rows = sent(full, "figures")
    hidden = rows["test_runs"][0]["suite"], rows["file_accesses"][0]["path"], rows["pull_requests"][0]["url"]
    assert all(name.startswith("#") and len(name) == 25 for name in hidden)
    assert len(set(hidden)) == 3
    spec = {rows["trajectories"][0]["spec_id"], rows["consensus_artifacts"][0]["spec_id"]}
    assert len(spec - {""}) == 1


def test_equal_tasks_are_equal_on_other_machines_where_prompts_are_summed_up(tmp_path: Path) -> None:
    def tasks(name: str, folder: str, share: ShareLevel) -> list[int]:
        database = make_database(tmp_path / name, folder=folder)
        return [row["task_key"] for row in sent(database, share)["trajectory_summaries"] if row["task_key"]]

    ada, bob = tasks("a.db", "/home/ada/shop", "summaries"), tasks("b.db", "/home/bob/work/shop", "summaries")
    assert ada == bob
    assert len(ada) == 1
    assert tasks("c.db", "/home/cyd/shop", "figures") != tasks("d.db", "/home/dee/shop", "figures")


def test_secrets_are_taken_out_and_counted(tmp_path: Path) -> None:
    database = make_database(tmp_path / "a.db")
    token = "ghp_" + "a1B2" * 9
    change(database, f"UPDATE trajectory_turns SET prompt = 'use {token} now'", 1, 2)
    change(database, f"UPDATE trajectories SET title = 'token {token}' WHERE id = 1", 1)
    batches = list(preview(None, database, shares("text")))
    assert token not in json.dumps([table.rows for each in batches for table in each.tables], default=repr)
    assert sum(each.pushed.secrets.get("github-token", 0) for each in batches) == 6


def test_the_live_state_tells_as_much_as_the_level(tmp_path: Path) -> None:
    database = make_database(tmp_path / "a.db")
    facts = LiveFacts(
        last_at=5,
        question="Deploy?",
        is_question_structured=True,
        error_message="no access",
        error_kind="auth",
        waits_for="approve Bash",
        pid=77,
        open_steps=(OpenStep("k", "shell", "Bash", "rm -rf x", 1), OpenStep("q", "ask", "Ask", "Deploy?", 2)),
    )
    change(database, f"UPDATE trajectory_summaries SET live = '{json.dumps(facts)}' WHERE trajectory_id = 1", 1)

    def live(share: ShareLevel) -> LiveFacts:
        (row,) = [row for row in sent(database, share)["trajectory_summaries"] if row["trajectory_id"] == 1]
        shared = LiveFacts(*json.loads(row["live"]))
        return shared._replace(open_steps=tuple(OpenStep(*each) for each in shared.open_steps))

    assert live("text") == facts._replace(pid=0)
    assert live("summaries") == facts._replace(
        pid=0,
        error_message="",
        waits_for="…",
        open_steps=(facts.open_steps[0]._replace(target=""), facts.open_steps[1]),
    )
    assert live("figures") == live("summaries")._replace(
        question="…", open_steps=(facts.open_steps[0]._replace(target=""), facts.open_steps[1]._replace(target="…"))
    )


def test_the_first_prompt_is_cut_short_in_summaries(tmp_path: Path) -> None:
    database = make_database(tmp_path / "a.db")
    change(database, f"UPDATE trajectories SET first_prompt = '{'x' * 300}' WHERE id = 1", 1)

    def prompt(share: ShareLevel) -> str:
        return next(str(row["first_prompt"]) for row in sent(database, share)["trajectories"] if row["id"] == 1)

    assert [len(prompt(share)) for share in ("figures", "summaries", "text")] == [0, 201, 300]


@pytest.mark.parametrize(
    ("repository", "name"),
    [
        ("/home/ada/code/shop", "shop"),
        ("/srv/git/shop.git", "shop"),
        ("C:\\work\\shop", "shop"),
        ("/home/ada", "~"),
        ("/home/ada/", "~"),
        ("", ""),
        ("/", ""),
    ],
)
def test_a_project_is_called_by_its_folder_alone(repository: str, name: str) -> None:
    assert project_name(repository, "/home/ada") == name


def test_a_path_says_more_of_a_project_than_its_name() -> None:
    chosen: dict[str, ShareLevel] = {"shop": "text", "/home/ada": "none", "/home/ada/open": "summaries"}
    assert project_share("/srv/shop", "shop", "figures", chosen) == "text"
    assert project_share("/home/ada/shop", "shop", "figures", chosen) == "none"
    assert project_share("/home/ada/open/shop", "shop", "figures", chosen) == "summaries"
    assert project_share("/home/adam/x", "x", "figures", chosen) == "figures"


@pytest.mark.parametrize(
    ("path", "sub_folder", "shown"),
    [
        ("src/a.py", "", "src/a.py"),
        ("src/a.py", "api", "api/src/a.py"),
        ("/etc/passwd", "", "…/passwd"),
        ("../other/a.py", "api", "…/a.py"),
        ("C:\\Users\\ada\\a.py", "", "…/a.py"),
        ("#0123456789abcdef", "api", "#0123456789abcdef"),
    ],
)
def test_paths_begin_at_the_repository(path: str, sub_folder: str, shown: str) -> None:
    assert shared_path(path, sub_folder) == shown


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("a\0b", "TEXT", "a␀b"),
        ("a\ud800b", "TEXT", "a\ufffdb"),
        ("😀é", "TEXT", "😀é"),
        (b"a\xff", "TEXT", "a\ufffd"),
        (5, "TEXT", "5"),
        (1 << 63, "INTEGER", None),
        (-(1 << 63), "INTEGER", -(1 << 63)),
        ((1 << 63) - 1, "INTEGER", (1 << 63) - 1),
        ("17", "INTEGER", 17),
        ("seventeen", "INTEGER", None),
        (2.0, "INTEGER", 2),
        (1e300, "INTEGER", None),
        (float("nan"), "REAL", None),
        (float("inf"), "REAL", None),
        (3, "REAL", 3.0),
        ("0.5", "REAL", 0.5),
        (None, "TEXT", None),
        (b"\0\xff", "BLOB", b"\0\xff"),
    ],
)
def test_values_become_what_both_databases_hold(value: object, kind: Kind, expected: object) -> None:
    result = normalised(value, kind)
    assert (type(result), result) == (type(expected), expected)


def test_numbers_begin_with_the_trajectory_over_there() -> None:
    assert renumbered((7 << 20) | 3, 9, 20) == (9 << 20) | 3
    assert renumbered((7 << 40) | (3 << 20) | 5, 9, 40) == (9 << 40) | (3 << 20) | 5
    assert renumbered(7, 8_388_607, 0) == 8_388_607
    assert renumbered((7 << 40) | 5, 8_388_607, 40) == (8_388_607 << 40) | 5 < 1 << 63


def test_numbers_of_a_database_begin_with_its_replica() -> None:
    assert replica_number(3, 5) == (3 << 40) | 5
    assert replica_number(4_194_303, (1 << 40) - 1) == (1 << 62) - 1
    for number in (-1, 1 << 40):
        with pytest.raises(ValueError, match="no room"):
            replica_number(3, number)


def test_which_projects_are_kept_at_home_is_told_to_nobody(ada: str, bob: str, database: Path) -> None:
    push(ada, database, SharedBy("figures", {"/home/ada/merger": "none"}, HOME, "m1"))
    rows = ask(bob, "SELECT r::text FROM replicas AS r")
    assert len(rows) == 1
    assert "merger" not in rows[0][0]
    # Nor by trying: what stands there is made with the key of the machine.
    assert shares().digest(b"a" * 16) != shares().digest(b"b" * 16)
    assert shares().digest(b"a" * 16) != shares("text").digest(b"a" * 16)
