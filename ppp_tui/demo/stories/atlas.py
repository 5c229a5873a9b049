"""Claude draws maps: an overloaded model, hostile output, a full context, a page that never comes, and a limit."""

from __future__ import annotations

from functools import partial

from ppp_tui.demo.acts import begin_session, end_day
from ppp_tui.demo.claude import ClaudeWriter
from ppp_tui.demo.pasts.atlas import TURNS
from ppp_tui.demo.story import Beat, Stage
from ppp_tui.model.clock import to_text

HOSTILE = (
    "tile 12/2114/1387 ok\x1b[2J\x1b[1;1H\x1b]0;owned\x07 [red]not red[/red] [@click=app.quit]no link[/]\r"
    "photo_\u202egnp.exe\u202c zero\u200bwidth \u2066isolated\u2069 nul\x00 del\x7f \u009b31mcsi"
)
"""What a careless program prints. Screens show the control characters as symbols and the brackets as brackets."""

SUMMARY = "The renderer is ready, the log is clean, and the tiles of zoom level 12 are to be rendered next."
WAIT_S = 2.2
"""Before the first new attempt; each later one waits twice as long."""


def atlas(stage: Stage) -> list[Beat]:
    """Return the beats of the story of a map."""
    w = begin_session(stage, partial(_begin, stage), TURNS)
    w.context += 148_000
    w.wait(3)
    w.prompt("Render the tiles for zoom level 12")
    w.title("Render tiles for zoom level 12")
    for attempt in range(3):
        w.wait(0.4)
        w.refuse(529, "Overloaded", attempt + 1, WAIT_S * 2**attempt)
    w.say("The model is back. First I look at the size of a tile.")
    w.search("TILE_SIZE", "tiles.py:12:TILE_SIZE = 256\nindex.py:4:from tiles import TILE_SIZE")
    w.run("cat build.log", HOSTILE, 0.8)
    w.compact(21_000, SUMMARY, 7)
    w.say("Now the tiles themselves.")
    w.run("make tiles ZOOM=12", "rendered 4096 tiles\nwrote tiles/12.mbtiles (311 MB)", 37)
    w.wait(1)
    w.call("WebFetch", {"url": "https://maps.example/styles/12.json", "prompt": "Which layers does the style name?"})
    w.wait(74)
    w.result("The request timed out.", is_error=True, tool_result="Error: The request timed out.")
    w.think("The style cannot be had, but the index does not need it.", 4)
    w.say("The style server does not answer, so I go on with the index.")
    w.run("make index", "indexed 4096 tiles", 9)
    w.wait(1.5)
    w.give_up(429, "rate_limit", f"You've hit your session limit · resets {_clock(w.now_ms + 2 * 3_600_000)} (UTC)")
    w.wait_until(187)
    return end_day(w)


def _clock(at_ms: int) -> str:
    """Return a time of day in UTC, cut to ten minutes: ``7:20pm``."""
    hour, minute = to_text(at_ms)[11:16].split(":")
    return f"{(int(hour) + 11) % 12 + 1}:{minute[0]}0{'am' if int(hour) < 12 else 'pm'}"


def _begin(stage: Stage, start_ms: int, speed: float) -> ClaudeWriter:
    return ClaudeWriter(stage.named("atlas", start_ms, speed), "/home/dev/atlas", "claude-sonnet-4-5", "tiles")
