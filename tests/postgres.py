"""A PostgreSQL of the tests' own: one private server for all processes of a run, a database for each test.

Where PostgreSQL is not installed, what needs it is skipped; with CI=true that is a failure.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from typing import Any

import filelock
import psycopg
import pytest

from ppp_tui.team.connect import MemberRole
from ppp_tui.team.founding import add_member, found_store
from tests.waiting import until

SUPERUSER = "postgres"
"""Owns the databases and sees past all policies: for what a test puts there, never for what it tests."""

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "64MB",
    "max_connections": "80",
    "max_wal_size": "256MB",
    "autovacuum_naptime": "600",
    "log_min_messages": "fatal",
}


DURABLE = {**SETTINGS, "synchronous_commit": "on"}
"""Of a server that is killed: what it said to be committed is in the system's hands then."""

INITDB = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")


_LOGIN = "DO $$ BEGIN CREATE ROLE {login} LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"


class Server:
    """A running server that can be reached through a socket in its folder."""

    def __init__(self, folder: Path, port: str = "5432") -> None:
        self.folder = folder
        self.port = port
        self._numbers = count(1)

    def url(self, database: str, user: str = SUPERUSER) -> str:
        """The address of a database, for a user who is let in without a password."""
        port = "" if self.port == "5432" else f"&port={self.port}"
        return f"postgresql:///{database}?host={self.folder}{port}&user={user}"

    def connect(self, database: str, user: str = SUPERUSER, **options: Any) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection that commits each statement."""
        return psycopg.connect(self.url(database, user), autocommit=True, **options)

    def make_database(self, template: str = "ppp_template") -> str:
        """Make a database as a copy of a template; return its name."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        with closing(self.connect("postgres", "postgres")) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {SUPERUSER}".encode())
        return name

    def add_member(self, database: str, tenant: str, person: str, role: MemberRole = "member") -> str:
        """Add a person to a tenant, both made if need be; return the address by which the person reaches the store."""
        login = f"{tenant}_{person}"
        # Logins are the server's: other databases may have had this one, and other processes make theirs now.
        with filelock.FileLock(f"{self.folder}.lock"), closing(self.connect(database)) as connection:
            connection.execute(_LOGIN.format(login=login).encode())
            add_member(connection, tenant, person, role, login=login)
        return self.url(database, login)

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        with closing(self.connect("postgres", "postgres")) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


def programs() -> Path | None:
    """The folder with initdb and postgres; None where PostgreSQL is not installed."""
    on_path = shutil.which("initdb")
    # Debian's folder is named by the version, and holds all programs; /usr/bin has wrappers at most.
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    if folders and (folders[-1] / "initdb").exists():
        return folders[-1]
    return Path(on_path).resolve().parent if on_path else None


def account() -> str | None:
    """Who runs the server, None for who runs the tests: PostgreSQL refuses the superuser."""
    return "postgres" if os.geteuid() == 0 else None


def own_file(path: Path) -> None:
    """Give a file or folder to who runs the server."""
    if name := account():
        shutil.chown(path, name)


def begin_server(folder: Path, settings: Mapping[str, str] = SETTINGS) -> int:
    """Make a cluster in the folder, start it, and make the template; return the server's process id.

    If any of that fails, the server is ended and the folder removed: nobody else would.
    """
    bin_folder = programs()
    assert bin_folder is not None
    own_file(folder)
    data = folder / "data"
    try:
        subprocess.run(
            [str(bin_folder / "initdb"), f"--pgdata={data}", "--username=postgres", *INITDB],
            check=True,
            capture_output=True,
            user=account(),
            cwd=folder,
            umask=0o077,
        )
        pid = start_server(folder, settings)
        server = Server(folder, settings.get("port", "5432"))
        with closing(server.connect("postgres", "postgres")) as connection:
            connection.execute("CREATE DATABASE ppp_template")
        with closing(server.connect("ppp_template")) as connection:
            found_store(connection)
    except BaseException:
        with suppress(FileNotFoundError):
            end_server(folder)
        remove_folder(folder)
        raise
    return pid


