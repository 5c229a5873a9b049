"""Gives what is built or installed the script by which a new database is made: it follows from the schema's steps."""

from __future__ import annotations

import sqlite3
import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class SchemaScript(BuildHookInterface[Any]):
    """Writes ``ppp_tui/store/schema.sql``, which is not part of the repository."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write it before files are collected; an SQLite that cannot run the steps leaves it out."""
        del version
        sys.path.insert(0, self.root)
        try:
            from ppp_tui.store.schema_script import write_schema_script

            write_schema_script()
            build_data["artifacts"].append("ppp_tui/store/schema.sql")
        except sqlite3.Error as error:
            self.app.display_warning(f"New databases will be made step by step: {error}")
        finally:
            sys.path.remove(self.root)
