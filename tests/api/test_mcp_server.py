"""``ppp-tui mcp`` as an agent starts it: over pipes, by the official client."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ppp_tui.cli.doors.open_doors import find_doors
from ppp_tui.query.doors import OpenDoor
from tests.query.database_fixture import Database
from tests.waiting import until

pytestmark = pytest.mark.slow


def door_called(database: Path, tool: str) -> Sequence[OpenDoor]:
    """Wait until the server says that a tool was called, and return its door."""

    def processes() -> Sequence[OpenDoor]:
        return next(door for door in find_doors(database, database.parent) if door.kind == "mcp").processes

    until(lambda: [process.records for process in processes()] == [{tool: {"calls": 1}}])
    return processes()


async def test_agent_lists_tools_asks_and_is_told_what_is_wrong(database: Database, tmp_path: Path) -> None:
    # Importing it takes a second, which each process that only collects tests would pay, too.
    from mcp.client.session import ClientSession
    from mcp.client.stdio import StdioServerParameters, stdio_client

    database.session(1, {"tree_requests": 1, "tree_cost_micros": 2_000_000}, title="Add login")
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "ppp_tui", "mcp", "--database", str(database.path), "--folder", "/home/ann/shop"],
        env={"HOME": str(tmp_path)},
    )
    async with stdio_client(server) as (read, write), ClientSession(read, write) as client:
        await client.initialize()
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == [
            "find_past_work",
            "failed_commands",
            "hot_files",
            "session_cost",
            "answered_questions",
            "recent_sessions",
        ]
        assert all(tool.annotations is not None and tool.annotations.read_only_hint for tool in tools)
        told = await client.call_tool("session_cost", {})
        assert json.loads(told.content[0].text)["cost_usd"] == 2.0  # type: ignore[union-attr]
        doors = await asyncio.to_thread(door_called, database.path, "session_cost")
        assert [(process.addresses, process.is_open) for process in doors] == [(["/home/ann/shop"], True)]
        unknown = await client.call_tool("session_cost", {"session": "zz"})
        assert unknown.is_error
        assert "There is no session zz." in unknown.content[0].text  # type: ignore[union-attr]
        too_many = await client.call_tool("hot_files", {"limit": 999})
        assert too_many.is_error
