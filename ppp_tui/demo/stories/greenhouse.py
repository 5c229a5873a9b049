"""Codex looks at sensors: the user stops it and narrows the task; a stream breaks, and a limit is reached."""

from __future__ import annotations

from functools import partial

from ppp_tui.demo.acts import begin_session, end_day
from ppp_tui.demo.codex import CodexWriter
from ppp_tui.demo.pasts.greenhouse import TURNS
from ppp_tui.demo.story import Beat, Stage


def greenhouse(stage: Stage) -> list[Beat]:
    """Return the beats of the story of a greenhouse."""
    w = begin_session(stage, partial(_begin, stage), TURNS)
    w.wait(6)
    w.prompt("Why do the humidity readings jump?")
    w.title("Humidity readings jump")
    w.say("Let me see what the sensors wrote.")
    w.run("tail -n 50 sensors.log", "humidity 41\nhumidity 97\nhumidity 42", 1.5)
    w.think("**Looking for a cause**\n\nOne reading in fifty is wild. A simulation may show the same.", 2)
    w.call("exec_command", {"cmd": "python simulate.py --days 30", "workdir": w.project})
    w.wait_until(38)
    w.interrupt()
    w.wait_until(56)
    w.prompt("Only look at last night")
    w.ask("Which sensor do you mean?", ("north bed", "south bed"), 24, "north bed")
    w.run("python plot.py --sensor north --since yesterday", "3 spikes, all within a minute of the pump", 7)
    w.say("The spikes come with the pump: its supply runs beside the sensor's cable.", is_final=True)
    w.wait_until(112)
    w.prompt("Shield the cable in the model and run it again")
    w.edit("model.py", "shielded = False", "shielded = True")
    w.run("python simulate.py --days 3", "day 3 of 3\n0 spikes", 9)
    w.wait_until(130)
    w.fail("stream disconnected before completion: connection reset", "response_stream_disconnected")
    w.wait_until(150)
    w.prompt("Try again")
    w.say("The simulation had ended well; I run it over a month now.")
    w.used_percent = {"primary": 97.5, "secondary": 63.0}
    w.run("python simulate.py --days 30", "day 30 of 30\n0 spikes", 9)
    w.wait_until(168)
    w.reach_limit("You've hit your usage limit. Try again later.")
    w.wait_until(188)
    return end_day(w)


def _begin(stage: Stage, start_ms: int, speed: float) -> CodexWriter:
    return CodexWriter(stage.named("greenhouse", start_ms, speed), "/home/dev/greenhouse", "gpt-5.3-codex")
