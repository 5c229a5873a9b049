"""Which repository a folder belongs to, as its folders tell."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ppp_tui.model.project import RepositoryPlace
from ppp_tui.sources.checkout import Checkouts, place_among


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = Path(os.path.realpath(tmp_path)) / "home"
    folder.mkdir()
    return folder


def checkout(folder: Path) -> Path:
    (folder / ".git").mkdir(parents=True)
    return folder


def worktree(folder: Path, main: Path, name: str, *, has_common: bool = True) -> Path:
    inner = main / ".git" / "worktrees" / name
    inner.mkdir(parents=True)
    if has_common:
        (inner / "commondir").write_text("../..\n")
    folder.mkdir(parents=True)
    (folder / ".git").write_text(f"gitdir: {inner}\n")
    return folder


def place(home: Path, folder: Path | str) -> RepositoryPlace:
    return Checkouts(home).place(str(folder))


def test_a_sub_folder_belongs_to_the_nearest_checkout_above(home: Path) -> None:
    shop = checkout(home / "shop")
    inner = checkout(shop / "vendor" / "lib")
    for folder in (shop / "api" / "v2", inner / "src"):
        folder.mkdir(parents=True)
    assert place(home, shop) == RepositoryPlace(str(shop), is_seen=True)
    assert place(home, shop / "api" / "v2") == RepositoryPlace(str(shop), "", "api/v2", is_seen=True)
    assert place(home, inner / "src") == RepositoryPlace(str(inner), "", "src", is_seen=True)


@pytest.mark.parametrize("has_common", [True, False])
def test_a_worktree_belongs_to_its_main_checkout(home: Path, has_common: bool) -> None:
    shop = checkout(home / "shop")
    login = worktree(home / "trees" / "login-page", shop, "login", has_common=has_common)
    (login / "api").mkdir()
    assert place(home, login) == RepositoryPlace(str(shop), "login", is_seen=True)
    assert place(home, login / "api") == RepositoryPlace(str(shop), "login", "api", is_seen=True)


def test_a_relative_gitdir_is_followed(home: Path) -> None:
    shop = checkout(home / "shop")
    login = worktree(home / "login", shop, "login")
    (login / ".git").write_text("gitdir: ../shop/.git/worktrees/login\n")
    assert place(home, login) == RepositoryPlace(str(shop), "login", is_seen=True)


def test_a_worktree_whose_main_checkout_is_gone_still_names_it(home: Path) -> None:
    (home / "login").mkdir()
    (home / "login" / ".git").write_text("gitdir: /gone/shop/.git/worktrees/login\n")
    assert place(home, home / "login") == RepositoryPlace("/gone/shop", "login", is_seen=True)


@pytest.mark.parametrize(("git_folder", "repository"), [("shop.git", "shop.git"), ("shop/.bare", "shop")])
def test_a_worktree_of_a_bare_repository_belongs_to_it(home: Path, git_folder: str, repository: str) -> None:
    inner = home / git_folder / "worktrees" / "login"
    inner.mkdir(parents=True)
    (inner / "commondir").write_text("../..")
    (home / "login").mkdir()
    (home / "login" / ".git").write_text(f"gitdir: {inner}")
    assert place(home, home / "login") == RepositoryPlace(str(home / repository), "login", is_seen=True)


def test_a_submodule_is_a_repository_of_its_own_and_so_are_its_worktrees(home: Path) -> None:
    shop = checkout(home / "shop")
    (shop / ".git" / "modules" / "lib" / "worktrees" / "fix").mkdir(parents=True)
    (shop / "lib").mkdir()
    (shop / "lib" / ".git").write_text("gitdir: ../.git/modules/lib\n")
    (home / "fix").mkdir()
    (home / "fix" / ".git").write_text(f"gitdir: {shop}/.git/modules/lib/worktrees/fix\n")
    assert place(home, shop / "lib") == RepositoryPlace(str(shop / "lib"), is_seen=True)
    assert place(home, home / "fix") == RepositoryPlace(str(shop / "lib"), "fix", is_seen=True)


def test_a_home_under_git_does_not_swallow_the_folders_below_it(home: Path) -> None:
    checkout(home)
    (home / "notes").mkdir()
    assert place(home, home / "notes") == RepositoryPlace(str(home / "notes"), is_seen=True)
    assert place(home, home) == RepositoryPlace(str(home), is_seen=True)


def test_a_folder_reached_by_a_link_is_the_same_place(home: Path) -> None:
    shop = checkout(home / "shop")
    (home / "link").symlink_to(shop)
    assert place(home, home / "link") == RepositoryPlace(str(shop), is_seen=True)


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/gone/shop/.claude/worktrees/login", RepositoryPlace("/gone/shop", "login")),
        ("/gone/shop/.worktrees/login/api/v2", RepositoryPlace("/gone/shop", "login", "api/v2")),
        ("/gone/shop/.git/worktrees/login", RepositoryPlace("/gone/shop", "login")),
        ("C:\\work\\shop\\.claude\\worktrees\\login\\api", RepositoryPlace("C:\\work\\shop", "login", "api")),
        ("/gone/shop.worktrees/login/api", RepositoryPlace("/gone/shop", "login", "api")),
        ("/gone/shop__worktrees/login", RepositoryPlace("/gone/shop", "login")),
        ("/gone/my-worktrees/login", RepositoryPlace("/gone/my", "login")),
        ("/gone/worktrees/login", RepositoryPlace("/gone/worktrees/login")),
        ("/gone/shop", RepositoryPlace("/gone/shop")),
        ("/gone/shop/.worktrees", RepositoryPlace("/gone/shop/.worktrees")),
        ("not a path", RepositoryPlace("not a path")),
        ("", RepositoryPlace("")),
        ("/gone/\0shop", RepositoryPlace("/gone/\0shop")),
    ],
)
def test_a_folder_that_is_gone_is_placed_by_where_worktrees_are_kept(
    home: Path, folder: str, expected: RepositoryPlace
) -> None:
    assert place(home, folder) == expected


def test_a_removed_worktree_below_its_repository_keeps_its_name(home: Path) -> None:
    shop = checkout(home / "shop")
    assert place(home, shop / ".claude" / "worktrees" / "login" / "api") == RepositoryPlace(str(shop), "login", "api")
    assert place(home, shop / "old") == RepositoryPlace(str(shop), "", "old")


def test_a_removed_worktree_of_codex_belongs_to_the_only_repository_of_that_name() -> None:
    gone = "/home/ann/.codex/worktrees/4f2a/shop"
    assert place_among(gone, {"shop": "/home/ann/shop"}) == RepositoryPlace("/home/ann/shop", "4f2a")
    assert place_among(gone, {"docs": "/home/ann/docs"}) is None
    assert place_among("/home/ann/other/shop", {"shop": "/home/ann/shop"}) is None


def test_hostile_git_file_is_no_repository_and_does_not_block(home: Path) -> None:
    for name in ("pipe", "huge", "loop", "zero", "words"):
        (home / name).mkdir()
    os.mkfifo(home / "pipe" / ".git")
    with (home / "huge" / ".git").open("wb") as file:
        file.truncate(3 << 30)
    (home / "loop" / ".git").symlink_to(home / "loop" / ".git")
    (home / "zero" / ".git").write_bytes(b"gitdir: /x\0y/.git/worktrees/z\n")
    (home / "words" / ".git").write_text("gitdir of nothing")
    for name in ("pipe", "huge", "loop", "zero", "words"):
        assert place(home, home / name) == RepositoryPlace(str(home / name), is_seen=True)


def test_a_gitdir_of_a_thousand_folders_up_ends_at_the_root(home: Path) -> None:
    (home / "deep").mkdir()
    (home / "deep" / ".git").write_text("gitdir: " + "../" * 1000 + "worktrees/x")
    assert place(home, home / "deep").worktree == "x"


def test_a_loop_of_links_on_the_way_is_only_a_folder_that_is_gone(home: Path) -> None:
    (home / "a").symlink_to(home / "b")
    (home / "b").symlink_to(home / "a")
    assert place(home, home / "a" / "shop") == RepositoryPlace(str(home / "a" / "shop"))


def test_names_that_are_no_utf8_are_placed(home: Path) -> None:
    odd = home / os.fsdecode(b"caf\xe9")
    odd.mkdir()
    assert place(home, odd) == RepositoryPlace(str(odd), is_seen=True)
