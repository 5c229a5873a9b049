"""Every screen looks as in ``screenshots/``, at each size. `make screenshots` draws them anew instead of comparing."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from filelock import FileLock

from ppp_tui.cli.invocation import Invocation
from tests.pictures.film import FILM, MAX_BYTES, SCENES, assemble
from tests.pictures.page import render_page
from tests.pictures.shots import SHOTS, SIZES, Shot, draw

ROOT = Path(__file__).resolve().parents[2]
COMMITTED = ROOT / "screenshots"
CHANGED = ROOT / ".cache" / "screenshots"
"""Holds the pictures that look different now, and the page."""

PAGE = CHANGED / "changed.html"
IS_REDRAWING = os.environ.get("PPP_TUI_PICTURES") == "redraw"

PICTURES = [(shot, size) for shot in SHOTS for size in SIZES]


def file_name(shot: Shot, size: tuple[int, int]) -> str:
    return f"{shot.name}-{size[0]}x{size[1]}.svg"


def compare(name: str, drawn: str, committed: Path, changed: Path) -> str:
    """Return "" if a picture is as committed, else what to do; keep it and the page of all changed ones in a folder."""
    before = committed / name
    changed.mkdir(parents=True, exist_ok=True)
    # Several processes compare at a time, and each writes the page with what all of them have drawn so far.
    with FileLock(changed / "page.lock"):
        if before.exists() and before.read_text(encoding="utf-8") == drawn:
            (changed / name).unlink(missing_ok=True)
        else:
            (changed / name).write_text(drawn, encoding="utf-8")
        names = sorted(path.name for path in changed.glob("*.svg"))
        page = changed / PAGE.name
        page.write_text(render_page(committed, changed, names), encoding="utf-8")
    if name not in names:
        return ""
    return f"{name} looks different: open {page}, and run make screenshots if it is meant to."


@pytest.mark.slow
@pytest.mark.parametrize(("shot", "size"), PICTURES, ids=[file_name(shot, size)[:-4] for shot, size in PICTURES])
async def test_a_screen_looks_as_in_its_committed_picture(
    shot: Shot, size: tuple[int, int], demo_after: Callable[[int], Invocation]
) -> None:
    name, drawn = file_name(shot, size), await draw(demo_after(shot.after_s), shot, size)
    if IS_REDRAWING:
        (COMMITTED / name).write_text(drawn, encoding="utf-8")
    difference = compare(name, drawn, COMMITTED, CHANGED)
    assert not difference, difference


def test_no_committed_picture_is_of_a_screen_that_is_gone() -> None:
    drawn = {file_name(shot, size) for shot, size in PICTURES}
    assert {path.name for path in COMMITTED.iterdir()} - drawn == {FILM.name}


def test_a_picture_that_differs_is_named_and_shown_beside_the_committed_one(tmp_path: Path) -> None:
    committed, changed = tmp_path / "committed", tmp_path / "changed"
    committed.mkdir()
    (committed / "live.svg").write_text("<svg>old</svg>")
    assert compare("same.svg", "<svg/>", committed, changed).startswith("same.svg looks different")
    message = compare("live.svg", "<svg>new</svg>", committed, changed)
    assert str(changed / "changed.html") in message
    page = (changed / "changed.html").read_text()
    old, new = "PHN2Zz5vbGQ8L3N2Zz4=", "PHN2Zz5uZXc8L3N2Zz4="
    assert page.index("live.svg") < page.index(old) < page.index(new) < page.index("same.svg")
    assert "Before: none" in page


def test_a_picture_that_is_as_committed_again_leaves_the_page(tmp_path: Path) -> None:
    (tmp_path / "live.svg").write_text("<svg>old</svg>")
    compare("live.svg", "<svg>new</svg>", tmp_path, tmp_path / "changed")
    assert compare("live.svg", "<svg>old</svg>", tmp_path, tmp_path / "changed") == ""
    assert "live.svg" not in (tmp_path / "changed" / "changed.html").read_text()


def test_scenes_of_the_film_follow_each_other_and_a_still_viewer_sees_the_first() -> None:
    frames = [f'<svg class="x" viewBox="0 0 9 {height}"><text>{height}</text></svg>' for height in (4, 4, 4)]
    film = assemble(frames, [1.0, 2.0, 1.0])
    assert film.startswith('<svg viewBox="0 0 9 4" ')
    assert "@keyframes scene-0 {0% {visibility: visible} 25.000%, 100% {visibility: hidden}}" in film
    assert (
        "@keyframes scene-1 {0% {visibility: hidden} 25.000% {visibility: visible} 75.000%, 100% {visibility: hidden}}"
    ) in film
    assert "@keyframes scene-2 {0% {visibility: hidden} 75.000% {visibility: visible}}" in film
    assert ".scene-0 {visibility: visible; animation: scene-0 4s step-end infinite}" in film
    assert film.count("<text>") == 3
    with pytest.raises(ValueError, match="picture 0 is no SVG"):
        assemble(["nothing"], [1.0])


def test_the_committed_film_is_small_and_whole_and_loads_nothing() -> None:
    film = FILM.read_text(encoding="utf-8")
    assert len(film.encode()) <= MAX_BYTES
    assert film.count("@keyframes") == len(SCENES)
    assert ElementTree.fromstring(film).tag.endswith("svg")
    assert not re.search(r"href=|src=|@import|<image|<script|url\((?!#)", film)
