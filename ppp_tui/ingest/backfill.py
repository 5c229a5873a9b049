"""Reads a long backlog on every core: worker processes parse and fold, the one writer commits their results."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from functools import lru_cache
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from ppp_tui.faults import append_trace
from ppp_tui.ingest.file_identity import FileStat, StaleStateError
from ppp_tui.ingest.file_registry import ReadJob
from ppp_tui.ingest.guard import fault_reason
from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.pricing import PriceTable, SourcePricing, Stated
from ppp_tui.ingest.tailer import FileTailer
from ppp_tui.scoring.preload import preload
from ppp_tui.sources import registry
from ppp_tui.store.write import FileBatch
from ppp_tui.store.writers.files import SourceFile

TASK_BYTES = 2 * 1024 * 1024
"""Bytes that a worker reads before it returns: small files share a task, a large one takes several."""

TASK_FILES = 100
"""Most files of a task, so that the writer gets small results to commit while workers read on."""

PARENT_LOOK_S = 0.5
"""Seconds between two checks by a worker that its parent process still runs."""

GC_THRESHOLD = 50_000
"""New objects between two garbage collections in a worker."""


class Task(NamedTuple):
    """Files that a worker is to read further."""

    files: tuple[tuple[SourceFile, FileStat], ...]
    options: IngestOptions
    now_ms: int


class BackfillResult(NamedTuple):
    """What a worker read of one file."""

    batches: tuple[FileBatch, ...]
    stat: FileStat
    is_done: bool
    trouble: str
    """Why it could not be read, '' if it could."""
    is_stale: bool
    """Whether its stored states could not be read: it must then be read from its beginning."""
    file: SourceFile
    """As it was before this part was read, its id included."""
    fault: str = ""
    """Reason that is shown if this program failed on the file, '' if it did not."""

    @property
    def whole_bytes(self) -> int:
        """Bytes that were read of a file without an offset: all of it, or none if it could not be read."""
        return self.stat.size if self.is_done and not (self.fault or self.trouble or self.is_stale) else 0


def _failed(batches: tuple[FileBatch, ...], file: SourceFile, stat: FileStat, error: Exception) -> BackfillResult:
    """Return the result for a file on which this program failed, with what it read before."""
    return BackfillResult(batches, stat, True, "", False, file, fault=fault_reason(error))


_PACKED, _PICKLED = b"m", b"p"
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[BackfillResult])


class Backfill:
    """Files that wait to be read by workers, newest first."""

    def __init__(self, work: list[ReadJob], options: IngestOptions, now_ms: int, ready: Callable[[], None]) -> None:
        """Start workers on the files; `ready` is called (from a thread) whenever a result has come."""
        self._options = options
        self._now_ms = now_ms
        self._ready = ready
        self._waiting = deque((item.file, item.stat) for item in work)
        self._held = {item.file.path for item in work}
        self._suspects: deque[tuple[SourceFile, FileStat]] = deque()
        """Files of tasks that ended without a result: each is read alone, to find out which of them it was."""
        self._processes = options.processes or os.cpu_count() or 1
        self._pool = self._make_pool()
        self._running: dict[Future[bytes], tuple[tuple[SourceFile, FileStat], ...]] = {}
        self.submit()

    def _make_pool(self) -> ProcessPoolExecutor:
        is_forking = "fork" in multiprocessing.get_all_start_methods()
        if is_forking:
            # Workers share the modules loaded now, which saves each half a second and a third of its memory.
            preload(sum(max(0, stat.size - file.offset) for file, stat in self._waiting))
            gc.freeze()
        context = multiprocessing.get_context("fork" if is_forking else "spawn")
        return ProcessPoolExecutor(
            self._processes, mp_context=context, initializer=begin_worker, initargs=(os.getpid(),)
        )

    @property
    def is_done(self) -> bool:
        """Nothing waits and nothing runs."""
        return not self._waiting and not self._running and not self._suspects

    def results(self) -> list[BackfillResult]:
        """Return the results that have arrived since the last call, without waiting."""
        parts: list[BackfillResult] = []
        is_broken = False
        for future in [future for future in self._running if future.done()]:
            files = self._running.pop(future)
            error = future.exception()
            is_broken |= isinstance(error, BrokenExecutor)
            if error is not None and self._options.log is not None:
                append_trace(self._options.log, error)
            if error is None:
                parts += decode_parts(future.result())
            elif len(files) == 1 and not self._running and isinstance(error, Exception):
                parts += [_failed((), file, stat, error) for file, stat in files]
            else:
                self._suspects.extend(files)
        if is_broken:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = self._make_pool()
        return parts

    def requeue(self, file: SourceFile, stat: FileStat) -> None:
        """Queue the next part of a file before any other file."""
        self._waiting.appendleft((file, stat))

    def holds(self, path: str) -> bool:
        """Return whether the file waits or is being read: the loop must not read it then."""
        return path in self._held

    def release(self, path: str) -> None:
        """Mark a file as done, so that others may read it again."""
        self._held.discard(path)

    def submit(self) -> None:
        """Hand files to free workers."""
        if self._suspects:
            if not self._running:
                self._hand_out([self._suspects.popleft()])
            return
        while self._waiting and len(self._running) <= self._processes:
            files: list[tuple[SourceFile, FileStat]] = []
            size = 0
            while self._waiting and size < TASK_BYTES and len(files) < TASK_FILES:
                files.append(self._waiting.popleft())
                size += max(0, files[-1][1].size - files[-1][0].offset)
            self._hand_out(files)

    def close(self) -> None:
        """Stop the workers."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _hand_out(self, files: list[tuple[SourceFile, FileStat]]) -> None:
        future = self._pool.submit(read_parts, Task(tuple(files), self._options, self._now_ms))
        self._running[future] = tuple(files)
        future.add_done_callback(lambda _: self._ready())


