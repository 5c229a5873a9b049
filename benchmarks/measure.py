"""Runs a command and says what it took: wall time, and the peak memory of its whole process tree."""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

import psutil

SAMPLE_S = 0.02
"""How often memory is sampled, in seconds."""


class Run(NamedTuple):
    """What one run took."""

    wall_s: float
    peak_mb: float
    """Peak resident memory of the process and its descendants together; pages that they share count once (PSS)."""
    code: int
    cpu_s: float
    """Processor seconds of the process and its descendants, which other work on the machine hardly changes."""


def run(
    command: Sequence[str], environment: Mapping[str, str], timeout_s: float = 900, stdin: IO[bytes] | None = None
) -> Run:
    """Run to the end, output thrown away."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdin=stdin or subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    peak = [0.0]
    done = threading.Event()
    sampler = threading.Thread(target=_sample, args=(process.pid, peak, done))
    sampler.start()
    try:
        code, cpu_s = _wait(process, timeout_s)
        wall_s = time.perf_counter() - began
    finally:
        done.set()
        sampler.join()
    return Run(wall_s, peak[0], code, cpu_s)


def medians(command: Sequence[str], environment: Mapping[str, str], before: Callable[[], object], times: int) -> Run:
    """The median of some runs, each prepared by `before`."""
    runs = []
    for _ in range(times):
        before()
        runs.append(run(command, environment))
    return Run(
        statistics.median(run.wall_s for run in runs),
        statistics.median(run.peak_mb for run in runs),
        runs[-1].code,
        statistics.median(run.cpu_s for run in runs),
    )


def percentile(values: Sequence[float], percent: int) -> float:
    """The value below which so many percent lie."""
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def tree_mb(pid: int) -> float:
    """Memory of a process and its descendants now, in megabytes; shared pages count once."""
    total = 0.0
    try:
        parent = psutil.Process(pid)
        members = [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return 0.0
    for member in members:
        try:
            total += _pss(member.pid) or member.memory_info().rss / 1e6
        except (psutil.Error, OSError):
            continue
    return total


def own_mb(pid: int) -> float:
    """Memory of a process alone now, in megabytes; pages that it shares with others count in part."""
    return _pss(pid)


def own_cpu_s(pid: int) -> float:
    """Processor seconds that a process alone has used."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def cpu_s(pid: int) -> float:
    """Processor seconds that a process and its descendants have used."""
    parent = psutil.Process(pid)
    return sum(
        times.user + times.system
        for times in (member.cpu_times() for member in [parent, *parent.children(recursive=True)])
    )


def read_bytes(pid: int) -> int:
    """Bytes that a process has read, from disk or from the system's cache."""
    for line in Path(f"/proc/{pid}/io").read_text().splitlines():
        if line.startswith("rchar:"):
            return int(line.split()[1])
    return 0


def _wait(process: subprocess.Popen[bytes], timeout_s: float) -> tuple[int, float]:
    """Wait for the end; the exit status, and the processor seconds of all that the process has waited for."""
    killer = threading.Timer(timeout_s, process.kill)
    killer.start()
    try:
        _, status, used = os.wait4(process.pid, 0)
    finally:
        killer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, used.ru_utime + used.ru_stime


def _pss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1000
    return 0.0


def _sample(pid: int, peak: list[float], done: threading.Event) -> None:
    while not done.wait(SAMPLE_S):
        peak[0] = max(peak[0], tree_mb(pid))
