"""Amp: a JSON document for each thread, rewritten at every change. Many threads are kept by its server only."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ppp_tui.sources.package_source import DocumentSource, data_folder
from ppp_tui.sources.resume import resume_in_folder
from ppp_tui.sources.source import Capabilities, TableSource, TablesRead

_BEGIN, _END = "T-", ".json"


class Amp(DocumentSource):
    """The source ``amp``."""

    title = "Amp"
    rules_from = "public examples and other readers"
    home_variables = ("XDG_DATA_HOME",)
    usual_place = "`~/.local/share/amp/threads`, where threads are kept on this machine"
    capabilities = Capabilities(
        turn_ends=True, exit_codes=True, permission_waits=True, usage_per_request=True, context_window=True
    )

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the folder of threads, existing or not."""
        return [data_folder(environment, home) / "amp" / "threads"]

    def is_named(self, name: str) -> bool:
        """Return whether a name is that of a thread."""
        return name.startswith(_BEGIN) and name.endswith(_END) and len(name) > len(_BEGIN + _END)

    def resume_command(self, native_id: str, project: str) -> str | None:
        """Return the command that goes on with a thread in its folder."""
        return resume_in_folder("amp threads continue", native_id, project)

    def poll(self, path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
        """See `thread.read_thread`; a document is read whole."""
        del limit
        from ppp_tui.sources.amp.thread import read_thread  # looking for threads needs none of it

        return read_thread(path, state)


SOURCE: TableSource = Amp()
