"""Files that agents touch: one path for each, and those that a shell command reads."""

from __future__ import annotations

import posixpath

from ppp_tui.tool_output.shell import simple_commands

CHARS_PER_TOKEN = 4
"""Characters per token where tokens are estimated."""

MAX_PATH_CHARS = 400
"""Characters of a path that are kept: of a longer one, the end."""

MAX_FILES_PER_CALL = 64
"""Files of one call that are kept."""

_READERS = frozenset({"cat", "bat", "head", "tail", "less", "more", "nl", "sed"})


def estimated_tokens(characters: int) -> int:
    """Return an estimate of the tokens in `characters` characters."""
    return -(-characters // CHARS_PER_TOKEN)


def normalise_path(path: str, project: str) -> str:
    """Return a path with forward slashes and without ``..``, relative to the project if it is inside."""
    plain = posixpath.normpath(path.strip().strip("'\"").replace("\\", "/")) if path.strip() else ""
    root = project.replace("\\", "/").rstrip("/")
    if root and plain.startswith(f"{root}/"):
        plain = plain[len(root) + 1 :]
    return plain[-MAX_PATH_CHARS:]


def read_files(command: str) -> tuple[str, ...]:
    """Return files that a shell command shows (``cat``, ``sed -n``, ``head`` and their like), as it names them.

    A command after a pipe shows the output of the one before it, and names no file; patterns do not count.
    """
    shown: dict[str, None] = {}
    for part in simple_commands(command):
        if part.program not in _READERS or part.is_elsewhere:
            continue
        if any(word.startswith(("-i", "--in-place")) for word in part.words):
            continue
        words = [word for word in part.words[1:] if not word.startswith("-")]
        if part.program == "sed":
            # Its first word is its script.
            words = words[1:]
        for word in words:
            plain = word.strip("'\"")
            if _is_file(plain):
                shown[plain] = None
    return tuple(shown)[:MAX_FILES_PER_CALL]


def _is_file(word: str) -> bool:
    """Return whether a word names one file: it has a folder or an ending, and nothing that a shell would expand."""
    if not word or any(sign in word for sign in "*?$<>{}()|;`~") or word.startswith("/dev/"):
        return False
    name = word.rstrip("/").rpartition("/")[2]
    return name.strip(".") != "" and not word.endswith("/") and ("/" in word or "." in name.lstrip("."))
