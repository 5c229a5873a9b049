"""Plain lines: JSON that any program appends to a file, without our library. `PLAIN.md` describes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ppp_tui.paths import plain_sessions
from ppp_tui.sources.package_source import USUAL, LinesOfPackage
from ppp_tui.sources.source import LineSource

SUFFIX = ".jsonl"


class Plain(LinesOfPackage):
    """The source ``plain``."""

    title = "Plain JSON lines"
    home_variables = ("XDG_DATA_HOME",)
    usual_place = "`~/.local/share/ppp-tui/sessions`, or where you say"
    capabilities = USUAL._replace(retries=True, context_window=True)

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the folder that programs append to."""
        return [plain_sessions(environment, home)]

    def is_named(self, name: str) -> bool:
        """Return whether a name is that of such a file."""
        return name.endswith(SUFFIX) and name != SUFFIX


SOURCE: LineSource = Plain()
