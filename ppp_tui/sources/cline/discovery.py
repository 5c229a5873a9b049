"""Where editors keep the tasks of an extension: ``<editor>/User/globalStorage/<extension>/tasks/<task>``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ppp_tui.sources.walk import Skips, walk_files

SESSION = "ui_messages.json"
"""Stands for a task: what its panel shows, rewritten at every change."""

METADATA, HISTORY, CONVERSATION = "task_metadata.json", "history_item.json", "api_conversation_history.json"
"""Beside it: models and versions; folder and parent (Roo Code, Kilo Code); what was sent to the model."""

_EDITORS = ("Code", "Code - Insiders", "VSCodium", "Cursor", "Windsurf")
_SERVERS = (".vscode-server", ".vscode-remote", ".cursor-server")
_BESIDE = frozenset({METADATA, HISTORY, CONVERSATION, "context_history.json", "settings.json", "checkpoints"})


def storage_folders(environment: Mapping[str, str], home: Path, extension: str) -> list[Path]:
    """Return the folders of an extension's tasks that exist in editors known by name, the usual one if none does."""
    config = Path(environment.get("XDG_CONFIG_HOME") or home / ".config").expanduser()
    support = home / "Library" / "Application Support"
    bases = [base / editor for editor in _EDITORS for base in (config, support)]
    bases += [home / server / "data" for server in _SERVERS]
    folders = [base / "User" / "globalStorage" / extension / "tasks" for base in bases]
    return [folder for folder in folders if folder.is_dir()] or folders[:1]


def find(root: Path, skips: Skips | None = None) -> Iterator[Path]:
    """Yield every task below a root, or the root itself if it is one."""
    return walk_files(root, is_session, skips, _BESIDE)


def is_session(name: str) -> bool:
    """Return whether a file stands for a task, by its name."""
    return name == SESSION
