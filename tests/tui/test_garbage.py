"""When old objects are looked through for garbage: in a rest of the user, or at last when there is none."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import pytest
from rich.cells import cached_cell_len, cell_len
from textual.color import Color
from textual.geometry import Region

from ppp_tui.tui.garbage import OldGarbage, collect_young_garbage, forget_layouts, is_collection_due


@pytest.mark.parametrize(
    ("rounds", "still_ms", "is_due"),
    [
        pytest.param(9, 60_000, False, id="little has come together"),
        pytest.param(10, 1_499, False, id="the user may press the next key"),
        pytest.param(10, 1_500, True, id="the user reads"),
        pytest.param(19, 0, False, id="keys never rest yet"),
        pytest.param(20, 0, True, id="keys never rest"),
    ],
)
def test_old_objects_wait_for_a_rest_but_not_for_ever(rounds: int, still_ms: int, is_due: bool) -> None:
    assert is_collection_due(rounds, still_ms) is is_due


def test_caches_of_layouts_are_empty_after_a_collection() -> None:
    cell_len("Add a login to the shop")
    Region(0, 0, 80, 24).intersection(Region(3, 1, 7, 5))
    Color.parse("red")
    caches = (cached_cell_len, Region.intersection, Color.parse)
    assert all(cache.cache_info().currsize for cache in caches)
    forget_layouts()
    assert [cache.cache_info().currsize for cache in caches] == [0, 0, 0]


def test_layouts_of_another_size_are_forgotten_without_a_collection() -> None:
    garbage = OldGarbage(lambda: None)
    forget_layouts()
    Region(0, 0, 80, 24).intersection(Region(3, 1, 7, 5))
    assert not garbage.collect(0)
    assert Region.intersection.cache_info().currsize == 1
    garbage.note_size()
    assert not garbage.collect(0)
    assert Region.intersection.cache_info().currsize == 0


@pytest.fixture
def unfrozen() -> Iterator[None]:
    """The collector as it was."""
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)
    gc.enable()


class Knot:
    """An object that only the garbage collector can free."""

    alive = 0

    def __init__(self) -> None:
        self.itself = self
        Knot.alive += 1

    def __del__(self) -> None:
        Knot.alive -= 1


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="this Python looks through old objects little by little")
@pytest.mark.usefixtures("unfrozen")
def test_what_stayed_and_went_in_a_cycle_is_freed_while_the_user_reads() -> None:
    collect_young_garbage()
    returned: list[int] = []
    garbage = OldGarbage(lambda: returned.append(Knot.alive))
    garbage.note_key(1_000)
    kept = Knot()
    # Looked at twice, it counts as old; then ten more looks make the next one due.
    for _ in range(2):
        gc.collect(1)
    del kept
    for _ in range(10):
        gc.collect(1)
    assert Knot.alive == 1
    assert not garbage.collect(1_900)
    assert garbage.collect(2_500)
    # The heap is given back after what lay on it was freed.
    assert (Knot.alive, returned) == (0, [0])
