"""Runs of SWE-agent and mini-SWE-agent: one JSON document for each instance, rewritten after every step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ppp_tui.sources.source import Capabilities, Identity, TableSource, TablesRead
from ppp_tui.sources.swe_agent.instance import SUFFIXES, instance_of
from ppp_tui.sources.walk import Skips, walk_files

REPORTS = ("report.json", "results.json")
"""Files in which an evaluation says which instances are resolved; beside a run, or beside its folder."""


class SweAgent:
    """The source ``swe_agent``."""

    name = "swe_agent"
    title = "SWE-agent, mini-SWE-agent"
    agent_name = "swe-agent"
    version = 1
    provider = ""
    home_variables: tuple[str, ...] = ("MSWEA_GLOBAL_CONFIG_DIR",)
    usual_place = "`~/.config/mini-swe-agent`; runs of benchmarks where you say"
    capabilities = Capabilities(turn_ends=True, exit_codes=True, usage_per_request=True)

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the folder in which mini-SWE-agent keeps its last run."""
        named = environment.get("MSWEA_GLOBAL_CONFIG_DIR")
        return [Path(named).expanduser() if named else home / ".config" / "mini-swe-agent"]

    def find(self, root: Path, skips: Skips | None = None) -> Iterator[Path]:
        """Yield every run below a root, or the root itself if it is one."""
        return walk_files(root, _is_named, skips)

    def claims(self, path: Path) -> bool:
        """Return whether a path is a run by its name."""
        return _is_named(path.name)

    def identify(self, path: Path) -> Identity:
        """Return the name of the instance."""
        return Identity(instance_of(path))

    def resume_command(self, native_id: str, project: str) -> str | None:
        """Return None: a run cannot be resumed."""
        del native_id, project
        return None

    def companions(self, path: Path) -> Iterable[Path]:
        """Return the files that may hold the run's result."""
        return [folder / name for folder in (path.parent, path.parent.parent) for name in REPORTS]

    def copied_with(self, path: Path) -> Iterable[Path]:
        """Return the files that a copy of a session should have with it."""
        return self.companions(path)

    def poll(self, path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
        """See `document.read_run`; a document is read whole."""
        del limit
        from ppp_tui.sources.swe_agent.document import read_run  # looking for runs needs none of it

        return read_run(path, state, self.companions(path))


def _is_named(name: str) -> bool:
    return name.endswith(SUFFIXES) and name not in SUFFIXES


SOURCE: TableSource = SweAgent()
