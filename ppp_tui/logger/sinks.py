"""Where a logger's entries go: one protocol, and the sink that keeps nothing."""

from __future__ import annotations

import threading
from typing import Protocol

from ppp_tui.logger.health import Health


class InvalidCount:
    """Counts entries that were left out because of a fault; the first fault is logged."""

    def __init__(self) -> None:
        """Begin with no invalid entry."""
        self.count = 0
        self._lock = threading.Lock()

    def add(self, fault: str) -> None:
        """Count one more. Faults are fixed sentences that quote nothing of the entry."""
        with self._lock:
            self.count += 1
            is_first = self.count == 1
        if is_first:
            import logging

            logging.getLogger("ppp_tui.logger").warning(
                "An entry was left out: %s. Later ones are only counted (health.invalid).", fault
            )


class EntrySink(Protocol):
    """Takes encoded entries. Any thread may call it."""

    is_null: bool
    """Whether entries are discarded, so that they need no check and no encoding."""

    lock: threading.RLock
    """Held from numbering a turn until it is put, so that turns are put in order. Reentrant for its holder."""

    def put(self, content: bytes) -> None:
        """Keep an entry. Raises ForkedError in a child process, RuntimeError once it is closed."""
        ...

    def note_invalid(self, fault: str) -> None:
        """Count an entry that is left out because of a fault, and say so the first time."""
        ...

    async def room(self) -> None:
        """Wait for room, without holding up the event loop."""
        ...

    def health(self) -> Health:
        """Return the health of the sink."""
        ...

    def flush(self, timeout_s: float) -> bool:
        """Wait until all entries put so far are in the database; return False if they are not after `timeout_s`."""
        ...

    def close(self, timeout_s: float) -> None:
        """Flush, and close everything."""
        ...

    def before_fork(self) -> None:
        """Bring all threads to a safe point."""
        ...

    def after_fork_in_parent(self) -> None:
        """Let the threads work again."""
        ...

    def after_fork_in_child(self) -> EntrySink:
        """Detach from the parent's journal; return the sink of the child."""
        ...


class NullSink:
    """Keeps nothing, and has nothing to wait for: no file, no thread."""

    is_null = True

    def __init__(self) -> None:
        """Open nothing."""
        self.lock = threading.RLock()
        self._invalid = InvalidCount()

    def put(self, content: bytes) -> None:
        """Drop the entry."""

    def note_invalid(self, fault: str) -> None:
        """Count an entry that would not have been kept anyway."""
        self._invalid.add(fault)

    async def room(self) -> None:
        """Return at once: there is always room."""

    def health(self) -> Health:
        """Return a health without losses, unless an entry was invalid."""
        return Health(invalid=self._invalid.count)

    def flush(self, timeout_s: float) -> bool:  # noqa: ARG002  the signature is that of every sink
        """Return at once: there is nothing to wait for."""
        return True

    def close(self, timeout_s: float) -> None:
        """Do nothing."""

    def before_fork(self) -> None:
        """Do nothing: there is no thread."""

    def after_fork_in_parent(self) -> None:
        """Do nothing: no thread was stopped."""

    def after_fork_in_child(self) -> NullSink:
        """Return the sink itself, which shares nothing with the parent."""
        return self