def begin_worker(parent: int) -> None:
    """Set up a worker: it ends with its parent and collects garbage rarely, since rows and events form no cycles."""
    gc.set_threshold(GC_THRESHOLD)
    die_with(parent)


def die_with(parent: int) -> None:
    """End this process when its parent ended: a parent that was killed cannot stop its workers."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_LOOK_S)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


@lru_cache(maxsize=2)
def _table(stated: Stated) -> PriceTable:
    """Return a worker's price table, made once."""
    return PriceTable(stated)


def read_parts(task: Task) -> bytes:
    """Read a part of each file in a worker. Return the parts as `encode_parts` does."""
    return encode_parts([_read_part(file, stat, task) for file, stat in task.files])


def encode_parts(parts: list[BackfillResult]) -> bytes:
    """Return parts as bytes for another process, packed in a tenth of the time that pickling takes, where possible."""
    try:
        return _PACKED + _encoder.encode(parts)
    except (UnicodeEncodeError, OverflowError):
        # A lone surrogate, or a number beyond 64 bits: the writer reports which row cannot be stored.
        return _PICKLED + pickle.dumps(parts, pickle.HIGHEST_PROTOCOL)


def decode_parts(content: bytes) -> list[BackfillResult]:
    """Return the parts that `encode_parts` encoded."""
    body = memoryview(content)[1:]
    if content[:1] == _PACKED:
        return _decoder.decode(body)
    parts: list[BackfillResult] = pickle.loads(body)  # noqa: S301 - from our own worker
    return parts


def _read_part(file: SourceFile, stat: FileStat, task: Task) -> BackfillResult:
    source = registry.source(file.source)
    batches: list[FileBatch] = []
    try:
        tailer = FileTailer(file, source, SourcePricing(_table(task.options.prices), source.name), task.options)
        begin = file.offset
        for batch in tailer.read_new(stat, task.now_ms):
            batches.append(batch)
            if tailer.file.offset - begin >= TASK_BYTES:
                return BackfillResult(tuple(batches), stat, False, "", False, file)
    except StaleStateError:
        return BackfillResult((), stat, True, "", True, file)
    except OSError as error:
        return BackfillResult(tuple(batches), stat, True, error.strerror or str(error), False, file)
    except Exception as error:  # noqa: BLE001 - any fault costs this file only
        if task.options.log is not None:
            append_trace(task.options.log, error)
        return _failed(tuple(batches), file, stat, error)
    if not batches:
        # Nothing new, but the file was read: its size and time are stored, so that it is not read again.
        settled = replace(tailer.file, size=tailer.settled_size(stat), modified_ns=stat.modified_ns)
        batches.append(FileBatch(settled, source.agent_name))
    return BackfillResult(tuple(batches), stat, True, "", False, file)
