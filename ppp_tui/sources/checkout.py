"""Which git repository a folder belongs to, by its files alone; git is not run.

A checkout has a folder ``.git``. A linked worktree has a file ``.git`` with ``gitdir: MAIN/.git/worktrees/NAME``, and
that folder a file ``commondir`` that leads to ``MAIN/.git``. A submodule and a checkout whose ``.git`` lies elsewhere
have such a file too, without ``worktrees``: they are repositories of their own.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ppp_tui.model.project import RepositoryPlace

MAX_FILE_BYTES = 8192
"""Maximum bytes read of a ``.git`` or ``commondir`` file, which holds a path and a keyword."""

MAX_PATH_CHARACTERS = 4096
MAX_DEPTH = 64
"""Maximum of folders that are checked from a folder upward."""

_LAYOUT = re.compile(
    r"(?P<root>.+?)(?:[/\\](?:\.claude[/\\]worktrees|\.worktrees|\.git[/\\]worktrees)"
    r"|(?<![/\\])(?:\.|-|__)worktrees)[/\\](?P<name>[^/\\]+)(?:[/\\](?P<rest>.+))?"
)
"""Where agents, editors and users keep worktrees: below the repository, or beside it in ``shop.worktrees``."""

_CODEX_LAYOUT = re.compile(r".+[/\\]\.codex[/\\]worktrees[/\\](?P<name>[^/\\]+)[/\\](?P<repository>[^/\\]+)")
"""Where Codex keeps worktrees; the path holds only the name of the repository's folder."""


class _Checkout(NamedTuple):
    """A checkout whose root was read."""

    repository: str
    worktree: str = ""


class Checkouts:
    """Looks up the repositories of folders, each once; a new object looks again."""

    def __init__(self, home: Path) -> None:
        """Look up a user's folders; `home` and its parents count as a repository only if an agent works right there."""
        real_home = Path(os.path.realpath(home))
        self._wide = {real_home, *real_home.parents}
        self._roots: dict[Path, _Checkout | None] = {}

    def place(self, folder: str) -> RepositoryPlace:
        """Return where a folder lies. Text that is no absolute path of this system is its own repository."""
        if len(folder) > MAX_PATH_CHARACTERS or "\0" in folder or not Path(folder).is_absolute():
            return _place_by_layout(folder) or RepositoryPlace(folder)
        try:
            real = Path(os.path.realpath(folder))
            is_there = real.is_dir()
        except (OSError, ValueError):
            return _place_by_layout(folder) or RepositoryPlace(folder)
        above = [path for path in real.parents if path not in self._wide]
        for candidate in [real, *above][:MAX_DEPTH]:
            root = self._root(candidate)
            if root is not None:
                return _within(root, real.relative_to(candidate), is_seen=is_there)
        return _place_by_layout(folder) or RepositoryPlace(str(real) if is_there else folder, is_seen=is_there)

    def _root(self, folder: Path) -> _Checkout | None:
        if folder not in self._roots:
            self._roots[folder] = _read_root(folder)
        return self._roots[folder]


def place_among(folder: str, repositories: Mapping[str, str]) -> RepositoryPlace | None:
    """Return the former place of a missing folder, by the repositories that were seen (path by folder's name), or None.

    The caller leaves out names that several repositories have.
    """
    matched = _CODEX_LAYOUT.fullmatch(folder)
    if matched is not None and matched["repository"] in repositories:
        return RepositoryPlace(repositories[matched["repository"]], matched["name"])
    return None


def _within(root: _Checkout, relative: Path, *, is_seen: bool) -> RepositoryPlace:
    """Return the place below a checkout; a worktree whose own ``.git`` file is missing is recognised by its path."""
    matched = None if root.worktree else _LAYOUT.fullmatch(f"./{relative.as_posix()}")
    if matched is not None and matched["root"] == ".":
        return RepositoryPlace(root.repository, matched["name"], matched["rest"] or "", is_seen=is_seen)
    sub_folder = "/".join(relative.parts)
    return RepositoryPlace(root.repository, root.worktree, sub_folder, is_seen=is_seen)


def _place_by_layout(folder: str) -> RepositoryPlace | None:
    matched = _LAYOUT.fullmatch(folder[:MAX_PATH_CHARACTERS].rstrip("/\\"))
    if matched is None:
        return None
    return RepositoryPlace(matched["root"], matched["name"], (matched["rest"] or "").replace("\\", "/"))


def _read_root(folder: Path) -> _Checkout | None:
    """Return the repository whose checkout or worktree a folder is the root of, None where it is none."""
    path = folder / ".git"
    try:
        if path.is_dir():
            return _Checkout(str(folder))
        line = _read_line(path)
        if not line.startswith("gitdir:"):
            return None
        git_folder = Path(os.path.realpath(folder / line.removeprefix("gitdir:").strip()))
        if git_folder.parent.name != "worktrees":
            return _Checkout(str(folder))
        common = _read_line(git_folder / "commondir")
        common_folder = os.path.realpath(git_folder / common) if common else str(git_folder.parent.parent)
        return _Checkout(_main_checkout(Path(common_folder)), git_folder.name)
    except (OSError, ValueError):
        return None


def _main_checkout(git_folder: Path) -> str:
    """Return the folder of the main checkout whose ``.git`` folder this is; of a bare repository, itself."""
    above, submodule_sign, submodule = str(git_folder).partition("/.git/modules/")
    if submodule_sign:
        return os.path.realpath(f"{above}/{submodule}")
    return str(git_folder.parent if git_folder.name.startswith(".") else git_folder)


def _read_line(path: Path) -> str:
    """Return the first line of a small regular file; '' if there is none, it is no path, or it cannot be read."""
    try:
        # Opening a pipe or a device of that name must not block.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return ""
        content = os.read(handle, MAX_FILE_BYTES)
    except OSError:
        return ""
    finally:
        os.close(handle)
    line = content.split(b"\n", 1)[0].decode("utf-8", "surrogateescape").strip()
    return "" if "\0" in line or len(line) > MAX_PATH_CHARACTERS else line
