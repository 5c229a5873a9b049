"""The dashboard in a browser: who is let in, and that a viewer sees it, presses keys and leaves room for the next."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from aiohttp import ClientSession, WSCloseCode, WSMsgType, web

from ppp_tui.cli.dashboard import VIEWER_VARIABLE, make_ports, read_only
from ppp_tui.cli.doors.http_token import host_names
from ppp_tui.cli.doors.viewer_server import POLICY, ViewerOptions, ViewerServer
from ppp_tui.cli.invocation import Invocation
from ppp_tui.model.clock import SystemClock
from ppp_tui.store.door_status import DoorStatus
from ppp_tui.tui.terminal.editor import EditorError
from tests.tui.database_of import write_database


class Served(ViewerServer):
    """A server of the test's own, on a free port."""

    def __init__(self, words: Sequence[str], port: int, most_viewers: int = 1) -> None:
        self.status = DoorStatus(Path(os.devnull), SystemClock())
        options = ViewerOptions("secret", host_names("127.0.0.1", port), most_viewers, self.status)
        super().__init__(words, "127.0.0.1", port, options)


@pytest.fixture
async def served(unused_tcp_port: int) -> AsyncIterator[Served]:
    """A server at work."""
    server = Served(["true"], unused_tcp_port)
    runner = web.AppRunner(await server._make_app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    yield server
    await runner.cleanup()


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {}, 401),
        ("/?token=wrong", {}, 401),
        ("/?token=secret", {}, 303),
        ("/", {"Cookie": "ppp_tui_token=secret"}, 200),
        ("/", {"Cookie": "ppp_tui_token=wrong"}, 401),
        ("/ws", {}, 401),
        ("/static/js/textual.js", {}, 401),
        ("/", {"Cookie": "ppp_tui_token=secret", "Host": "evil.example"}, 421),
        ("/ws", {"Cookie": "ppp_tui_token=secret", "Origin": "https://evil.example"}, 403),
    ],
)
async def test_strangers_see_no_page(served: Served, path: str, headers: dict[str, str], status: int) -> None:
    async with ClientSession() as client:
        answered = await client.get(f"{served.public_url}{path}", headers=headers, allow_redirects=False)
        assert answered.status == status


async def test_page_loads_nothing_from_other_hosts(served: Served) -> None:
    async with ClientSession(cookies={"ppp_tui_token": "secret"}) as client:
        answered = await client.get(f"{served.public_url}/")
        page = await answered.text()
    assert answered.headers["Content-Security-Policy"] == POLICY
    assert "googleapis" not in page
    assert f"{served.public_url}/static/css/xterm.css" in page


@pytest.mark.slow
async def test_viewer_sees_the_dashboard_answers_keys_and_leaves_room(
    tmp_path: Path, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = write_database(tmp_path)
    monkeypatch.setenv(VIEWER_VARIABLE, "1")
    monkeypatch.setenv("HOME", str(tmp_path))
    words = [sys.executable, "-m", "ppp_tui", "--database", str(database)]
    server = Served(words, unused_tcp_port)
    runner = web.AppRunner(await server._make_app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    async with ClientSession(cookies={"ppp_tui_token": "secret"}) as client:
        address = f"{server.public_url}/ws?width=100&height=30"
        async with client.ws_connect(address) as viewer:
            seen = ""
            async for message in viewer:
                seen += message.data.decode("utf-8", "replace") if message.type == WSMsgType.BINARY else ""
                if "Live" in seen:
                    break
            refused = await client.get(address)
            assert (refused.status, await refused.text()) == (503, "There are 1 viewers already.\n")
            await viewer.send_json(["stdin", "2"])
            seen = ""
            async for message in viewer:
                seen += message.data.decode("utf-8", "replace") if message.type == WSMsgType.BINARY else ""
                if "by last" in seen:
                    break
            assert "by last" in seen
    await runner.cleanup()
    assert server.viewers == 0


async def test_server_that_ends_parts_from_viewers_instead_of_waiting_for_them(unused_tcp_port: int) -> None:
    server = Served(["true"], unused_tcp_port)
    runner = web.AppRunner(await server._make_app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    async with (
        ClientSession(cookies={"ppp_tui_token": "secret"}) as client,
        client.ws_connect(f"{server.public_url}/ws") as viewer,
    ):
        parting = asyncio.create_task(viewer.receive())
        await runner.cleanup()
        assert await parting == (WSMsgType.CLOSE, WSCloseCode.GOING_AWAY, "")
    assert server.viewers == 0


def test_viewer_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("")
    invocation = Invocation(config=tmp_path / "config.toml", database=tmp_path / "archive.db")
    ports = read_only(make_ports(invocation, SystemClock()))
    assert (ports.export, ports.marks, ports.bring_up) == (None, None, None)
    assert not ports.exports.parent.is_dir()
    with pytest.raises(EditorError, match="Viewers change nothing"):
        ports.open_editor(tmp_path / "config.toml", 1)
