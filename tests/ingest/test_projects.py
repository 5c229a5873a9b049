"""Projects are repositories: folders that become known, come back or change move what is grouped by project."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from ppp_tui.model.clock import HOUR_MS
from ppp_tui.query.connect import open_reader
from ppp_tui.query.query import answer
from ppp_tui.query.usage.rows import UsageFilter
from ppp_tui.query.usage.spans import TimeSpan
from ppp_tui.query.usage.sums import usage
from tests.ingest.house import LATER_MS, House

FOREVER = TimeSpan(0, 4_000_000_000_000)
LABELS = "SELECT label FROM project_folders ORDER BY folder"
TASKS = "SELECT count(DISTINCT task_key), count(task_key) FROM trajectory_summaries"


def real_home(house: House) -> Path:
    return Path(os.path.realpath(house.home))


def session(house: House, name: str, folder: Path, tokens: int) -> None:
    house.write(
        f"{name}.note", {"project": str(folder), "at": 1}, {"prompt": "Fix", "at": 2}, {"tokens": tokens, "at": 3}
    )


def output_by_project(house: House, word: str = "") -> dict[str, int]:
    with closing(open_reader(house.database)) as connection:
        bars = answer(connection, usage([FOREVER], "project", UsageFilter(word)))
    return {bar.key: bar.sums.output_tokens for bar in bars}


def checkout_with_worktree(home: Path) -> tuple[Path, Path]:
    shop, login = home / "shop", home / "trees" / "login"
    (shop / ".git" / "worktrees" / "login").mkdir(parents=True)
    (shop / "api").mkdir()
    login.mkdir(parents=True)
    (login / ".git").write_text(f"gitdir: {shop}/.git/worktrees/login\n")
    return shop, login


def test_worktrees_and_sub_folders_are_one_project(house: House) -> None:
    shop, login = checkout_with_worktree(real_home(house))
    for number, folder in enumerate((shop, shop / "api", login)):
        session(house, f"s{number}", folder, 10**number)
    house.ingest()
    assert output_by_project(house) == {str(shop): 111}
    assert house.ask(LABELS) == [("shop",), ("shop/api",), ("shop · login",)]


def test_one_task_in_two_worktrees_is_one_task_but_not_in_two_sub_folders(house: House) -> None:
    shop, login = checkout_with_worktree(real_home(house))
    session(house, "main", shop, 1)
    session(house, "tree", login, 1)
    house.ingest()
    assert house.ask(TASKS) == [(1, 2)]
    session(house, "sub", shop / "api", 1)
    house.ingest()
    assert house.ask(TASKS) == [(2, 3)]


def test_a_filter_finds_a_project_by_its_repository_its_folder_and_its_label(house: House) -> None:
    shop, login = checkout_with_worktree(real_home(house))
    session(house, "tree", login, 7)
    session(house, "docs", real_home(house) / "docs", 9)
    house.ingest()
    for word in ("SHOP", "trees/login", "shop · login"):
        assert output_by_project(house, word) == {str(shop): 7}, word
    assert output_by_project(house, "elsewhere") == {}


def test_a_folder_that_becomes_a_checkout_moves_its_sums_without_reading_again(house: House) -> None:
    shop = real_home(house) / "shop"
    (shop / "api").mkdir(parents=True)
    session(house, "one", shop / "api", 5)
    session(house, "two", shop, 6)
    house.ingest()
    assert output_by_project(house) == {str(shop / "api"): 5, str(shop): 6}
    revision = "SELECT revision FROM trajectory_summaries ORDER BY 1"
    before, offsets = house.ask(revision), house.ask("SELECT offset FROM source_files")
    (shop / ".git").mkdir()
    house.ingest()
    assert output_by_project(house) == {str(shop): 11}
    assert [after > earlier for after, earlier in zip(house.ask(revision), before, strict=True)].count(True) == 1
    assert house.ask("SELECT offset FROM source_files") == offsets


def test_a_folder_that_comes_back_is_seen_and_one_that_goes_keeps_what_was_seen(house: House) -> None:
    shop, login = checkout_with_worktree(real_home(house))
    (login / ".git").rename(login.parent / "aside")
    login.rmdir()
    session(house, "tree", login, 5)
    house.ingest()
    assert output_by_project(house) == {str(login): 5}
    login.mkdir()
    (login.parent / "aside").rename(login / ".git")
    house.ingest(now_ms=LATER_MS + HOUR_MS)
    assert output_by_project(house) == {str(shop): 5}
    (login / ".git").unlink()
    login.rmdir()
    house.ingest(now_ms=LATER_MS + 2 * HOUR_MS)
    assert output_by_project(house) == {str(shop): 5}
    assert house.ask(LABELS) == [("shop · login",)]


def test_a_second_repository_of_that_name_renames_the_first(house: House) -> None:
    home = real_home(house)
    for place in ("a", "b"):
        (home / place / "shop" / ".git").mkdir(parents=True)
    session(house, "one", home / "a" / "shop", 1)
    house.ingest()
    assert house.ask(LABELS) == [("shop",)]
    session(house, "two", home / "b" / "shop", 1)
    house.ingest()
    assert house.ask(LABELS) == [("a/shop",), ("b/shop",)]


def test_a_session_that_moves_to_another_folder_moves_to_its_repository(house: House) -> None:
    shop, login = checkout_with_worktree(real_home(house))
    docs = real_home(house) / "docs"
    docs.mkdir()
    session(house, "one", docs, 3)
    house.ingest()
    house.append("one.note", {"project": str(login), "at": 9})
    house.ingest()
    assert output_by_project(house) == {str(shop): 3}


def test_an_older_database_is_settled_by_the_next_ingest(house: House) -> None:
    shop, login = checkout_with_worktree(real_home(house))
    session(house, "tree", login, 5)
    house.ingest()
    house.ask("UPDATE project_folders SET repository = folder, worktree = '', label = 'x', is_seen = 0, is_settled = 0")
    house.ingest()
    assert output_by_project(house) == {str(shop): 5}
    assert house.ask(LABELS) == [("shop · login",)]


def test_a_repository_whose_path_is_no_text_is_kept_as_text(house: House) -> None:
    odd = real_home(house) / "caf\udce9"
    (odd / ".git").mkdir(parents=True)
    (real_home(house) / "link").symlink_to(odd)
    session(house, "odd", real_home(house) / "link", 4)
    house.ingest()
    assert output_by_project(house) == {f"{real_home(house)}/caf\ufffd": 4}
