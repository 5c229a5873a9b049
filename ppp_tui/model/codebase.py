"""Rows about a project's folder: its files, counted."""

from __future__ import annotations

from typing import NamedTuple


class FileRow(NamedTuple):
    """A file of a codebase."""

    path: str
    """Relative to the folder; a hash where no text is kept."""
    type: str
    """The language, '' for a file of none: its lines are not counted."""
    bytes: int
    modified_ns: int
    code: int
    comments: int
    blanks: int


class FolderCount(NamedTuple):
    """What a look at a folder found, compared with the look before."""

    project: str
    """The folder's full path."""
    changed: tuple[FileRow, ...]
    """Files that are new or have another size or time than before."""
    gone: tuple[str, ...]
    """Paths of files that were there before."""
    build_ms: int
    is_whole: bool
    """False where the folder has more files than are looked at."""
