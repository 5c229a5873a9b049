"""The animated picture of the demo: pictures one after another in one SVG file that loads and runs nothing.

python -m tests.pictures.film
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.pictures.shots import START_MS, Shot, draw, read_demo

FILM = Path(__file__).resolve().parents[2] / "screenshots" / "demo.svg"
SIZE = (120, 36)
MAX_BYTES = 2_000_000

_OUTER = re.compile(r'<svg[^>]*viewBox="([^"]*)"[^>]*>(.*)</svg>', re.DOTALL)
_FONTS = re.compile(r"@font-face\s*\{[^}]*\}")


class Scene(NamedTuple):
    """A picture of the film."""

    after_s: int
    """Seconds of the demo."""
    keys: tuple[str, ...]
    shown_s: float


SCENES = (
    Scene(6, (), 1.4),
    Scene(14, (), 1.4),
    Scene(24, (), 1.4),
    Scene(34, (), 2.0),
    Scene(59, (), 1.6),
    Scene(105, (), 2.6),
    Scene(105, ("enter",), 2.4),
    Scene(105, ("enter", "E", "E"), 2.4),
    Scene(105, ("enter", "a"), 2.0),
    Scene(105, ("enter", "c"), 1.8),
    Scene(105, ("2",), 2.0),
    Scene(105, ("3",), 2.4),
    Scene(105, ("4", "enter", "j", "j"), 2.2),
    Scene(105, ("5", "d", "d"), 2.4),
    Scene(105, ("6",), 2.0),
)
"""A session at work, then what else there is to see of it and of the others."""


def assemble(frames: Sequence[str], seconds: Sequence[float]) -> str:
    """Return one SVG that shows each picture for so long, again and again; still viewers see the first."""
    total = sum(seconds)
    rules, groups, begun = [], [], 0.0
    view_box = ""
    for number, (frame, shown_s) in enumerate(zip(frames, seconds, strict=True)):
        matched = _OUTER.search(frame)
        if matched is None:
            raise ValueError(f"picture {number} is no SVG")
        view_box, inner = matched[1], matched[2]
        first, last = 100 * begun / total, 100 * (begun + shown_s) / total
        before = f"0% {{visibility: hidden}} {first:.3f}%" if number else "0%"
        after = "" if number == len(frames) - 1 else f" {last:.3f}%, 100% {{visibility: hidden}}"
        rules.append(
            f"@keyframes scene-{number} {{{before} {{visibility: visible}}{after}}}\n"
            f".scene-{number} {{visibility: {'hidden' if number else 'visible'}; "
            f"animation: scene-{number} {total:g}s step-end infinite}}"
        )
        groups.append(f'<g class="scene-{number}">{inner if not number else _FONTS.sub("", inner)}</g>')
        begun += shown_s
    still = "@media (prefers-reduced-motion: reduce) {g {animation: none !important}}"
    style = "\n".join([*rules, still])
    return f'<svg viewBox="{view_box}" xmlns="http://www.w3.org/2000/svg"><style>\n{style}\n</style>{"".join(groups)}</svg>\n'


async def draw_scenes(folder: Path) -> list[str]:
    """Return the pictures of all scenes."""
    times_s = {scene.after_s for scene in SCENES}
    homes = {after_s: read_demo(folder / str(after_s), START_MS + after_s * 1000) for after_s in times_s}
    return [await draw(homes[scene.after_s], Shot("film", scene.after_s, scene.keys), SIZE) for scene in SCENES]


def main() -> None:
    """Draw the film anew."""
    with tempfile.TemporaryDirectory() as folder:
        frames = asyncio.run(draw_scenes(Path(folder)))
    film = assemble(frames, [scene.shown_s for scene in SCENES])
    if len(film.encode()) > MAX_BYTES:
        raise SystemExit(f"The film has {len(film.encode()):,} bytes, more than {MAX_BYTES:,}.")
    FILM.write_text(film, encoding="utf-8")
    sys.stdout.write(f"{FILM}: {len(frames)} pictures, {len(film.encode()):,} bytes\n")


if __name__ == "__main__":
    main()
