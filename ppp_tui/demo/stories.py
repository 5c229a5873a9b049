"""Four stories, each about three minutes long: between them they show every state that a session can be in."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.demo.claude import ClaudeWriter
from ppp_tui.demo.codex import CodexWriter
from ppp_tui.demo.script import Beat

LENGTH_S = 180
"""Seconds until the stories are told again, as new sessions."""

HOSTILE = "done \x1b[2J\x1b]0;owned\x07 [red]not red[/red] \u202egnp.exe\u202c zero\u200bwidth\x00"
"""What a careless program prints; screens show it as symbols."""


def shop(home: Path, start_ms: int, seed: str) -> list[Beat]:
    """Claude adds a login: tests fail, it asks, a sub-agent looks around, the tests pass."""
    w = ClaudeWriter(home, f"{seed}/shop", start_ms, "/home/dev/shop", "claude-opus-4-5", "oauth-login")
    w.prompt("Add OAuth login to the shop")
    w.title("Add OAuth login")
    w.think("The shop has no login yet. I look at the project before I choose a place for it.", 3)
    w.say("I'll look at the project first.")
    w.run("ls -la && git log --oneline -5", "app.py  cart.py  tests\n1f0c2aa Round prices\n9ab41d0 First cart", 0.6)
    w.read("app.py", "def login(user):\n    return False\n")
    w.delegate(
        "map the session code", "Find where sessions are kept and list the files.", "Sessions live in cart.py.", 14
    )
    w.edit("app.py", "    return False", "    return provider.verify(user)")
    w.run(
        "python -m pytest -q",
        "F.\nFAILED tests/test_login.py::test_login - assert False\n1 failed, 1 passed in 0.41s",
        9,
        1,
    )
    w.ask("Which provider do you prefer, Google or GitHub?", ("Google", "GitHub"), 34, "GitHub")
    w.edit("app.py", "provider.verify(user)", 'github.verify(user, scope="read:user")')
    w.run("python -m pytest -q", "..\n2 passed in 0.38s", 11)
    w.say(
        "GitHub login is in place and both tests pass.\n\n"
        "Should I investigate how the session cache behaves before proceeding?",
        is_final=True,
    )
    w.wait(30)
    w.prompt("No need to investigate. Write it into the changelog.")
    w.edit("CHANGELOG.md", "## Unreleased", "## Unreleased\n\n- Log in with GitHub.")
    w.say("The changelog says so now.", is_final=True)
    return w.beats


def atlas(home: Path, start_ms: int, seed: str) -> list[Beat]:
    """Claude draws maps: an overloaded model, a long silent build, a hostile output, and in the end a limit."""
    w = ClaudeWriter(home, f"{seed}/atlas", start_ms + 4000, "/home/dev/atlas", "claude-sonnet-4-5", "tiles")
    w.context = 148_000
    w.prompt("Render the tiles for zoom level 12")
    w.title("Render tiles for zoom 12")
    for attempt in range(1, 4):
        w.fail(529, "Overloaded", attempt, 1.5 * 2**attempt)
    w.say("The renderer is ready, I start with the coast.")
    w.search("TILE_SIZE", "tiles.py:12:TILE_SIZE = 256")
    w.run("cat build.log", HOSTILE, 0.8)
    w.compact()
    w.run("make tiles ZOOM=12", "4096 tiles in 71 s", 71)
    w.think("All tiles are there. The index is missing.", 2)
    w.call("Edit", {"file_path": "/home/dev/atlas/index.toml", "old_string": "zoom = 11", "new_string": "zoom = 12"})
    w.wait(24)
    w.result("The file has been updated.", told={"filePath": "index.toml", "structuredPatch": []})
    w.give_up("You've hit your session limit · resets 7:20pm (UTC)", "rate_limit")
    return w.beats


def ledger(home: Path, start_ms: int, seed: str) -> list[Beat]:
    """Codex migrates a database, asks how, and finishes."""
    w = CodexWriter(home, f"{seed}/ledger", start_ms + 2000, "/home/dev/ledger", "gpt-5.5", "migrate")
    w.prompt("Move the ledger to integer cents")
    w.think("**Looking for floats**", 4)
    w.say("I look for every amount that is a float.")
    w.search("float", "models.py:8:    amount: float\nreport.py:31:    total = 0.0")
    w.read("models.py", "class Entry:\n    amount: float\n")
    w.run("cargo test --quiet", "test result: ok. 41 passed; 0 failed", 22)
    w.edit("models.py", "    amount: float", "    amount_cents: int")
    w.run("pytest -q", "......\n6 passed in 1.20s", 12)
    w.say("The migration is written. What is the best way to deploy this without stopping the service?", is_final=True)
    w.wait(40)
    w.prompt("Write a plan with a backfill, please")
    w.think("**Planning the backfill**", 20)
    w.say(
        "1. Add the new column.\n2. Backfill it in batches.\n3. Switch the readers.\n4. Drop the old column.",
        is_final=True,
    )
    return w.beats


def greenhouse(home: Path, start_ms: int, seed: str) -> list[Beat]:
    """Codex reads sensors; the person stops it, and starts again."""
    w = CodexWriter(home, f"{seed}/greenhouse", start_ms + 7000, "/home/dev/greenhouse", "gpt-5.3-codex")
    w.prompt("Why do the humidity readings jump?")
    w.run("tail -n 50 sensors.log", "humidity 41\nhumidity 97\nhumidity 42", 1.5)
    w.run("python simulate.py --days 30", "", 26)
    w.interrupt()
    w.wait(18)
    w.prompt("Only look at last night")
    w.ask("Which sensor do you mean?", ("north bed", "south bed"), 22, "north bed")
    w.run("python plot.py --sensor north --since yesterday", "3 spikes, all within a minute of the pump", 8)
    w.say(
        "The spikes come with the pump: the cable runs beside its supply. Shielding it would end them.", is_final=True
    )
    return w.beats


STORIES = (shop, atlas, ledger, greenhouse)
"""All of them."""
