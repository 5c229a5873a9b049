"""The protocol by which screens use the app that shows them."""

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
    """The app as its screens know it; what every app of Textual can do they ask of `Screen.app`."""

    ports: Ports
    compared: tuple[int, ...]
    """Trajectories that were marked to be compared, in the order in which they were marked."""
    theme_library: ThemeLibrary
    """All themes by name."""
    period: Period | None
    """The period that all reports cover; None until the user sets one."""

    entries: dict[str, list[str]]
    """What was typed into command lines before, by mode: all screens share their history."""
    places: Places
    """Where the user has been."""
    searched: str
    """What was searched for last in all turns; '' for nothing yet."""
    marks: MarkBook
    """What the user marked of sessions."""

    @property
    def board(self) -> DashboardState:
        """The sessions of these hours with their states and sums."""
        ...

    def open_trajectory(self, trajectory_id: int, turn_number: int | None = None) -> AwaitMount:
        """Show a session, at a turn if a number is given; to be awaited where it must be there."""
        ...

    def open_hit(self, trail: SearchTrail) -> None:
        """Show the hit that a trail is at, so that its keys lead to the others."""
        ...

    def tell_trouble(self, why: str) -> None:
        """Show on every screen that the database did not answer, until it answers again."""
        ...

    def report_fault(self, error: Exception, node: DOMNode | None = None) -> bool:
        """Log a fault of `node` and report it. False if faults should end the program."""
        ...
