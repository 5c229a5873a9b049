"""Brings up the terminal pane in which an agent's process runs: of tmux, zellij, WezTerm or kitty.

Nothing is typed into it. Panes are found by the process, its ancestors and its environment; values of the latter are
checked before any program gets them, each as an argument of its own.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ppp_tui.tui.ports import CannotBringUpError

MAX_ANCESTORS = 64
"""Most ancestors of an agent's process that are compared."""

TIMEOUT_S = 3.0
"""Seconds after which a terminal that does not answer is given up."""

_TMUX_PANE = re.compile(r"%\d{1,9}\Z")
_NUMBER = re.compile(r"\d{1,9}\Z")
_SESSION = re.compile(r"[\w.][\w. -]{0,99}\Z")


class ProcessView(NamedTuple):
    """The facts of a process that are needed."""

    ancestry: tuple[int, ...]
    """Its number, its parent's, and so on."""
    environment: Mapping[str, str]
    """'' values included; empty where it cannot be read."""
    terminal: str
    """The terminal device that it writes to, '' if there is none."""


Run = Callable[[Sequence[str], Mapping[str, str]], str]
"""Runs a program with further environment variables and returns what it wrote. Raises FileNotFoundError where the
program is missing, CannotBringUpError where it fails."""


def bring_up(
    pid: int,
    view: Callable[[int], ProcessView | None] | None = None,
    run: Run | None = None,
    own_environment: Mapping[str, str] = os.environ,
) -> str:
    """Bring up the pane in which a process runs, and return a sentence that names it. Raises CannotBringUpError."""
    process = (view or view_process)(pid)
    if process is None:
        raise CannotBringUpError("Its process is gone, or belongs to another user.")
    answer = run or run_program
    for attempt in (_in_tmux, _in_zellij, _in_wezterm, _in_kitty):
        sentence = attempt(process, answer, own_environment)
        if sentence:
            return sentence
    where = f" It writes to {process.terminal}." if process.terminal else ""
    raise CannotBringUpError(
        f"It runs in no pane of tmux, zellij, WezTerm or kitty: look for its window yourself.{where}"
    )


def _in_tmux(process: ProcessView, run: Run, own: Mapping[str, str]) -> str:
    """Select the pane whose first process is an ancestor of the agent's, whatever its environment says."""
    socket = process.environment.get("TMUX", "").partition(",")[0] or own.get("TMUX", "").partition(",")[0]
    if not Path(socket).is_absolute():
        return ""
    tmux = ("tmux", "-S", socket)
    try:
        panes = run([*tmux, "list-panes", "-a", "-F", "#{pane_pid} #{pane_id} #{session_attached} #{session_name}"], {})
    except FileNotFoundError:
        raise CannotBringUpError("It runs in tmux, and tmux is not on the PATH.") from None
    ancestors = {str(number) for number in process.ancestry}
    rows = [line.split(" ", 3) for line in panes.splitlines() if line.count(" ") >= 3]
    row = next((row for row in rows if row[0] in ancestors and _TMUX_PANE.match(row[1])), None)
    if row is None:
        return ""
    _, pane, attached, session = row
    run([*tmux, "select-window", "-t", pane], {})
    run([*tmux, "select-pane", "-t", pane], {})
    if own.get("TMUX", "").partition(",")[0] == socket:
        run([*tmux, "switch-client", "-t", pane], {})
        return f"tmux shows its pane {pane} of session {session}."
    if attached == "0":
        return f"Its pane is selected; nothing shows it: tmux attach -t {session}"
    return f"tmux shows its pane {pane} in the terminal of session {session}."


def _in_zellij(process: ProcessView, run: Run, _own: Mapping[str, str]) -> str:
    session = process.environment.get("ZELLIJ_SESSION_NAME", "")
    pane = process.environment.get("ZELLIJ_PANE_ID", "")
    if not _SESSION.match(session) or not _NUMBER.match(pane):
        return ""
    try:
        run(["zellij", "--session", session, "action", "focus-pane-id", f"terminal_{pane}"], {})
    except FileNotFoundError:
        raise CannotBringUpError("It runs in zellij, and zellij is not on the PATH.") from None
    except CannotBringUpError as error:
        raise CannotBringUpError(
            f"It runs in pane {pane} of zellij session {session}; focus-pane-id needs zellij 0.44 or newer. {error}"
        ) from None
    return f"zellij shows its pane {pane} of session {session}."


def _in_wezterm(process: ProcessView, run: Run, _own: Mapping[str, str]) -> str:
    pane = process.environment.get("WEZTERM_PANE", "")
    socket = process.environment.get("WEZTERM_UNIX_SOCKET", "")
    if not _NUMBER.match(pane):
        return ""
    try:
        further = {"WEZTERM_UNIX_SOCKET": socket} if Path(socket).is_absolute() else {}
        run(["wezterm", "cli", "activate-pane", "--pane-id", pane], further)
    except FileNotFoundError:
        raise CannotBringUpError(f"It runs in pane {pane} of WezTerm, and wezterm is not on the PATH.") from None
    return f"WezTerm shows its pane {pane}."


def _in_kitty(process: ProcessView, run: Run, _own: Mapping[str, str]) -> str:
    window = process.environment.get("KITTY_WINDOW_ID", "")
    address = process.environment.get("KITTY_LISTEN_ON", "")
    if not _NUMBER.match(window):
        return ""
    # An address of another machine must not be contacted.
    if not address.startswith("unix:"):
        raise CannotBringUpError(
            f"It runs in window {window} of kitty, which takes no remote control: set allow_remote_control and "
            "listen_on unix:… in kitty.conf."
        )
    try:
        run(["kitten", "@", "--to", address, "focus-window", "--match", f"id:{window}"], {})
    except FileNotFoundError:
        raise CannotBringUpError(f"It runs in window {window} of kitty, and kitten is not on the PATH.") from None
    return f"kitty shows its window {window}."


def view_process(pid: int) -> ProcessView | None:
    """Return the facts of a process of this user; None if there is none."""
    import psutil

    try:
        process = psutil.Process(pid)
        if process.username() != psutil.Process().username():
            return None
        parents = process.parents()[:MAX_ANCESTORS]
        environment = process.environ()
        terminal = process.terminal() if hasattr(process, "terminal") else None
    except (psutil.Error, OSError):
        return None
    return ProcessView((pid, *(parent.pid for parent in parents)), environment, terminal or "")


def run_program(arguments: Sequence[str], further: Mapping[str, str]) -> str:
    """Run a program of a terminal, without a shell and without input."""
    try:
        done = subprocess.run(  # noqa: S603  arguments are ours, or checked by pattern
            list(arguments),
            env={**os.environ, **further},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CannotBringUpError(f"{arguments[0]} did not answer within {TIMEOUT_S:.0f} seconds.") from None
    except FileNotFoundError:
        raise
    except OSError as error:
        raise CannotBringUpError(f"{arguments[0]} cannot be run: {error.strerror}.") from None
    if done.returncode:
        why = " ".join(done.stderr.split())[:200]
        raise CannotBringUpError(f"{arguments[0]} failed: {why or f'status {done.returncode}'}")
    return done.stdout
