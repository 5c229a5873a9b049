"""Runs a program with calls to the system that fail now and then."""

from __future__ import annotations

import shutil
import subprocess

STRACE = shutil.which("strace")


def traced(what: str) -> tuple[str, ...]:
    """What a command must begin with for a fault of strace to be put in."""
    return (
        STRACE or "",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        f"trace={what.partition(':')[0]}",
        "-e",
        f"inject={what}",
    )


def can_trace() -> bool:
    """Whether strace is here and may trace."""
    return (
        STRACE is not None
        and subprocess.run([*traced("pwrite64:error=EIO:when=1"), "true"], check=False).returncode == 0
    )
