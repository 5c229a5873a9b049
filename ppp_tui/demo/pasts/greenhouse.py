"""The greenhouse before its readings jump: a pump that runs too long, and a plot for the wall."""

from __future__ import annotations

from ppp_tui.demo.acts import Delegate, Edit, Read, Run, ScriptedTurn, Search, Think

TURNS = (
    ScriptedTurn(
        "The pump ran for an hour last night. It should stop after ten minutes.",
        (
            Run("tail -n 40 pump.log", "02:10 on\n03:10 off (watchdog)", 0.8),
            Search("RUN_S", "pump.py:6: RUN_S = 600\npump.py:31: if elapsed > RUN_S * 6:"),
            Read("pump.py", 70),
            Think("**A factor of six**\n\nSomebody counted in steps of ten seconds once.", 5),
            Edit("pump.py", "if elapsed > RUN_S * 6:", "if elapsed > RUN_S:"),
            Run("pytest -q tests/test_pump.py", "...F\n1 failed, 3 passed in 0.30s", 1.9, 1),
            Edit("tests/test_pump.py", "3600", "600"),
            Run("pytest -q", "." * 14 + "\n14 passed in 2.10s", 3.3),
        ),
        "The limit was six times too long, and a test expected that. The pump stops after ten minutes now.",
        640,
    ),
    ScriptedTurn(
        "Draw last week's temperatures for the wall display.",
        (
            Delegate(
                "Find out what the wall display can show",
                (Read("display.py", 50), Search("WIDTH", "display.py:3: WIDTH, HEIGHT = 800, 480")),
                "800 by 480, two colours, one picture a minute.",
            ),
            Run("python plot.py --week --size 800x480", "ModuleNotFoundError: No module named 'plotter'", 0.9, 1),
            Run("pip install -r requirements.txt", "Successfully installed plotter-2.1", 9.0),
            Run("python plot.py --week --size 800x480", "wrote week.png", 3.1),
        ),
        "week.png is drawn every minute from now on, in the two colours that the display has.",
        180,
    ),
)
