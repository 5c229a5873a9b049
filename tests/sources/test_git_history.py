"""Lines of commits, told by git in a repository of literal commits."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ppp_tui.model.clock import DAY_MS
from ppp_tui.sources.git_history import LineCounts, count_lines

T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC."""
LATER = T0 + 30 * DAY_MS


class Repository:
    """A repository in a temporary folder; each commit is so many days after `T0`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str, day: float = 0) -> str:
        stamp = f"{T0 // 1000 + int(day * 86400)} +0000"
        environment = os.environ | {
            "GIT_AUTHOR_DATE": stamp,
            "GIT_COMMITTER_DATE": stamp,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        names = ("-c", "user.name=t", "-c", "user.email=t@localhost")
        command = ["git", *names, "-C", str(self.folder), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout

    def commit(self, day: float, **files: str | None) -> str:
        for name, content in files.items():
            path = self.folder / name
            if content is None:
                path.unlink()
            else:
                path.write_text(content)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x", day=day)
        return self.git("rev-parse", "--short", "HEAD").strip()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_lines_that_others_replaced_within_a_week_did_not_stay(repository: Repository) -> None:
    repository.commit(0, a="one\ntwo\n")
    added = repository.commit(1, a="one\ntwo\nthree\nfour\nfive\n", b="six\n")
    repository.commit(3, a="one\ntwo\nthree\nfour!\nfive\n")
    repository.commit(20, a="gone\n")
    assert count_lines(str(repository.folder), added, T0 + DAY_MS, LATER) == LineCounts(4, 3)


def test_first_commit_of_a_repository_counts(repository: Repository) -> None:
    first = repository.commit(0, a="one\ntwo\n")
    repository.commit(1, a="one\n")
    assert count_lines(str(repository.folder), first, T0, LATER) == LineCounts(2, 1)


def test_renamed_file_keeps_its_lines_and_a_deleted_one_does_not(repository: Repository) -> None:
    repository.commit(0, x="x\n")
    added = repository.commit(1, old="one\ntwo\nthree\n", dead="four\n")
    repository.commit(2, old=None, dead=None, new="one\ntwo\nthree\n")
    assert count_lines(str(repository.folder), added, T0 + DAY_MS, LATER) == LineCounts(4, 3)


def test_commit_younger_than_a_week_has_no_lines_that_stayed(repository: Repository) -> None:
    added = repository.commit(0, a="one\n")
    assert count_lines(str(repository.folder), added, T0, T0 + 6 * DAY_MS) == LineCounts(1, None)


def test_commit_that_was_squashed_away_is_unknown(repository: Repository) -> None:
    repository.commit(0, a="one\n")
    lost = repository.commit(1, a="one\ntwo\n")
    repository.git("reset", "-q", "--hard", "HEAD~1")
    repository.commit(2, a="one\ntwo\n")
    assert count_lines(str(repository.folder), lost, T0 + DAY_MS, LATER) == LineCounts(1, None)


@pytest.mark.parametrize("commit", ["", "--help", "HEAD", "abc", "0000000", "deadbee; touch x"])
def test_text_that_is_no_commit_here_is_unknown(repository: Repository, commit: str) -> None:
    repository.commit(0, a="one\n")
    assert count_lines(str(repository.folder), commit, T0, LATER) == LineCounts()


def test_folder_that_is_gone_or_no_repository_is_unknown(tmp_path: Path) -> None:
    assert count_lines(str(tmp_path / "gone"), "abc1234", T0, LATER) == LineCounts()
    (tmp_path / "plain").mkdir()
    assert count_lines("", "abc1234", T0, LATER) == LineCounts()


def test_programs_that_the_repository_configures_are_not_run(repository: Repository) -> None:
    added = repository.commit(0, a="one\n")
    for name in ("core.fsmonitor", "diff.external", "diff.all.textconv", "core.pager"):
        repository.git("config", name, f"touch {repository.folder}/ran")
    (repository.folder / ".gitattributes").write_text("* diff=all\n")
    assert count_lines(str(repository.folder), added, T0, LATER) == LineCounts(1, 1)
    assert not (repository.folder / "ran").exists()
