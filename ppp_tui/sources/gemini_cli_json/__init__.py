"""Gemini CLI before it wrote lines (to spring 2026): one JSON document per session, rewritten at every change.

A document has no end that later bytes follow, so it is read whole like a small database; `poll` remembers what of it
was told. One that a newer version took over lies beside its lines (``.jsonl``), which are read instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ppp_tui.sources.gemini_cli import discovery
from ppp_tui.sources.package_source import DocumentSource
from ppp_tui.sources.source import Capabilities, TableSource, TablesRead
from ppp_tui.sources.walk import Skips, walk_files


class GeminiCliJson(DocumentSource):
    """The source ``gemini_cli_json``."""

    title = "Gemini CLI, to early 2026"
    agent_name = "gemini"
    provider = "google"
    home_variables = ("GEMINI_CLI_HOME",)
    usual_place = "`~/.gemini/tmp`, sessions that are one JSON document"
    capabilities = Capabilities(exit_codes=True, structured_questions=True, usage_per_request=True)
    roots = staticmethod(discovery.roots)
    resume_command = staticmethod(discovery.resume_command)
    copied_with = staticmethod(discovery.copied_with)

    def find(self, root: Path, skips: Skips | None = None) -> Iterator[Path]:
        """Yield every document below a root that has no lines beside it."""
        return (path for path in walk_files(root, _is_named, skips) if not _lines_beside(path).exists())

    def claims(self, path: Path) -> bool:
        """Return whether a path is a session's document by its name, and no newer version took it over."""
        return _is_named(path.name) and not _lines_beside(path).exists()

    def replaced_by(self, path: Path) -> Path:
        """Return the lines that a newer version writes beside a document."""
        return _lines_beside(path)

    def poll(self, path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
        """See `document.read_document`; a document is read whole."""
        del limit
        from ppp_tui.sources.gemini_cli_json.document import read_document  # looking for sessions needs none of it

        return read_document(path, state)


def _is_named(name: str) -> bool:
    return name.startswith("session-") and name.endswith(".json")


def _lines_beside(path: Path) -> Path:
    return path.with_name(path.name + "l")


SOURCE: TableSource = GeminiCliJson()
