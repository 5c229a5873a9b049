"""Two viewers in a real Chromium at once: each sees a dashboard of its own, and neither changes anything."""

from __future__ import annotations

import asyncio
import base64
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, web

from ppp_tui.cli.dashboard import VIEWER_VARIABLE
from tests.cli.test_cli_web import Served
from tests.tui.database_of import write_database
from tests.waiting import until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")]

WAIT_S = 60.0


class Page:
    """A page in the browser, by the protocol of its developer tools."""

    def __init__(self, tools: ClientWebSocketResponse) -> None:
        self._tools = tools
        self._number = 0
        self.text = ""
        """What the page's dashboard wrote so far."""

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol; events that come meanwhile are read."""
        self._number += 1
        await self._tools.send_json({"id": self._number, "method": method, "params": parameters})
        while True:
            message = await self._next()
            if message.get("id") == self._number:
                result: dict[str, Any] = message["result"]
                return result

    async def see(self, wanted: str) -> None:
        """Wait until the dashboard has written a text."""
        async with asyncio.timeout(WAIT_S):
            while wanted not in self.text:
                await self._next()

    async def press(self, key: str) -> None:
        """Press a key on the page, as if its tab were the one in front."""
        await self.call("Runtime.evaluate", expression="document.querySelector('textarea').focus()")
        for kind in ("keyDown", "keyUp"):
            text = {"text": key} if kind == "keyDown" else {}
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, **text)

    async def _next(self) -> dict[str, Any]:
        message: dict[str, Any] = await self._tools.receive_json(timeout=WAIT_S)
        if message.get("method") == "Network.webSocketFrameReceived":
            frame = message["params"]["response"]
            if frame["opcode"] == 2:
                self.text += base64.b64decode(frame["payloadData"]).decode("utf-8", "replace")
        return message


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[str]:
    """The address of a browser's developer tools."""
    profile = tmp_path / "profile"
    process = subprocess.Popen(
        [
            str(CHROMIUM),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--remote-debugging-port=0",
            f"--user-data-dir={profile}",
            "about:blank",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port_file = profile / "DevToolsActivePort"
        until(lambda: port_file.exists() and len(port_file.read_text().splitlines()) > 1, "the browser", WAIT_S)
        yield f"http://127.0.0.1:{port_file.read_text().splitlines()[0]}"
    finally:
        process.terminate()
        process.wait(WAIT_S)


@asynccontextmanager
async def opened(client: ClientSession, tools: str, address: str) -> AsyncIterator[Page]:
    """A page at an address, whose frames are read from the first one on."""
    target = await (await client.put(f"{tools}/json/new?about:blank")).json()
    async with client.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
        page = Page(socket)
        await page.call("Network.enable")
        await page.call("Emulation.setFocusEmulationEnabled", enabled=True)
        await page.call("Page.navigate", url=address)
        yield page


async def test_two_viewers_see_dashboards_of_their_own_and_change_nothing(
    tmp_path: Path, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch, browser: str
) -> None:
    database = write_database(tmp_path)
    monkeypatch.setenv(VIEWER_VARIABLE, "1")
    monkeypatch.setenv("HOME", str(tmp_path))
    words = [sys.executable, "-m", "ppp_tui", "--database", str(database)]
    server = Served(words, unused_tcp_port, most_viewers=2)
    runner = web.AppRunner(await server._make_app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    address = f"{server.public_url}/?token=secret"
    async with (
        ClientSession() as client,
        opened(client, browser, address) as first,
        opened(client, browser, address) as second,
    ):
        for page in (first, second):
            await page.see("Live")
        assert server.viewers == 2
        before = len(second.text)
        await first.press("2")
        await first.see("by last")
        # What the other viewer is sent comes in order: had the key reached it, this would come after it.
        await second.press("?")
        await second.see("Escape closes")
        assert "by last" not in second.text[before:]
        # A pin lasts as long as the viewer's page alone.
        await first.press("P")
        await first.see("pinned")
    await runner.cleanup()
    assert server.viewers == 0
    assert not database.with_name(f"{database.name}-marks").exists()
    assert server.status.content(is_open=True)["records"] == {"viewers": {"now": 0, "in all": 2}}
