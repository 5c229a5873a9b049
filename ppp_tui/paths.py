"""Where things lie: what the program ships, what a user's system sets aside for it, and files that are nobody else's.

Folders are made with mode 0700 and files with 0600, because sessions hold what people wrote. A link is never followed
to write through it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

APP = "ppp-tui"
"""Name of the program's folders."""

COPIES_OF_FILES, COPIES_OF_HOME = "files", "home"
"""Folders of an address: with copies by their full paths, and by those below the home there."""

_COPIES = "-remotes"

NAME_KEY_BYTES = 32
"""Length of the key that names are hashed with."""

_LINKS = getattr(os, "O_NOFOLLOW", 0)


class UserPaths(NamedTuple):
    """The places that a user's system sets aside for the program; none of them need exist."""

    config: Path
    """The user's settings file."""
    database: Path
    """The database, where settings name no other place."""
    log: Path
    """Traces of the program's own faults."""


def user_paths() -> UserPaths:
    """Return the places of the user who runs this process, by the rules of the system (XDG folders on Linux)."""
    if sys.platform == "linux":
        # What platformdirs says there, without the time that it takes to import: a status line has none to spare.
        config, data, state = (_xdg(*place) for place in _XDG)
    else:
        import platformdirs

        config = Path(platformdirs.user_config_dir(APP, appauthor=False))
        data = Path(platformdirs.user_data_dir(APP, appauthor=False))
        state = Path(platformdirs.user_state_dir(APP, appauthor=False))
    return UserPaths(config / "config.toml", data / "archive.db", state / "ppp-tui.log")


_XDG = (("XDG_CONFIG_HOME", "~/.config"), ("XDG_DATA_HOME", "~/.local/share"), ("XDG_STATE_HOME", "~/.local/state"))


def _xdg(variable: str, usual: str) -> Path:
    """Return the program's folder below one that an XDG variable names; a relative one does not count."""
    named = os.environ.get(variable, "").strip()
    return Path(named if named.startswith("/") else usual).expanduser() / APP


def plain_sessions(environment: Mapping[str, str], home: Path) -> Path:
    """Return the folder in which programs append plain lines, beside the database; it need not exist."""
    return _data_folder(environment, home) / "sessions"


def attached_sessions(environment: Mapping[str, str], home: Path) -> Path:
    """Return the folder for what agents print into ``ppp-tui attach``; it need not exist."""
    return _data_folder(environment, home) / "attached"


def receiver_folder(environment: Mapping[str, str], home: Path) -> Path:
    """Return the folder of ``ppp-tui receive``: its journals and status, and what it received; it need not exist."""
    return _data_folder(environment, home) / "received"


def sessions_of_receiver(folder: Path) -> Path:
    """Return where in a receiver's folder what agents sent lies, by session."""
    return folder / "sessions"


def _data_folder(environment: Mapping[str, str], home: Path) -> Path:
    named = environment.get("XDG_DATA_HOME", "").strip()
    usual = home / ("Library/Application Support" if sys.platform == "darwin" else ".local/share")
    return (Path(named) if named.startswith("/") else usual) / APP


def status_spool(database: Path) -> Path:
    """Return where status lines leave what they were told, beside the database, until ingest imports it."""
    return database.with_name(f"{database.name}-status.jsonl")


def shipped(name: str) -> Path:
    """Return what ships beside the package, ``config.toml`` or ``styles``: in a wheel and in a checkout alike.

    Raises FileNotFoundError if the program was taken apart.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "_shipped", package.parent):
        if (folder / name).exists():
            return folder / name
    raise FileNotFoundError(f"{name} is missing beside {package}: install ppp-tui again.")


def marks_file(database: Path) -> Path:
    """Return where the user's marks of the sessions in a database lie: beside it."""
    return database.with_name(f"{database.name}-marks")


def copies_folder(database: Path) -> Path:
    """Return the folder, beside the database, with the copies of what lies on other machines, by address."""
    return database.with_name(f"{database.name}{_COPIES}")


def original_path(path: Path) -> Path:
    """Return the path that a file has on its own machine: of a copy another one, below ``~`` if the home is unknown."""
    for folder in path.parents:
        if folder.name in (COPIES_OF_FILES, COPIES_OF_HOME) and folder.parent.parent.name.endswith(_COPIES):
            return Path("~" if folder.name == COPIES_OF_HOME else "/") / path.relative_to(folder)
    return path


def name_key(database: Path) -> bytes:
    """Return the key that names in performance events are hashed with, from beside the database; made if need be.

    Raises OSError.
    """
    path = database.with_name(f"{database.name}-key")
    with suppress(FileNotFoundError):
        return path.read_bytes()
    made = path.with_name(f"{path.name}.{os.getpid()}")
    made.unlink(missing_ok=True)
    with private_file(made) as file:
        file.write(os.urandom(NAME_KEY_BYTES))
    try:
        # A link takes the name only if nobody has it: of two programs that begin at once, both use the key of one.
        path.hardlink_to(made)
    except FileExistsError:
        pass
    except OSError:
        made.rename(path)
    made.unlink(missing_ok=True)
    return path.read_bytes()


def private_folder(path: Path) -> Path:
    """Make a folder, and those above it, that only its owner may enter; one that is there stays as it is.

    Raises OSError.
    """
    missing = []
    for folder in (path, *path.parents):
        if folder.is_dir():
            break
        missing.append(folder)
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
    return path


def private_file(path: Path) -> BinaryIO:
    """Make a file that only its owner may read, open for writing, in a private folder.

    Raises FileExistsError if anything is there, a dangling link included, and OSError if it cannot be made.
    """
    private_folder(path.parent)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _LINKS, 0o600), "wb")


def replace_private(path: Path, content: bytes, *, is_durable: bool = False) -> None:
    """Give a file new content at once, readable by its owner only; readers see the former or the new one, whole.

    With `is_durable` the content is on the disk before it takes the name. Raises OSError.
    """
    made = path.with_name(f"{path.name}.{os.getpid()}")
    made.unlink(missing_ok=True)
    with private_file(made) as file:
        file.write(content)
        if is_durable:
            file.flush()
            os.fsync(file.fileno())
    made.replace(path)


def private_tail(path: Path) -> BinaryIO:
    """Open a private file at its end, which may exist already. Raises OSError, for a link too."""
    private_folder(path.parent)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | _LINKS, 0o600), "ab")


def sync_folder(path: Path) -> None:
    """Make the names in a folder outlive a power cut. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_identity(path: Path) -> tuple[int, int] | None:
    """Return device and inode of what lies at a path, None if nothing does."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def is_private(path: Path) -> bool:
    """Return whether nobody but the owner may read or enter what is there. Raises OSError if nothing is."""
    return not path.stat().st_mode & 0o077
