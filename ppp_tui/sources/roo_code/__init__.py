"""Roo Code, which descends from Cline: the same form of tasks, with the folder and the parent of each beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ppp_tui.sources.cline import Cline
from ppp_tui.sources.cline.discovery import storage_folders
from ppp_tui.sources.source import TableSource


class RooCode(Cline):
    """The source ``roo_code``."""

    title = "Roo Code"
    agent_name = "roo"
    rules_from = "the program's source and other readers"
    extension = "rooveterinaryinc.roo-cline"
    home_variables = ("XDG_CONFIG_HOME",)
    usual_place = "tasks of the extension in VS Code and its kin"

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the folders of tasks in the editors that are there."""
        return storage_folders(environment, home, self.extension)


SOURCE: TableSource = RooCode()
