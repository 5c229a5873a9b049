"""What is asked of a project covers the folders of its repository."""

from __future__ import annotations

import pytest

from ppp_tui.query.projects import project_labels
from ppp_tui.query.quality.context_use import newest_prompts
from ppp_tui.query.quality.drilldown import file_visits
from ppp_tui.query.quality.file_use import hot_files, hot_files_within
from ppp_tui.query.quality.suite_history import suite_runs, suites
from ppp_tui.query.scope import Scope
from ppp_tui.query.sessions.filters import parse
from ppp_tui.query.sessions.session_lists import Sort, session, session_page
from ppp_tui.query.usage.spans import TimeSpan
from ppp_tui.query.usage.stated_tokens import stated_bars
from tests.query.database_fixture import NOON, NOON_MS, Database

SHOP = "/home/ann/shop"
FOLDERS = {
    1: (SHOP, "", ""),
    2: (f"{SHOP}/api", "", "api"),
    3: ("/trees/login", "login", ""),
    4: ("/home/ann/docs", "", ""),
}


@pytest.fixture
def shop(database: Database) -> Database:
    """Four sessions: at the root, below it, in a worktree, and elsewhere."""
    for number, (folder, worktree, sub_folder) in FOLDERS.items():
        database.session(number, project=folder)
        database.turn(number, 1, f"prompt {number}", turn_number=1)
        name, repository = ("docs", folder) if number == 4 else ("shop", SHOP)
        shown = name + (f" · {worktree}" if worktree else "") + (f"/{sub_folder}" if sub_folder else "")
        database.writer.execute(
            "UPDATE project_folders SET repository = ?, worktree = ?, sub_folder = ?, name = ?, label = ?, "
            "is_settled = 1 WHERE folder = ?",
            (repository, worktree, sub_folder, name, shown, folder),
        )
    return database


def access(database: Database, number: int, path: str, place: int = 0, action: str = "read") -> None:
    database.put(
        "file_accesses",
        id=(((number << 20) + 1) << 20) + place,
        step_number=1,
        agent_name="claude",
        project=FOLDERS[number][0],
        path=path,
        action=action,
        at=NOON,
        tokens=10,
        is_copy=0,
    )


def run(database: Database, number: int) -> None:
    database.put(
        "test_runs",
        id=((number << 20) + 1) << 20,
        source="found",
        agent_name="claude",
        model="m1",
        project=FOLDERS[number][0],
        suite="pytest",
        framework="pytest",
        unit="test",
        at=NOON,
        total=2,
        passed=2,
        failed=0,
        skipped=0,
        is_copy=0,
    )


def test_a_session_tells_its_repository_and_what_it_is_called(shop: Database) -> None:
    told = []
    for number in FOLDERS:
        row = shop.ask(session(number))
        assert row is not None
        told.append((row.project, row.repository, row.suffix, row.project_label))
    assert told == [
        (SHOP, SHOP, "", "shop"),
        (f"{SHOP}/api", SHOP, "api", "shop/api"),
        ("/trees/login", SHOP, "login", "shop · login"),
        ("/home/ann/docs", "/home/ann/docs", "", "docs"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("project:shop", {1, 2, 3}),
        (f"project={SHOP}", {1, 2, 3}),
        ('project="shop · login"', {3}),
        ("project=/trees/login", {3}),
        ("-project:shop", {4}),
        ("ann/shop", {1, 2, 3}),
    ],
)
def test_a_filter_by_project_knows_repositories(shop: Database, text: str, expected: set[int]) -> None:
    assert {row.id for row in shop.ask(session_page(parse(text, NOON_MS), Sort(), 0, 10))} == expected


def test_sessions_sorted_by_project_stand_with_their_repository(shop: Database) -> None:
    page = shop.ask(session_page(parse("", NOON_MS), Sort("project", is_descending=False), 0, 10))
    assert [row.id for row in page] == [4, 1, 3, 2]


def test_files_are_the_same_in_every_worktree_and_told_from_the_root(shop: Database) -> None:
    access(shop, 1, "api/pay.py")
    access(shop, 1, "README.md", 1)
    access(shop, 2, "pay.py")
    access(shop, 2, "README.md", 1)
    access(shop, 2, f"{SHOP}/web/a.js", 2)
    access(shop, 2, "#0123", 3)
    access(shop, 2, "../x.py", 4)
    access(shop, 3, "api/pay.py", 0, "edit")
    access(shop, 4, "pay.py")
    expected = [
        ("api/pay.py", 2, 1),
        ("#0123", 1, 0),
        ("../x.py", 1, 0),
        ("README.md", 1, 0),
        ("api/README.md", 1, 0),
        ("web/a.js", 1, 0),
    ]
    for query in (hot_files(SHOP), hot_files_within(Scope(project=SHOP, since_ms=NOON_MS - 1))):
        assert [(file.path, file.reads, file.edits) for file in shop.ask(query)] == expected
    visits = shop.ask(file_visits(SHOP, "api/pay.py"))
    assert sorted(visit.trajectory_id for visit in visits) == [1, 2, 3]
    assert [visit.trajectory_id for visit in shop.ask(file_visits(SHOP, "README.md"))] == [1]
    assert [visit.trajectory_id for visit in shop.ask(file_visits(SHOP, "web/a.js"))] == [2]
    assert sorted(shop.ask(newest_prompts(SHOP))) == ["prompt 1", "prompt 2", "prompt 3"]


def test_test_runs_of_a_project_are_those_of_all_its_folders(shop: Database) -> None:
    for number in FOLDERS:
        run(shop, number)
    assert sorted(one.trajectory_id for one in shop.ask(suite_runs(Scope(project=SHOP)))) == [1, 2, 3]
    assert {one.project for one in shop.ask(suites(SHOP))} == {SHOP, f"{SHOP}/api", "/trees/login"}


def test_stated_tokens_of_a_worktree_are_its_repositorys(shop: Database) -> None:
    for number in (1, 3, 4):
        shop.turn(number, 2, token_count=10**number, origin="logged")
    bars = shop.ask(stated_bars([TimeSpan(0, 4_000_000_000_000)], "project"))
    assert {bar.key: bar.tokens for bar in bars} == {SHOP: 1010, "/home/ann/docs": 10_000}


def test_labels_name_folders_and_repositories(shop: Database) -> None:
    labels = shop.ask(project_labels())
    assert [labels.of(folder) for folder, _, _ in FOLDERS.values()] == ["shop", "shop/api", "shop · login", "docs"]
    assert labels.repository("/trees/login") == SHOP


def test_a_repository_without_a_session_at_its_root_has_its_name(database: Database) -> None:
    database.session(1, project="/trees/login")
    database.writer.execute(
        "UPDATE project_folders SET repository = '/srv/shop', name = 'shop', label = 'shop · login'"
    )
    labels = database.ask(project_labels())
    assert (labels.of("/srv/shop"), labels.of("/trees/login")) == ("shop", "shop · login")
