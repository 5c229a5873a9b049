"""Claude adds a login: tests fail, it asks, a sub-agent looks around, the tests pass, a change waits for permission."""

from __future__ import annotations

from functools import partial

from ppp_tui.demo.acts import begin_session, end_day
from ppp_tui.demo.claude import ClaudeWriter
from ppp_tui.demo.pasts.shop import TURNS
from ppp_tui.demo.story import Beat, Stage

APP = """\
from flask import Flask, session

app = Flask(__name__)


def login(user):
    return False
"""

FAILURE = """\
F...                                                                     [100%]
=================================== FAILURES ===================================
__________________________________ test_login __________________________________

    def test_login():
>       assert login("ada")
E       AssertionError: assert False

tests/test_login.py:6: AssertionError
=========================== short test summary info ============================
FAILED tests/test_login.py::test_login - AssertionError: assert False
1 failed, 3 passed in 1.12s"""

QUESTION = "Which provider do you prefer, Google or GitHub?"
CACHE = "Should I investigate how the session cache behaves before proceeding?"


def shop(stage: Stage) -> list[Beat]:
    """Return the beats of the story of a shop."""
    w = begin_session(stage, partial(_begin, stage), TURNS)
    w.prompt("Add OAuth login to the shop")
    w.title("Add OAuth login")
    _look_around(w)
    _write(w)
    w.say(f"Login with GitHub is in place and all tests pass.\n\n{CACHE}", is_final=True)
    w.wait_until(110)
    w.prompt("No need to investigate. Write it into the changelog.")
    w.think("The changelog has an Unreleased section. One line belongs there.", 4)
    w.queue("And say that sessions stay valid.")
    w.read("CHANGELOG.md", "# Changelog\n\n## Unreleased\n")
    w.edit(
        "CHANGELOG.md", "## Unreleased\n", "## Unreleased\n\n- Log in with GitHub; sessions stay valid.\n", asking_s=22
    )
    w.say("The changelog says so now.", is_final=True)
    w.wait_until(186)
    return end_day(w)


def _look_around(w: ClaudeWriter) -> None:
    w.think("The shop has no login yet. Before I choose a place for it I should know how sessions are kept.", 3)
    w.say("I'll look at the project first.")
    w.run("git status --short && ls", "app.py  cart.py  CHANGELOG.md  tests", 0.6)
    w.read("app.py", APP)
    w.search("session", "app.py:1:from flask import Flask, session\ncart.py:9:    session['cart'] = items")
    child = w.delegate("Map the session code", "Find every place that keeps a session, and list the files.")
    child.search("session\\[", "cart.py:9:    session['cart'] = items\ncart.py:17:    del session['cart']")
    child.think("Two places, both in the cart. Does anything expire them?", 4)
    child.read("cart.py", "from flask import session\n\n\ndef put(items):\n    session['cart'] = items\n")
    child.run("git log --oneline -3 -- cart.py", "1f0c2aa Round prices\n9ab41d0 First cart", 3)
    report = "Sessions are kept in cart.py alone, and nothing expires them."
    child.say(report, is_final=True)
    w.hear_back(child, report)


def _write(w: ClaudeWriter) -> None:
    w.edit("app.py", "def login(user):\n    return False", "def login(user):\n    return provider.verify(user)")
    w.run("python -m pytest -q", FAILURE, 8, 1)
    w.think("As expected: nothing is configured. Which provider it shall be is not mine to choose.", 2)
    w.ask(QUESTION, ("Google", "GitHub"), 32, "GitHub")
    w.edit(
        "app.py",
        "def login(user):\n    return provider.verify(user)",
        'def login(user):\n    return github.verify(user, scope="read:user")',
    )
    w.run("python -m pytest -q", "....                                          [100%]\n4 passed in 0.98s", 7)


def _begin(stage: Stage, start_ms: int, speed: float) -> ClaudeWriter:
    return ClaudeWriter(stage.named("shop", start_ms, speed), "/home/dev/shop", "claude-opus-4-5", "oauth-login")