def start_server(folder: Path, settings: Mapping[str, str] = SETTINGS) -> int:
    """Start the server of a cluster, and return its process id once it answers."""
    bin_folder, data = programs(), folder / "data"
    assert bin_folder is not None
    given = {**settings, "unix_socket_directories": str(folder)}

    def start() -> subprocess.Popen[bytes]:
        with (folder / "log").open("ab") as log:
            return subprocess.Popen(
                [
                    bin_folder / "postgres",
                    "-D",
                    data,
                    *(part for pair in given.items() for part in ("-c", "=".join(pair))),
                ],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                user=account(),
                cwd=folder,
                start_new_session=True,
            )

    process = start()
    server = Server(folder, settings.get("port", "5432"))

    def answers() -> bool:
        nonlocal process
        if process.poll() is not None:
            # Processes of a server that was killed hold its memory for a moment.
            process = start()
        try:
            server.connect("postgres", "postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    until(answers, "PostgreSQL to start")
    process.returncode = 0  # nobody waits for it: whoever leaves last ends it by its number
    return process.pid


def end_server(folder: Path, number: signal.Signals = signal.SIGQUIT) -> None:
    """End the server of a cluster by a signal."""
    pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, number)
    until(lambda: not _runs(pid), "PostgreSQL to end")
    (folder / "data" / "postmaster.pid").unlink(missing_ok=True)


def remove_server(pid: int, folder: Path) -> None:
    """End a server, and remove its folder."""
    os.kill(pid, signal.SIGQUIT)
    until(lambda: not (folder / "data" / "postmaster.pid").exists() or not _runs(pid), "PostgreSQL to end")
    remove_folder(folder)


def remove_folder(folder: Path) -> None:
    """Remove the folder of a cluster, and the lock beside it."""
    shutil.rmtree(folder, ignore_errors=True)
    Path(f"{folder}.lock").unlink(missing_ok=True)


def _runs(pid: int) -> bool:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def need_programs() -> None:
    """Skip the test where there is no PostgreSQL; in CI it fails."""
    if programs() is None:
        missing = "PostgreSQL is not installed (Debian: apt install postgresql)"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of this run. Processes of one run share it; whoever leaves last ends it."""
    need_programs()
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    record = shared / "postgres.json"
    lock = filelock.FileLock(shared / "postgres.lock")
    with lock:
        if record.exists():
            state = json.loads(record.read_text())
        else:
            # A socket's path is at most 107 bytes, and the folder of a run is for its own user.
            folder = Path(tempfile.mkdtemp(prefix="ppp-pg-"))
            state = {"folder": str(folder), "pid": begin_server(folder), "users": 0}
        state["users"] += 1
        record.write_text(json.dumps(state))
    yield Server(Path(state["folder"]))
    with lock:
        state = json.loads(record.read_text())
        state["users"] -= 1
        record.write_text(json.dumps(state))
        if not state["users"]:
            record.unlink()
            remove_server(state["pid"], Path(state["folder"]))


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server of this test's own, which it may end and begin again as a `DURABLE` one."""
    need_programs()
    folder = Path(tempfile.mkdtemp(prefix="ppp-pg-"))
    begin_server(folder, DURABLE)
    yield Server(folder)
    with suppress(FileNotFoundError):
        end_server(folder)
    remove_folder(folder)


@pytest.fixture(scope="session")
def common_store(postgres: Server) -> Iterator[str]:
    """The name of a shared store for tests that keep to a tenant of their own: to make a database takes a while."""
    name = postgres.make_database()
    yield name
    postgres.drop_database(name)


@pytest.fixture
def make_store(postgres: Server) -> Iterator[Callable[[], str]]:
    """A function that makes an empty shared store and returns its database's name."""
    made: list[str] = []

    def make() -> str:
        made.append(postgres.make_database())
        return made[-1]

    yield make
    for name in made:
        postgres.drop_database(name)


@pytest.fixture
def store(make_store: Callable[[], str]) -> str:
    """The name of a database that is an empty shared store."""
    return make_store()
