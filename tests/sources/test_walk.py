"""Which files below a folder are read: links to the user's own folders are followed, loops and the rest are named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ppp_tui.sources.walk import Skips, may_be_read, walk_files
from tests.sources.closed_folder import close_folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "home" / "sessions" / "a").mkdir(parents=True)
    (tmp_path / "home" / "sessions" / "a" / "1.log").write_text("")
    (tmp_path / "home" / "shared" / "deep").mkdir(parents=True)
    (tmp_path / "home" / "shared" / "deep" / "2.log").write_text("")
    return tmp_path / "home" / "sessions"


def names(root: Path, skips: Skips | None = None) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in walk_files(root, lambda name: name.endswith(".log"), skips))


def test_linked_folder_of_the_same_user_is_read_under_the_name_of_the_link(root: Path) -> None:
    (root / "b").symlink_to(root.parent / "shared")
    assert names(root) == ["a/1.log", "b/deep/2.log"]
    assert may_be_read(root / "b" / "deep" / "new.log", root)


def test_two_links_to_one_folder_are_read_once(root: Path) -> None:
    (root / "b").symlink_to(root.parent / "shared")
    (root / "c").symlink_to(root.parent / "shared")
    skips = Skips()
    assert names(root, skips) == ["a/1.log", "b/deep/2.log"]
    assert skips.examples == {"link": [str(root / "c")]}


@pytest.mark.parametrize("target", ["..", "a", ".", "../..", "missing", "b"])
def test_loops_and_dead_links_are_named_and_not_followed(root: Path, target: str) -> None:
    (root / "b").symlink_to(target)
    skips = Skips()
    assert names(root, skips) == ["a/1.log"]
    assert dict(skips.counts) == {"link": 1}
    assert not may_be_read(root / "b" / "1.log", root)


def test_loop_between_linked_folders_ends(root: Path) -> None:
    (root / "b").symlink_to(root.parent / "shared")
    (root.parent / "shared" / "back").symlink_to(root.parent / "shared")
    (root.parent / "shared" / "home").symlink_to(root)
    assert names(root) == ["a/1.log", "b/deep/2.log"]


def test_link_to_a_file_of_the_user_is_read_once(root: Path) -> None:
    (root / "w.log").symlink_to(root.parent / "shared" / "deep" / "2.log")
    (root / "x.log").symlink_to(root.parent / "shared" / "deep" / "2.log")
    (root / "y.log").symlink_to(root / "a" / "1.log")
    (root / "z.log").symlink_to("/dev/null")
    skips = Skips()
    assert names(root, skips) == ["a/1.log", "w.log"]
    assert skips.examples["link"] == [str(root / name) for name in ("x.log", "y.log", "z.log")]
    assert (may_be_read(root / "w.log", root), may_be_read(root / "z.log", root)) == (True, False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can give a folder away")
def test_linked_folder_of_another_user_is_not_followed(root: Path) -> None:
    os.chown(root.parent / "shared" / "deep", 12345, 12345)
    (root / "b").symlink_to(root.parent / "shared" / "deep")
    (root / "c.log").symlink_to(root.parent / "shared" / "deep" / "2.log")
    assert names(root) == ["a/1.log"]


def test_odd_names_and_other_files_are_counted_and_cost_nothing(root: Path) -> None:
    (root / os.fsdecode(b"\xff.log")).write_text("")
    (root / "new\nline\x1b[2J.log").write_text("")
    for number in range(5):
        (root / f"{number}.txt").write_text("")
    skips = Skips()
    assert names(root, skips) == ["a/1.log", "new\nline\x1b[2J.log"]
    assert dict(skips.counts) == {"odd name": 1, "other format": 5}
    assert skips.examples["odd name"] == [f"{root}/\N{REPLACEMENT CHARACTER}.log"]
    assert skips.examples["other format"] == [f"{root}/{number}.txt" for number in range(3)]
    assert not may_be_read(root / os.fsdecode(b"\xff.log"), root)


def test_folder_without_permission_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    close_folder(monkeypatch, root / "a")
    skips = Skips()
    assert names(root, skips) == []
    assert skips.examples == {"unreadable": [str(root / "a")]}
