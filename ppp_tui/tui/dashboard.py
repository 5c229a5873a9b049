"""The protocol by which screens use the app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.widget import AwaitMount

    from ppp_tui.query.periods import Period
    from ppp_tui.tui.dashboard_state import DashboardState
    from ppp_tui.tui.panes.mark_book import MarkBook
    from ppp_tui.tui.ports import Ports
    from ppp_tui.tui.screens.places import Places
    from ppp_tui.tui.screens.search_trail import SearchTrail
    from ppp_tui.tui.themes.library import ThemeLibrary


class Dashboard(Protocol):
    """The app as its screens know it; Textual's own methods are those of `Screen.app`."""

    ports: Ports
    compared: tuple[int, ...]
    """Trajectories that are marked for Compare, in the order in which they were marked."""
    theme_library: ThemeLibrary
    """All themes by name."""
    period: Period | None
    """The period that all reports cover; None until the user sets one."""

    entries: dict[str, list[str]]
    """Histories of command lines by mode, shared by all screens."""
    places: Places
    """The places that the user visited."""
    searched: str
    """The text of the last search over all turns; '' if there was none."""
    marks: MarkBook
    """The user's marks of sessions."""

    @property
    def board(self) -> DashboardState:
        """The live sessions with their states and sums."""
        ...

    def open_trajectory(self, trajectory_id: int, turn_number: int | None = None) -> AwaitMount:
        """Show a session, at a turn if one is given. Await the result to wait for its screen."""
        ...

    def open_hit(self, trail: SearchTrail) -> None:
        """Show the current hit of a trail, whose other hits keys lead to."""
        ...

    def show_trouble(self, why: str) -> None:
        """Show on every screen that the database did not answer, until it answers again."""
        ...

    def report_fault(self, error: Exception, node: DOMNode | None = None) -> bool:
        """Log a fault of `node` and report it. False if faults should end the program."""
        ...
