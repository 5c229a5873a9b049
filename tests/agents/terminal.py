"""Claude Code at a terminal of its own, with a test in the person's place."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import struct
import subprocess
import termios
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.agents.agent import BINARIES, MODELS, PACKAGES, environment
from tests.agents.model_server import ModelServer
from tests.agents.scenario import load

SIZE = struct.pack("HHHH", 36, 120, 0, 0)
"""Rows and columns."""

INTERRUPT = b"\x03"
"""What Ctrl+C sends."""

LONGEST_FAREWELL_S = 20.0


class Terminal:
    """The first turn of a scenario, typed by nobody: the prompt is on the command line."""

    def __init__(self, scenario: str, home: Path, project: Path) -> None:
        """Begin when entered."""
        self.home, self.project = home, project
        self._scenario = load(scenario)
        self.server = ModelServer(self._scenario, is_held=True)
        self._process: subprocess.Popen[bytes] | None = None
        self._side = -1
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)

    def __enter__(self) -> Self:
        """Start it, in a home that has been asked all first questions."""
        self.server.__enter__()
        self.project.mkdir(parents=True)
        variables = {**environment("claude_code", self.home, self.server.url), "TERM": "xterm-256color"}
        answered = {
            "hasCompletedOnboarding": True,
            "theme": "dark",
            "projects": {str(self.project): {"hasTrustDialogAccepted": True}},
            "customApiKeyResponses": {"approved": [variables["ANTHROPIC_API_KEY"]], "rejected": []},
        }
        (self.home / ".claude.json").write_text(json.dumps(answered), encoding="utf-8")
        binary = str(BINARIES / PACKAGES["claude_code"].command)
        self._side, its_side = pty.openpty()
        fcntl.ioctl(self._side, termios.TIOCSWINSZ, SIZE)
        self._process = subprocess.Popen(
            [binary, self._scenario.turns[0].prompt, "--model", MODELS["claude_code"]],
            env=variables,
            cwd=self.project,
            stdin=its_side,
            stdout=its_side,
            stderr=its_side,
            start_new_session=True,
        )
        os.close(its_side)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, and its model."""
        self.kill()
        self.server.__exit__(kind, error, trace)
        self._reader.join(10)
        os.close(self._side)

    def type(self, keys: bytes) -> None:
        """Press some keys."""
        os.write(self._side, keys)

    def leave(self) -> None:
        """Leave the program, as a person does."""
        self.type(INTERRUPT)
        self.type(INTERRUPT)
        self._program.wait(LONGEST_FAREWELL_S)

    def kill(self) -> None:
        """End it without a word of farewell."""
        self._program.kill()
        self._program.wait(LONGEST_FAREWELL_S)

    @property
    def pid(self) -> int:
        """Its process."""
        return self._program.pid

    @property
    def _program(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    def _read(self) -> None:
        """Take what it draws, so that it never waits for its terminal."""
        try:
            while os.read(self._side, 65536):
                pass
        except OSError:
            # A terminal whose program is gone ends so on Linux.
            return
