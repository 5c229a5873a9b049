"""Where a logger's entries go: one protocol, and the sink that keeps nothing."""

from __future__ import annotations

import threading
from typing import Protocol

from ppp_tui.logger.health import Health


class EntrySink(Protocol):
    """Takes encoded entries. Any thread may call it."""

    is_null: bool
    """Whether entries are discarded, so that they need no check and no encoding."""

    lock: threading.RLock
    """Held from numbering a turn until it is put, so that turns are put in order. Reentrant for its holder."""

    def put(self, content: bytes) -> None:
        """Take an entry in. Raises ForkedError in a child process, RuntimeError once it is closed."""
        ...

    async def room(self) -> None:
        """Wait for room, without holding up the event loop."""
        ...

    def health(self) -> Health:
        """How things stand."""
        ...

    def flush(self, timeout_s: float) -> bool:
        """Wait until all that was put by now is in the database; False if it is not after so many seconds."""
        ...

    def close(self, timeout_s: float) -> None:
        """Flush, and let go of everything."""
        ...

    def before_fork(self) -> None:
        """Let no thread be in the middle of anything."""
        ...

    def after_fork_in_parent(self) -> None:
        """Go on."""
        ...

    def after_fork_in_child(self) -> EntrySink:
        """Leave the parent what is the parent's. Returns the sink of the child."""
        ...


class NullSink:
    """Keeps nothing, and has nothing to wait for: no file, no thread."""

    is_null = True

    def __init__(self) -> None:
        """Nothing is opened."""
        self.lock = threading.RLock()

    def put(self, content: bytes) -> None:
        """Throw the entry away."""

    async def room(self) -> None:
        """There is always room."""

    def health(self) -> Health:
        """Always well: nothing is lost that was not to be kept."""
        return Health()

    def flush(self, timeout_s: float) -> bool:  # noqa: ARG002
        """There is nothing to wait for."""
        return True

    def close(self, timeout_s: float) -> None:
        """There is nothing to close."""

    def before_fork(self) -> None:
        """No thread is at work."""

    def after_fork_in_parent(self) -> None:
        """Nothing was held up."""

    def after_fork_in_child(self) -> NullSink:
        """The same: nothing is shared with the parent."""
        return self
