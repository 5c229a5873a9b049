"""Keeps the copies of other machines' session files up to date, each machine on a thread of its own.

A broken connection is made again after a pause that doubles up to a limit; the copies stay.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from ppp_tui.ingest.guard import Guard
from ppp_tui.ingest.lock import FIRST_WAIT_S, MAX_WAIT_S
from ppp_tui.ingest.remote.connection import Connection, RemoteError
from ppp_tui.ingest.remote.mirror import Mirror
from ppp_tui.ingest.remote.places import Remote
from ppp_tui.ingest.remote.sftp import SftpClient
from ppp_tui.ingest.remote.status import RemoteState, RemoteStatus, read_remote_status, write_remote_status
from ppp_tui.model.clock import Clock

SURVEY_S = 5.0
"""Seconds between two surveys of all files, unless one takes long."""

SURVEY_SHARE = 0.05
"""The share of the time that surveys may take."""

COPY_S = 2.0
"""Seconds for which waiting files are copied before the newest files are checked again."""

STOP_S = 5.0
"""Seconds that a thread is given to end."""


class Pauses(NamedTuple):
    """Pauses between checks and attempts, in seconds."""

    look_s: float = 1.0
    """Between two checks of the newest files."""
    survey_s: float = SURVEY_S
    first_s: float = FIRST_WAIT_S
    """Before the first attempt after a failure; each further one waits twice as long."""
    most_s: float = MAX_WAIT_S


USUAL = Pauses()
"""The default."""


class Follower:
    """Copies one machine's sessions, once or until it is stopped."""

    def __init__(
        self,
        remote: Remote,
        clock: Clock,
        log: Path | None,
        pauses: Pauses,
        *,
        is_only: bool,
        tell: Callable[[str], None],
    ) -> None:
        """Make the folders of the copies; `start` begins, and `tell` gets each new trouble. Raises OSError."""
        self.remote = remote
        self._clock, self._pauses, self._is_only = clock, pauses, is_only
        self._guard = Guard(log, clock)
        self._is_complete = False
        """Whether all was copied over the current or last connection."""
        self._say = tell
        self._mirror = Mirror(remote)
        self._stop = threading.Event()
        self._connection: Connection | None = None
        self._thread = threading.Thread(target=self._run, name=f"remote {remote.host}", daemon=True)
        before = read_remote_status(remote)
        self._status = RemoteStatus(
            state="connecting",
            since=clock.now_ms(),
            looked_at=before.looked_at if before is not None else 0,
            error="",
            next_try_at=0,
            files=before.files if before is not None else 0,
            bytes=before.bytes if before is not None else 0,
            pid=os.getpid(),
            skipped=before.skipped if before is not None else {},
        )

    @property
    def trouble(self) -> str:
        """Why the last attempt failed, a sentence without its full stop; '' if it did not fail."""
        return f"{self.remote.host} cannot be read: {self._status.error}" if self._status.error else ""

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop at once, even during a read; safe from a signal handler or another thread."""
        self._stop.set()
        if self._connection is not None:
            self._connection.close()

    def wait(self, seconds: float | None = None) -> None:
        """Wait for the thread to end, at most so many seconds."""
        self._thread.join(seconds)

    def _run(self) -> None:
        pause_s, last_error = self._pauses.first_s, ""
        while not self._stop.is_set():
            self._tell("connecting", error=self._status.error)
            error = ""
            with self._guard.caught(self._note_fault, (RemoteError, OSError)):
                try:
                    self._read()
                except RemoteError as failure:
                    error = str(failure)
                except OSError as failure:
                    error = failure.strerror or str(failure)
            error = error or self._status.error
            if self._stop.is_set() or (self._is_only and not error):
                break
            if self._is_complete:
                self._is_complete = False
                pause_s, last_error = self._pauses.first_s, ""
            self._tell("failed", error=error, pause_s=0.0 if self._is_only else pause_s)
            if error != last_error:
                self._say(self.trouble)
            last_error = error
            if self._is_only:
                return
            self._stop.wait(pause_s)
            pause_s = min(pause_s * 2, self._pauses.most_s)
        self._tell("ended", error="")

    def _note_fault(self, error: Exception) -> None:
        self._status = self._status._replace(error=f"a fault of ppp-tui itself ({type(error).__name__})")

    def _read(self) -> None:
        """Connect and copy until the connection breaks. Raises RemoteError and OSError."""
        self._connection = connection = Connection(self.remote.address)
        with connection as client:
            self._survey(client)
            while not self._is_only and not self._stop.is_set():
                self._follow(client)

    def _survey(self, client: SftpClient) -> None:
        self._mirror.survey(client)
        self._status = self._status._replace(
            looked_at=self._clock.now_ms(), files=self._mirror.files, bytes=self._mirror.size
        )
        self._tell("connected", error="")
        while self._mirror.copy_next(client, COPY_S, is_only=self._is_only):
            # So that running sessions need not wait for years of old ones.
            self._mirror.look(client)
        self._is_complete = True
        # Which files cannot be read, or change too fast, is known after copying.
        skipped = self._mirror.skips().report()
        if skipped != self._status.skipped:
            self._status = self._status._replace(skipped=skipped)
            self._tell("connected", error="")

    def _follow(self, client: SftpClient) -> None:
        """Survey all files, then check the newest ones until the next survey is due."""
        took_ms = self._clock.now_ms()
        self._survey(client)
        now_ms = self._clock.now_ms()
        until_ms = now_ms + max(self._pauses.survey_s * 1000, (now_ms - took_ms) / SURVEY_SHARE)
        while self._clock.now_ms() < until_ms and not self._stop.wait(self._pauses.look_s):
            self._mirror.look(client)

    def _tell(self, state: RemoteState, *, error: str, pause_s: float = 0.0) -> None:
        """Write the state to the status file."""
        now_ms = self._clock.now_ms()
        self._status = self._status._replace(
            state=state,
            since=self._status.since if state == self._status.state else now_ms,
            error=error,
            next_try_at=now_ms + round(pause_s * 1000) if pause_s else 0,
        )
        write_remote_status(self.remote, self._status)


class Followers:
    """The followers of all machines; as a context manager they end with the block."""

    def __init__(
        self,
        remotes: Iterable[Remote],
        clock: Clock,
        log: Path | None,
        pauses: Pauses = USUAL,
        *,
        is_only: bool,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Follow the machines while the block runs; with `is_only` read each of them once.

        `log` keeps traces of this program's own faults, and `tell` gets each new trouble. Raises OSError.
        """
        self._followers = [Follower(remote, clock, log, pauses, is_only=is_only, tell=tell) for remote in remotes]
        self._is_only = is_only

    def __enter__(self) -> None:
        """Start all; with `is_only`, wait until all have ended."""
        for follower in self._followers:
            follower.start()
        if self._is_only:
            for follower in self._followers:
                follower.wait()

    def __exit__(self, *_: object) -> None:
        """Stop all and wait for each at most `STOP_S`."""
        self.stop()
        for follower in self._followers:
            follower.wait(STOP_S)

    def troubles(self) -> list[str]:
        """Return a sentence without its full stop for each machine that could not be read."""
        return [follower.trouble for follower in self._followers if follower.trouble]

    def stop(self) -> None:
        """Stop all; safe from a signal handler or another thread."""
        for follower in self._followers:
            follower.stop()
