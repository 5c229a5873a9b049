"""Names of repositories, and labels of the folders that belong to them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppp_tui.model.project import Labels, RepositoryPlace, base_name, folder_label, repository_names


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        (RepositoryPlace("/a/shop"), "shop"),
        (RepositoryPlace("/a/shop", "", "api/v2"), "shop/api/v2"),
        (RepositoryPlace("/a/shop", "login"), "shop · login"),
        (RepositoryPlace("/a/shop", "login", "api"), "shop · login/api"),
    ],
)
def test_a_label_tells_worktree_and_sub_folder_apart(place: RepositoryPlace, shown: str) -> None:
    assert folder_label("shop", place) == shown


def test_equal_names_get_as_much_of_the_path_as_tells_them_apart() -> None:
    assert repository_names(["/a/shop", "/b/x/shop", "/c/x/shop", "/a/docs"]) == {
        "/a/shop": "a/shop",
        "/b/x/shop": "b/x/shop",
        "/c/x/shop": "c/x/shop",
        "/a/docs": "docs",
    }


def test_a_name_that_ends_another_path_is_told_apart_too() -> None:
    assert repository_names(["/shop", "/a/shop"]) == {"/shop": "shop", "/a/shop": "a/shop"}


def test_a_bare_repository_has_no_git_in_its_name() -> None:
    assert repository_names(["/srv/shop.git", "/a/docs"]) == {"/srv/shop.git": "shop", "/a/docs": "docs"}


def test_a_path_of_another_system_is_named_by_its_last_folder() -> None:
    assert repository_names(["C:\\work\\shop"]) == {"C:\\work\\shop": "shop"}
    assert base_name("C:\\work\\shop\\") == "shop"


@given(st.lists(st.text("ab/\\.git ", max_size=12), max_size=12))
def test_no_two_repositories_have_one_name(paths: list[str]) -> None:
    repositories = {f"/{path}" for path in paths}
    named = repository_names(repositories)
    assert named.keys() == repositories
    tails = {tuple(part for part in path.replace("\\", "/").split("/") if part) for path in repositories}
    if len(tails) == len(repositories):
        assert len(set(named.values())) == len(repositories)


def test_an_unknown_folder_is_called_by_its_last_part() -> None:
    labels = Labels({"/a/shop/api": "shop/api"}, {"/a/shop/api": "/a/shop"})
    assert [labels.of(path) for path in ("/a/shop/api", "/b/docs/", "")] == ["shop/api", "docs", ""]
    assert [labels.repository(path) for path in ("/a/shop/api", "/b/docs")] == ["/a/shop", "/b/docs"]
