"""A server beyond this machine is believed by its certificate alone: for its name, and by who is trusted."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from ppp_tui.team import connect as module
from ppp_tui.team.connect import StoreAwayError, open_store, system_certificates
from ppp_tui.team.founding import add_member
from tests.postgres import SETTINGS, Server, begin_server, need_programs, own_file, remove_server
from tests.waiting import until

NAME = "db.example"
"""What the server's certificate calls it; PGHOSTADDR leads there in place of a resolver."""

HBA = "local all postgres trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n"


class Guarded(NamedTuple):
    """A server that takes encrypted connections alone, and a person who has a password."""

    server: Server
    database: str
    login: str
    password: str
    authority: Path
    """The certificate by which the server's own was made."""

    def address(self, name: str = NAME, more: str = "") -> str:
        """The person's address of the store by a name of the server."""
        return f"postgresql://{self.login}:{self.password}@{name}:{self.server.port}/{self.database}{more}"


def make_certificate(folder: Path, name: str, *more: str) -> Path:
    """Make a certificate with its key, self-made unless `more` says by which other one."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key")
    command = ["openssl", "req", "-x509", *key, "-subj", f"/CN={name}", "-out", f"{name}.crt", "-days", "2", *more]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return folder / f"{name}.crt"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def set_encryption(server: Server, state: str) -> None:
    """Let the server take encrypted connections, or none."""

    def is_done() -> bool:
        # A new connection knows what the server has read of its settings.
        with closing(server.connect("postgres")) as connection:
            return connection.execute("SHOW ssl").fetchone() == (state,)

    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PGHOSTADDR", raising=False)
        with closing(server.connect("postgres")) as connection:
            connection.execute(f"ALTER SYSTEM SET ssl = {state}".encode())
            connection.execute("SELECT pg_reload_conf()")
        until(is_done, "the server to read its settings")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    need_programs()
    made = tmp_path_factory.mktemp("certificates")
    authority = make_certificate(made, "authority")
    made_by = ("-CA", "authority.crt", "-CAkey", "authority.key")
    make_certificate(made, "server", *made_by, "-addext", f"subjectAltName=DNS:{NAME}")
    folder = Path(tempfile.mkdtemp(prefix="ppp-pg-"))
    settings = {**SETTINGS, "listen_addresses": "127.0.0.1", "port": str(free_port())}
    pid = begin_server(folder, settings)
    try:
        server = Server(folder, settings["port"])
        for name, text in (
            ("server.crt", (made / "server.crt").read_text()),
            ("server.key", (made / "server.key").read_text()),
            ("pg_hba.conf", HBA),
        ):
            path = folder / "data" / name
            path.write_text(text)
            path.chmod(0o600)
            own_file(path)
        set_encryption(server, "on")
        database = server.make_database()
        with closing(server.connect(database)) as connection:
            added = add_member(connection, "team", "ada", "admin")
        yield Guarded(server, database, added.login, added.password, authority)
    finally:
        remove_server(pid, folder)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home without certificates, in which the server's name leads to this machine."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.1")
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)


def is_encrypted(address: str) -> bool:
    """Whether a store that answers there is reached by TLS."""
    store = open_store(address)
    with closing(store.connection):
        assert store.member.person == "ada"
        row = store.connection.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()
    return row == (True,)


def in_address(guarded: Guarded, _home: Path, _patch: pytest.MonkeyPatch) -> str:
    return guarded.address(more=f"?sslrootcert={guarded.authority}")


def in_home(guarded: Guarded, home: Path, _patch: pytest.MonkeyPatch) -> str:
    (home / ".postgresql").mkdir()
    shutil.copy(guarded.authority, home / ".postgresql" / "root.crt")
    return guarded.address()


def in_variable(guarded: Guarded, _home: Path, patch: pytest.MonkeyPatch) -> str:
    patch.setenv("SSL_CERT_FILE", str(guarded.authority))
    return guarded.address()


def in_system(guarded: Guarded, home: Path, patch: pytest.MonkeyPatch) -> str:
    # A Python whose OpenSSL looks where this system has nothing.
    patch.setenv("SSL_CERT_FILE", str(home / "none"))
    patch.setenv("SSL_CERT_DIR", str(home / "none"))
    patch.setattr(module, "SYSTEM_CERTIFICATES", (str(home / "none.pem"), str(guarded.authority)))
    return guarded.address()


@pytest.mark.parametrize("trusting", [in_address, in_home, in_variable, in_system])
def test_server_is_believed_by_an_authority_that_is_trusted(
    guarded: Guarded,
    trusting: Callable[[Guarded, Path, pytest.MonkeyPatch], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert is_encrypted(trusting(guarded, tmp_path, monkeypatch))


@pytest.mark.parametrize(
    ("name", "authority", "why"),
    [
        (NAME, "", "certificate verify failed"),
        ("other.example", "authority", 'server certificate for "db.example" does not match host name "other.example"'),
        (NAME, "stranger", "certificate verify failed"),
    ],
)
def test_server_that_cannot_prove_who_it_is_is_not_told_a_password(
    guarded: Guarded, name: str, authority: str, why: str, tmp_path: Path
) -> None:
    paths = {"authority": guarded.authority, "stranger": make_certificate(tmp_path, "authority")}
    more = f"?sslrootcert={paths[authority]}" if authority else ""
    with pytest.raises(StoreAwayError, match=why) as raised:
        open_store(guarded.address(name, more))
    assert guarded.password not in str(raised.value)


def test_server_without_tls_is_refused(guarded: Guarded) -> None:
    set_encryption(guarded.server, "off")
    try:
        with pytest.raises(StoreAwayError, match="server does not support SSL"):
            open_store(guarded.address(more=f"?sslrootcert={guarded.authority}"))
    finally:
        set_encryption(guarded.server, "on")


def test_system_certificates_are_a_file_that_is_there() -> None:
    assert "-----BEGIN CERTIFICATE-----" in Path(system_certificates()).read_text()
