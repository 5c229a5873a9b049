"""A connection to another machine: the user's own ssh, which carries the file transfer and nothing else.

No shell runs on either side: ssh is called with a vector of arguments, and asks the other side for its file transfer.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import subprocess
import threading
from types import TracebackType

from ppp_tui.ingest.remote.sftp import SftpClient, SftpError
from ppp_tui.settings.remote_address import RemoteAddress
from ppp_tui.text.sanitize import plain

SILENT_S = 60.0
"""Seconds without an answer after which a machine is given up."""

END_S = 2.0
"""Seconds that ssh is given to end."""

TAIL_BYTES = 2000
"""Last bytes of ssh's error output that are kept."""

_OPTIONS = {
    # No questions: nobody is there to answer.
    "BatchMode": "yes",
    "ConnectTimeout": "10",
    "ServerAliveInterval": "15",
    "ServerAliveCountMax": "2",
    # The user's own settings may not open more than this one transfer.
    "ControlMaster": "no",
    "ClearAllForwardings": "yes",
    "ForwardAgent": "no",
    "ForwardX11": "no",
    "PermitLocalCommand": "no",
    "RemoteCommand": "none",
    "RequestTTY": "no",
}


class RemoteError(Exception):
    """The other machine cannot be read now; the message says why."""


def ssh_arguments(address: RemoteAddress, program: str = "ssh") -> list[str]:
    """Return the command line of ssh for file transfer with a machine."""
    options = [part for name, value in _OPTIONS.items() for part in ("-o", f"{name}={value}")]
    port = ["-p", str(address.port)] if address.port else []
    return [program, *options, *port, "-s", "--", address.destination, "sftp"]


class Connection:
    """One ssh process; as a context manager it ends with the block."""

    def __init__(self, address: RemoteAddress) -> None:
        """Keep the address; entering the block connects."""
        self._address = address
        self._process: subprocess.Popen[bytes] | None = None
        self._stderr_tail = bytearray()
        self._listener: threading.Thread | None = None
        self._is_closed = False

    def __enter__(self) -> SftpClient:
        """Connect. Raises RemoteError."""
        program = shutil.which("ssh")
        if program is None:
            raise RemoteError("there is no program ssh on this machine")
        try:
            self._process = subprocess.Popen(  # noqa: S603 - a vector of arguments, each checked
                ssh_arguments(self._address, program),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            raise RemoteError(f"ssh cannot be started: {error.strerror or error}") from error
        self._listener = threading.Thread(target=self._listen, name="ssh", daemon=True)
        self._listener.start()
        if self._is_closed:
            self.close()
        client = SftpClient(self._read, self._write)
        try:
            client.greet()
        except SftpError as error:
            self._release()
            raise RemoteError(self._reason(error)) from error
        return client

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """End ssh. A failed transfer is raised as RemoteError with the last line of ssh's error output."""
        self._release()
        if isinstance(error, SftpError):
            raise RemoteError(self._reason(error)) from error

    def close(self) -> None:
        """End ssh, whatever it is doing; safe from another thread."""
        self._is_closed = True
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _release(self) -> None:
        """End ssh and close its pipes."""
        self.close()
        if self._process is None or self._listener is None:
            return
        self._listener.join(END_S / 4)
        # A program that ssh started may still hold stderr open: the thread reads on.
        pipes = [self._process.stdin, self._process.stdout]
        pipes += [] if self._listener.is_alive() else [self._process.stderr]
        for pipe in pipes:
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _reason(self, error: SftpError) -> str:
        lines = [line.strip() for line in self._stderr_tail.decode("utf-8", "replace").splitlines() if line.strip()]
        return plain(lines[-1] if lines else str(error)).rstrip(".")

    def _listen(self) -> None:
        pipe = self._process.stderr if self._process is not None else None
        if pipe is None:
            return
        with contextlib.suppress(OSError, ValueError):
            while part := pipe.read(TAIL_BYTES):
                self._stderr_tail += part
                del self._stderr_tail[:-TAIL_BYTES]

    def _write(self, message: bytes) -> None:
        pipe = self._process.stdin if self._process is not None else None
        if pipe is None:
            raise SftpError("there is no connection")
        try:
            view = memoryview(message)
            while view:
                view = view[pipe.write(view) or 0 :]
        except (OSError, ValueError) as error:
            raise SftpError("the connection broke") from error

    def _read(self, length: int) -> bytes:
        pipe = self._process.stdout if self._process is not None else None
        if pipe is None:
            raise SftpError("there is no connection")
        got = bytearray()
        while len(got) < length:
            poll = select.poll()
            poll.register(pipe, select.POLLIN | select.POLLHUP)
            if not poll.poll(SILENT_S * 1000):
                raise SftpError(f"the other machine has not answered for {SILENT_S:.0f} seconds")
            try:
                part = os.read(pipe.fileno(), length - len(got))
            except (OSError, ValueError) as error:
                raise SftpError("the connection broke") from error
            if not part:
                raise SftpError("the connection broke")
            got += part
        return bytes(got)
