"""Runs the user's command for alerts that open: a program with arguments, no shell, one at a time, within a time.

What agents wrote is passed as text only: it is sanitized, cut, and never begins an option.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress

from ppp_tui.model.alert_rule import ALERT_FIELDS
from ppp_tui.text.sanitize import plain

MAX_WAITING = 20
"""Alerts that may wait for the command; the command is not run for more."""

MAX_VALUE_CHARS = 200
"""Characters of a value within an argument."""

CLOSE_S = 1.0
"""Seconds that a command may still take when ingest ends."""

_FIELD = re.compile("{(" + "|".join(ALERT_FIELDS) + ")}")


class AlertCommand:
    """One command, and a thread that runs it while alerts wait."""

    def __init__(self, template: Sequence[str], timeout_s: float) -> None:
        """Run nothing before `run_for`; the template is a program and arguments with fields such as ``{rule}``."""
        self.trouble = ""
        """What went wrong with the newest run, '' if nothing did."""
        self._template = tuple(template)
        self._timeout_s = timeout_s
        self._waiting: deque[tuple[int, list[str]]] = deque()
        self._started: list[int] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closing = False

    @property
    def is_busy(self) -> bool:
        """Whether alerts wait for the command, or it runs."""
        with self._lock:
            return self._thread is not None

    @property
    def is_set(self) -> bool:
        """Whether there is a command."""
        return bool(self._template)

    def run_for(self, alert_id: int, values: Mapping[str, str]) -> bool:
        """Queue the command for an alert, its values by the names in `ALERT_FIELDS`; return whether it will run."""
        if not self._template:
            return False
        with self._lock:
            if len(self._waiting) >= MAX_WAITING:
                self.trouble = f"More than {MAX_WAITING} alerts wait for alerts.command: it is not run for all."
                return False
            self._waiting.append((alert_id, arguments(self._template, values)))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run_all, name="ppp-tui alerts", daemon=True)
                self._thread.start()
        return True

    @property
    def has_started(self) -> bool:
        """Whether `pop_started` would return any."""
        with self._lock:
            return bool(self._started)

    def pop_started(self) -> list[int]:
        """Return the alerts for which the command was started, or could not be, since the last call."""
        with self._lock:
            started, self._started = self._started, []
        return started

    def close(self) -> None:
        """Run nothing more, and end what runs if it does not end soon."""
        with self._lock:
            self._waiting.clear()
            self._is_closing = True
            thread = self._thread
        if thread is not None:
            thread.join(CLOSE_S)
            process = self._process
            if thread.is_alive() and process is not None:
                _kill(process)
                thread.join(CLOSE_S)

    def _run_all(self) -> None:
        while True:
            with self._lock:
                if not self._waiting or self._is_closing:
                    self._thread = None
                    return
                alert_id, command = self._waiting.popleft()
            self.trouble = self._run(alert_id, command)

    def _note_started(self, alert_id: int) -> None:
        with self._lock:
            self._started.append(alert_id)

    def _run(self, alert_id: int, command: list[str]) -> str:
        """Run the command to its end; return what went wrong, '' if nothing did."""
        try:
            process = subprocess.Popen(  # noqa: S603 - the program is the user's own setting
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            return f"alerts.command cannot be run ({reason})."
        finally:
            self._note_started(alert_id)
        self._process = process
        try:
            status = process.wait(self._timeout_s)
        except subprocess.TimeoutExpired:
            _kill(process)
            process.wait()
            return f"alerts.command was ended: it took more than {self._timeout_s:g} seconds."
        finally:
            self._process = None
        return f"alerts.command ended with status {status}." if status else ""


def arguments(template: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """Return the program and its arguments with fields replaced by values; fields within values are not replaced."""
    program, *rest = template
    return [program, *(_argument(part, values) for part in rest)]


def _argument(part: str, values: Mapping[str, str]) -> str:
    text = _FIELD.sub(lambda match: plain(values[match[1]])[:MAX_VALUE_CHARS], part)
    # A title such as --help must not become an option: only the user's own words may be one.
    return f" {text}" if text.startswith("-") and not part.startswith("-") else text


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with all that it started."""
    with suppress(ProcessLookupError, PermissionError):
        if os.name == "nt":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
