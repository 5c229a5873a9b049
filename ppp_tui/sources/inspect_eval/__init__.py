"""Logs of Inspect: a ZIP file for each evaluation, with one JSON document for each sample that is over."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ppp_tui.sources.package_source import DocumentSource
from ppp_tui.sources.source import Capabilities, TableSource, TablesRead

SUFFIX = ".eval"


class InspectEval(DocumentSource):
    """The source ``inspect_eval``."""

    title = "Inspect"
    agent_name = "inspect"
    home_variables = ("INSPECT_LOG_DIR",)
    suffix = SUFFIX
    usual_place = "below `INSPECT_LOG_DIR`, or where you say"
    capabilities = Capabilities(turn_ends=True, usage_per_request=True)

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the folder of logs, where it is named: by default Inspect writes into the folder it runs in."""
        named = environment.get("INSPECT_LOG_DIR", "").strip()
        return [] if not named or "://" in named else [home / Path(named).expanduser()]

    def poll(self, path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
        """See `log.read_log`; `limit` is met by the size of samples."""
        del limit
        from ppp_tui.sources.inspect_eval.log import read_log  # looking for logs needs none of it

        return read_log(path, state)


SOURCE: TableSource = InspectEval()
