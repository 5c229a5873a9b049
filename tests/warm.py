"""Processes of the program that begin at once: forked from one that has imported everything.

Importing is most of what a short command does. A process made here is one of its own in all else: its variables,
folder, files, exit status and signals. What the interpreter itself does at its start (`PYTHON…`, the locale) is done
already; a test of that starts a Python.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from ppp_tui.store import write
from tests.schema_once import copying

ROOT = Path(__file__).resolve().parents[1]

NOT_IMPORTED = ("ppp_tui.tui", "ppp_tui.demo", "ppp_tui.__main__")
"""What short commands never need."""

FROM_ELSEWHERE = (
    "click.shell_completion",
    "filelock",
    "genai_prices.data",
    "linkify_it",
    "markdown_it.main",
    "multiprocessing.popen_spawn_posix",
    "psutil",
    "sentencex",
    "watchfiles",
    "zstandard",
)
"""What the program imports only once it needs it."""

_SIZE = struct.Struct("!I")
_NUMBER = struct.Struct("!i")


class Request(NamedTuple):
    """What a process is to be."""

    arguments: list[str]
    """Of the program; or, after ``-c``, Python and what it finds in `sys.argv`."""
    environment: dict[str, str]
    folder: str


class Process:
    """A process that was begun here; like those of `subprocess`, as far as tests need it."""

    def __init__(self, arguments: Sequence[str], pid: int, news: socket.socket) -> None:
        self.args = arguments
        self.pid = pid
        self.returncode: int | None = None
        self._news = news

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, once it has ended. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            self._news.settimeout(timeout)
            try:
                (self.returncode,) = _NUMBER.unpack(_received(self._news, _NUMBER.size))
            except TimeoutError:
                assert timeout is not None
                raise subprocess.TimeoutExpired(self.args, timeout) from None
            self._news.close()
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> int:
        """Kill it; returns its exit status."""
        self.send_signal(signal.SIGKILL)
        return self.wait()


class Warm:
    """A process that has imported the program, and forks for each that is asked for."""

    def __init__(self, template: Path) -> None:
        """Begin it. Its processes copy their new databases from `template`."""
        self._control, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-c", "import tests.warm as it; it.main()", str(theirs.fileno()), str(template)]
            self._process = subprocess.Popen(
                command, cwd=ROOT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            )

    def close(self) -> None:
        """End it. Processes that it began go on."""
        self._control.close()
        self._process.wait()

    def start(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        stdin: IO[bytes] | None = None,
        stdout: IO[bytes] | None = None,
        stderr: IO[bytes] | None = None,
    ) -> Process:
        """Begin a process of the program with these arguments and variables; what is not given of its files is null."""
        ours, theirs = socket.socketpair()
        request = json.dumps(Request([*map(str, arguments)], dict(environment), str(Path.cwd()))).encode()
        with theirs, Path(os.devnull).open("r+b") as null:
            files = [(file or null).fileno() for file in (stdin, stdout, stderr)]
            socket.send_fds(self._control, [_SIZE.pack(len(request))], [theirs.fileno(), *files])
            self._control.sendall(request)
            (pid,) = _NUMBER.unpack(_received(ours, _NUMBER.size))
        return Process(arguments, pid, ours)

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], *, written: str = "", timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run the program to its end, with a text on its standard input."""
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            given.write(written.encode())
            given.seek(0)
            process = self.start(arguments, environment, stdin=given, stdout=out, stderr=err)
            try:
                status = process.wait(timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(arguments, status, out.read().decode(), err.read().decode())


def _received(connection: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        piece = connection.recv(size - len(content))
        if not piece:
            raise EOFError("the process that forks is gone")
        content += piece
    return content


def _import_all() -> None:
    package = importlib.import_module("ppp_tui")
    for module in pkgutil.walk_packages(package.__path__, "ppp_tui.", onerror=None):
        if not module.name.startswith(NOT_IMPORTED):
            importlib.import_module(module.name)
    for name in FROM_ELSEWHERE:
        importlib.import_module(name)


def _serve(control: socket.socket) -> Request | None:
    """Fork for each request. Returns it in the process that was forked, None when no more can come."""
    bell, ears = socket.socketpair()
    for end in (bell, ears):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(bell.fileno())
    running: dict[int, socket.socket] = {}
    while True:
        ready, _, _ = select.select([control, ears], [], [])
        if ears in ready:
            ears.recv(4096)
            for pid in list(running):
                ended, status = os.waitpid(pid, os.WNOHANG)
                if ended:
                    with running.pop(pid) as news:
                        _tell(news, os.waitstatus_to_exitcode(status))
        if control in ready:
            header, descriptors, _, _ = socket.recv_fds(control, _SIZE.size, 4)
            if not header:
                return None
            request = Request(*json.loads(_received(control, *_SIZE.unpack(header))))
            told, *files = descriptors
            pid = os.fork()
            if not pid:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for end in (control, bell, ears, *running.values()):
                    end.close()
                os.close(told)
                _become(request, files)
                return request
            running[pid] = socket.socket(fileno=told)
            _tell(running[pid], pid)
            for file in files:
                os.close(file)


def _tell(news: socket.socket, number: int) -> None:
    try:
        news.sendall(_NUMBER.pack(number))
    except BrokenPipeError:
        return  # the test has ended meanwhile


def _become(request: Request, files: Sequence[int]) -> None:
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(request.environment)
    time.tzset()
    os.chdir(request.folder)


def main() -> None:
    """Serve those at the other end of a socket; in a process that was forked for them, do what they asked for."""
    control, template = sys.argv[1:]
    _import_all()
    setattr(write, "migrate", copying(Path(template)))  # noqa: B010  mypy takes no other way to replace it
    gc.collect()
    gc.freeze()
    request = _serve(socket.socket(fileno=int(control)))
    if request is None:
        return
    status = 0
    try:
        _run(request.arguments)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - told and ended as the interpreter does
        sys.excepthook(*sys.exc_info())
        status = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    # To take all apart that was imported takes longer than most of what is tested.
    os._exit(status)


def _run(arguments: list[str]) -> None:
    if arguments[:1] == ["-c"]:
        sys.argv = ["-c", *arguments[2:]]
        exec(compile(arguments[1], "<string>", "exec"), {"__name__": "__main__"})
    else:
        sys.argv = ["ppp-tui", *arguments]
        runpy.run_module("ppp_tui", run_name="__main__", alter_sys=True)
