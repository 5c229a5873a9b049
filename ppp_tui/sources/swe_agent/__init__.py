"""Runs of SWE-agent and mini-SWE-agent: one JSON document for each instance, rewritten after every step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from ppp_tui.sources.package_source import DocumentSource
from ppp_tui.sources.source import Capabilities, Identity, TableSource, TablesRead
from ppp_tui.sources.swe_agent.instance import SUFFIXES, instance_of

REPORTS = ("report.json", "results.json")
"""Files in which an evaluation says which instances are resolved; beside a run, or beside its folder."""


class SweAgent(DocumentSource):
    """The source ``swe_agent``."""

    title = "SWE-agent, mini-SWE-agent"
    agent_name = "swe-agent"
    home_variables = ("MSWEA_GLOBAL_CONFIG_DIR",)
    usual_place = "`~/.config/mini-swe-agent`; runs of benchmarks where you say"
    capabilities = Capabilities(turn_ends=True, exit_codes=True, usage_per_request=True)

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the folder in which mini-SWE-agent keeps its last run."""
        named = environment.get("MSWEA_GLOBAL_CONFIG_DIR")
        return [Path(named).expanduser() if named else home / ".config" / "mini-swe-agent"]

    def is_named(self, name: str) -> bool:
        """Return whether a name is that of a run."""
        return name.endswith(SUFFIXES) and name not in SUFFIXES

    def identify(self, path: Path) -> Identity:
        """Return the name of the instance."""
        return Identity(instance_of(path))

    def companions(self, path: Path) -> Iterable[Path]:
        """Return the files that may hold the run's result."""
        return [folder / name for folder in (path.parent, path.parent.parent) for name in REPORTS]

    def poll(self, path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
        """See `document.read_run`; a document is read whole."""
        del limit
        from ppp_tui.sources.swe_agent.document import read_run  # looking for runs needs none of it

        return read_run(path, state, self.companions(path))


SOURCE: TableSource = SweAgent()
