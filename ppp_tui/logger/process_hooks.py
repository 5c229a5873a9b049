"""The loggers of this process: closed when it ends, kept safe over a fork."""

from __future__ import annotations

import atexit
import os
from typing import Protocol
from weakref import WeakSet


class ForkAware(Protocol):
    """A logger as this module sees it."""

    def close(self) -> None:
        """Flush, and release files and threads."""
        ...

    def before_fork(self) -> None:
        """Bring all threads to a safe point."""
        ...

    def after_fork_in_parent(self) -> None:
        """Resume work."""
        ...

    def after_fork_in_child(self) -> None:
        """Detach from the parent's journal and database."""
        ...


_open: WeakSet[ForkAware] = WeakSet()
_held: list[ForkAware] = []

INHERITED_COMMITTERS: list[object] = []
"""Committers that a child process inherited and must keep open: closing a parent's connection breaks the database."""


def add(log: ForkAware) -> None:
    """Close a logger when the process ends, and keep it safe over forks."""
    _open.add(log)


def remove(log: ForkAware) -> None:
    """Forget a logger that was closed."""
    _open.discard(log)


def _close_all() -> None:
    for log in list(_open):
        log.close()


def _before_fork() -> None:
    _held.extend(_open)
    for log in _held:
        log.before_fork()


def _after_fork_in_parent() -> None:
    while _held:
        _held.pop().after_fork_in_parent()


def _after_fork_in_child() -> None:
    while _held:
        _held.pop().after_fork_in_child()


atexit.register(_close_all)
os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
