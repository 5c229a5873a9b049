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
    suffix = SUFFIX
    usual_place = "`~/.local/share/ppp-tui/sessions`, or where you say"
    capabilities = USUAL._replace(retries=True, context_window=True)

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the folder that programs append to."""
        return [plain_sessions(environment, home)]


SOURCE: LineSource = Plain()
