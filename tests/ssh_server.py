"""A real sshd on loopback, run by the tests' own user with keys of its own, and an ssh that knows it as ``build``."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.waiting import until

SSHD = shutil.which("sshd", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin")))

START_S = 10.0


def _has_ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def require_sshd() -> None:
    """Skip a test where there is no OpenSSH; in CI it fails."""
    missing = [name for name in ("ssh", "ssh-keygen") if shutil.which(name) is None]
    missing += [] if SSHD else ["sshd"]
    if missing and os.environ.get("CI"):
        pytest.fail(f"{' and '.join(missing)} must be there in CI: install openssh-server and openssh-client")
    if missing:
        pytest.skip(f"no {' and no '.join(missing)} here: install openssh-server and openssh-client")


class SshServer:
    """The machine ``build``; its home is a folder of the test's."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "remote-home"
        self.home.mkdir()
        self.bin = folder / "bin"
        """Goes first into PATH: holds an ssh with settings of the test's."""
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._make_keys()
        self._make_settings()

    def _make_keys(self) -> None:
        for name in ("host_key", "user_key"):
            made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self._folder / name)]
            subprocess.run(made, check=True, stdin=subprocess.DEVNULL)
        shutil.copy(self._folder / "user_key.pub", self._folder / "authorized_keys")
        host_key = (self._folder / "host_key.pub").read_text()
        (self._folder / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {host_key}")

    def _make_settings(self) -> None:
        if os.geteuid() == 0:
            # As root it wants a folder that systems make when they start it themselves.
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        settings = self._folder / "sshd_config"
        settings.write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self._folder / 'host_key'}\nPidFile none\n"
            f"AuthorizedKeysFile {self._folder / 'authorized_keys'}\nStrictModes no\nPasswordAuthentication no\n"
            f"KbdInteractiveAuthentication no\nUsePAM no\nMaxStartups 100\nPermitRootLogin prohibit-password\n"
            f"Subsystem sftp internal-sftp -d {self.home}\n"
        )
        # Newer ones keep out whose connections break often, which older ones have no word for.
        patient = self._folder / "patient_config"
        patient.write_text(f"{settings.read_text()}PerSourcePenalties no\n")
        if subprocess.run([str(SSHD), "-t", "-f", str(patient)], capture_output=True).returncode == 0:
            patient.replace(settings)
        (self._folder / "ssh_config").write_text(
            f"Host build\n  HostName 127.0.0.1\n  Port {self.port}\n  User {getpass.getuser()}\n"
            f"Host *\n  IdentityFile {self._folder / 'user_key'}\n  IdentitiesOnly yes\n  IdentityAgent none\n"
            f"  UserKnownHostsFile {self._folder / 'known_hosts'}\n  GlobalKnownHostsFile none\n"
        )
        self.bin.mkdir()
        program = self.bin / "ssh"
        program.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {self._folder / "ssh_config"} "$@"\n')
        program.chmod(0o755)

    def start(self) -> None:
        """Take connections."""
        assert SSHD is not None
        log = self._folder / "sshd.log"
        self._process = subprocess.Popen(
            [SSHD, "-D", "-f", str(self._folder / "sshd_config"), "-E", str(log)], stdin=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError(f"sshd does not start: {log.read_text() if log.exists() else ''}")

    def drop(self) -> int:
        """Break all connections that there are; return how many processes that took."""
        assert self._process is not None
        children = psutil.Process(self._process.pid).children(recursive=True)
        for child in children:
            child.kill()
        # Of a server that stands still, as while it is stopped, they stay as zombies.
        until(lambda: all(map(_has_ended, children)), "the end of all connections")
        return len(children)

    def stop(self) -> None:
        """Take no more connections, and break those there are."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)  # so that nobody comes in meanwhile
            self.drop()
            self._process.kill()
            self._process.wait()
            self._process = None

    def forget_host(self) -> None:
        """Let the test's ssh not know the machine's key."""
        (self._folder / "known_hosts").write_text("")
