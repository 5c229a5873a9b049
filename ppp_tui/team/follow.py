"""Pushes again and again as the local database changes; a store that is away is tried again ever more rarely.

How it stands lies in a file beside the database, for `ppp-tui team status` and `ppp-tui doctor`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from threading import Event
from typing import Any, Literal, NamedTuple, get_args

from ppp_tui.model.clock import Clock
from ppp_tui.paths import replace_private
from ppp_tui.query.connect import commit_stamp
from ppp_tui.query.errors import DatabaseMissingError
from ppp_tui.team.connect import ServerError, Store, StoreError
from ppp_tui.team.push import Pusher, SharedBy
from ppp_tui.team.pushed import Pushed, sentence

FIRST_WAIT_S, MAX_WAIT_S = 5.0, 300.0
"""Seconds before the first attempt after a failure, and at most: each wait is twice the last one."""

STATUS_SUFFIX = "-team.json"
MAX_STATUS_BYTES = 100_000

FollowState = Literal["pushing", "waiting", "failed", "ended"]


class FollowStatus(NamedTuple):
    """How continuous pushing stands."""

    state: FollowState
    pid: int
    at: int
    """Unix milliseconds of this status, as all times here."""
    pushed_at: int
    """When all was pushed last, 0 for never."""
    trajectories: int
    """That were pushed since the process began."""
    error: str
    """Why the last attempt failed, '' if it did not."""
    next_try_at: int
    """0 unless an attempt failed."""


class _StoppedError(Exception):
    """The user asked to stop: what was committed stays."""


def status_file(database: Path) -> Path:
    """Return where the status lies, beside the database."""
    return database.with_name(f"{database.name}{STATUS_SUFFIX}")


def read_follow_status(database: Path) -> FollowStatus | None:
    """Return the status that was left last, None if there is none."""
    try:
        with status_file(database).open("rb") as file:
            stored: Any = json.loads(file.read(MAX_STATUS_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(stored, dict) or set(stored) != set(FollowStatus._fields):
        return None
    status = FollowStatus(**stored)
    numbers = (status.pid, status.at, status.pushed_at, status.trajectories, status.next_try_at)
    are_right = status.state in get_args(FollowState) and isinstance(status.error, str)
    return status if are_right and all(type(number) is int and number >= 0 for number in numbers) else None


def write_follow_status(database: Path, status: FollowStatus) -> None:
    """Leave the status for others; where that fails, the former one stays."""
    with suppress(OSError):
        replace_private(status_file(database), json.dumps(status._asdict()).encode())


class PushFollower:
    """Pushes one database until it is stopped."""

    def __init__(
        self,
        database: Path,
        open_store: Callable[[], Store],
        shared_by: SharedBy,
        clock: Clock,
        *,
        tell: Callable[[str], object],
    ) -> None:
        """Push what `open_store` leads to; `tell` gets a sentence for each push and each new trouble."""
        self._database, self._open_store, self._by = database, open_store, shared_by
        self._clock, self._say = clock, tell
        before = read_follow_status(database)
        self._status = FollowStatus(
            state="waiting",
            pid=os.getpid(),
            at=clock.now_ms(),
            pushed_at=before.pushed_at if before is not None else 0,
            trajectories=0,
            error="",
            next_try_at=0,
        )

    def run(self, stop: Event, every_s: float) -> None:
        """Push whenever something was committed, at most once in so many seconds, until `stop` is set."""
        stamp: object = ""
        wait_s, error = FIRST_WAIT_S, ""
        self._tell("waiting")
        while not stop.is_set():
            newest = commit_stamp(self._database)
            if newest is None or newest != stamp:
                self._tell("pushing")
                failure = self._push_once(stop)
                if stop.is_set():
                    break
                if failure:
                    if failure != error:
                        self._say(failure)
                    error = failure
                    self._tell("failed", error=failure, pause_s=wait_s)
                    stop.wait(wait_s)
                    wait_s = min(wait_s * 2, MAX_WAIT_S)
                    continue
                # What was committed meanwhile has another stamp.
                stamp, wait_s, error = newest, FIRST_WAIT_S, ""
                self._status = self._status._replace(pushed_at=self._clock.now_ms())
                self._tell("waiting")
            stop.wait(every_s)
        self._tell("ended")

    def _push_once(self, stop: Event) -> str:
        """Push all that waits; return why it failed, '' if it did not."""

        def note(_: Pushed) -> None:
            if stop.is_set():
                raise _StoppedError

        try:
            store = self._open_store()
            with closing(store.connection):
                done = Pusher(store, self._database, self._by).push(note)
        except _StoppedError:
            return ""
        except DatabaseMissingError as error:
            return str(error)
        except StoreError as error:
            return str(error)
        except ServerError as error:
            lines = str(error).strip().splitlines() or [type(error).__name__]
            return f"The shared store broke off: {lines[0]}"
        if done.trajectories or done.removed:
            self._status = self._status._replace(trajectories=self._status.trajectories + done.trajectories)
            self._say(sentence(done))
        return ""

    def _tell(self, state: FollowState, *, error: str = "", pause_s: float = 0.0) -> None:
        now_ms = self._clock.now_ms()
        self._status = self._status._replace(
            state=state, at=now_ms, error=error, next_try_at=now_ms + round(pause_s * 1000) if pause_s else 0
        )
        write_follow_status(self._database, self._status)
