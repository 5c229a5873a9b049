"""The Model Context Protocol over standard input and output: an agent asks what was done in its project before.

Protocol and transport are the official SDK's (package ``mcp``, 2.x). Every tool is read-only and is declared so; an
error is one sentence that the agent can act on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from ppp_tui.api.recall import MAX_LIMIT, Answer, Recall, UnknownSessionError
from ppp_tui.query.errors import READ_ERRORS

INSTRUCTIONS = (
    "What coding agents did in this project before, from their own records: earlier work, commands that failed and "
    "what fixed them, files that are used most, what sessions cost, and what the user answered. All of it is "
    "read-only; a project is a folder's path, by default the one that you work in."
)

Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="How many rows at most.")]
Days = Annotated[int, Field(ge=1, le=3650, description="How many days to look back.")]
Project = Annotated[str, Field(max_length=4096, description="A folder of the project; this one if left out.")]


def build_server(recall: Recall, version: str, count_call: Callable[[str], None]) -> MCPServer[Any]:
    """Return a server whose tools answer from `recall`; `count_call` is called with the tool's name at each call."""
    server: MCPServer[Any] = MCPServer("ppp-tui", instructions=INSTRUCTIONS, version=version, log_level="WARNING")
    annotations = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)

    @server.tool(annotations=annotations)
    def find_past_work(
        words: Annotated[str, Field(min_length=1, max_length=400, description="Words that prompts or answers hold.")],
        project: Project = "",
        limit: Limit = 10,
    ) -> dict[str, Any]:
        """Find turns of earlier sessions in this project by their words: what was done here before."""
        count_call("find_past_work")
        return _answer(lambda: recall.past_work(words, project, limit))

    @server.tool(annotations=annotations)
    def failed_commands(project: Project = "", days: Days = 30, limit: Limit = 10) -> dict[str, Any]:
        """List commands that failed in this project, with the turn in which the same command succeeded later."""
        count_call("failed_commands")
        return _answer(lambda: recall.failed(project, days, limit))

    @server.tool(annotations=annotations)
    def hot_files(project: Project = "", days: Days = 30, limit: Limit = 10) -> dict[str, Any]:
        """List the files of this project that agents read and changed most."""
        count_call("hot_files")
        return _answer(lambda: recall.hot_files(project, days, limit))

    @server.tool(annotations=annotations)
    def session_cost(
        session: Annotated[
            str, Field(max_length=200, description="Number or id; the project's newest session if left out.")
        ] = "",
    ) -> dict[str, Any]:
        """Show what a session has cost so far, and how full its context window is."""
        count_call("session_cost")
        return _answer(lambda: recall.session_figures(session))

    @server.tool(annotations=annotations)
    def answered_questions(project: Project = "", limit: Limit = 20) -> dict[str, Any]:
        """List questions that the user answered already in this project, so as not to ask them again."""
        count_call("answered_questions")
        return _answer(lambda: recall.answered_questions(project, limit))

    @server.tool(annotations=annotations)
    def recent_sessions(project: Project = "", limit: Limit = 10) -> dict[str, Any]:
        """List the newest sessions of this project with their figures."""
        count_call("recent_sessions")
        return _answer(lambda: recall.sessions(project, limit))

    return server


def _answer(ask: Callable[[], Answer]) -> dict[str, Any]:
    """Return the answer of `ask`. Raises ToolError, whose message is sent to the agent."""
    try:
        return dict(ask())
    except (*READ_ERRORS, UnknownSessionError) as error:
        raise ToolError(str(error)) from error
