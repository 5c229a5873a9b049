"""Four stories that go on at the same time: between them they show every state that a session at work can be in."""

from __future__ import annotations

from collections.abc import Callable

from ppp_tui.demo.stories.atlas import atlas
from ppp_tui.demo.stories.greenhouse import greenhouse
from ppp_tui.demo.stories.ledger import ledger
from ppp_tui.demo.stories.shop import shop
from ppp_tui.demo.story import Beat, Stage

LENGTH_S = 180
"""Seconds until the stories are told again, as new sessions; the old ones are laid aside a little later."""

STORIES: tuple[Callable[[Stage], list[Beat]], ...] = (shop, atlas, ledger, greenhouse)
"""All of them."""
