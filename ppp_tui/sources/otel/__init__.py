"""What agents send by OpenTelemetry, as ``ppp-tui receive`` keeps it: a file for each session, a record on each line.

Where an agent's own file of the session is read too, the trajectory is that file's: see `store.writers.received`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ppp_tui.paths import receiver_folder, sessions_of_receiver
from ppp_tui.sources.package_source import LinesOfPackage
from ppp_tui.sources.source import Capabilities, Identity, LineSource

SUFFIX = ".jsonl"


class OpenTelemetry(LinesOfPackage):
    """The source ``otel``."""

    title = "OpenTelemetry"
    version = 3
    rules_from = "documentation and the programs' source"
    home_variables = ("XDG_DATA_HOME",)
    suffix = SUFFIX
    usual_place = "`~/.local/share/ppp-tui/received`, by `ppp-tui receive`"
    capabilities = Capabilities(permission_waits=True, retries=True, usage_per_request=True, first_token=True)

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the folder that ``ppp-tui receive`` writes to."""
        return [sessions_of_receiver(receiver_folder(environment, home))]

    def identify(self, path: Path) -> Identity:
        """Return the agent's own id of the session, behind the kind of its source in the file's name."""
        return Identity(path.stem.partition("-")[2] or path.stem)


SOURCE: LineSource = OpenTelemetry()
