"""How other programs use each door: commands and settings to copy, with the addresses that are open."""

from __future__ import annotations

from collections.abc import Iterable

from ppp_tui.query.doors import Door, DoorUse
from ppp_tui.sources.otel.agent_settings import AGENTS, agent_settings, shown


def with_uses(doors: Iterable[Door], receiver_port: int) -> list[Door]:
    """Return doors with how each is used; one that is shut is told of where it would listen."""
    return [door._replace(uses=_uses(door, receiver_port)) for door in doors]


def _uses(door: Door, receiver_port: int) -> list[DoorUse]:
    kind, receivers = door.kind, door.sent_up_to
    addresses = [address for process in door.processes if process.is_open for address in process.addresses]
    if kind == "receive":
        address = addresses[0] if addresses else f"http://127.0.0.1:{receiver_port}"
        return [_agent_use(agent, address) for agent in AGENTS]
    if kind == "send":
        parted = [receiver.partition(" ") for receiver in receivers]
        again = [f"ppp-tui send --to {url} --format {form or 'otlp'} --follow" for url, _, form in parted]
        first = ["ppp-tui send --to http://127.0.0.1:6006 --format openinference --follow"]
        title = "send on as sessions change" if again else "send to Phoenix"
        return [DoorUse(f"{title}; a key goes into OTEL_EXPORTER_OTLP_HEADERS", again or first)]
    if kind == "serve":
        address = addresses[0] if addresses else "http://127.0.0.1:4319"
        paths = ("/openapi.json", "/v1/sessions?limit=5", "/v1/live")
        asks = [f'curl -H "Authorization: Bearer TOKEN" {address}{path}' for path in paths]
        return [DoorUse("ask by HTTP; ppp-tui serve tells the token", asks)]
    if kind == "mcp":
        return [
            DoorUse("Claude Code", ["claude mcp add ppp-tui -- ppp-tui mcp"]),
            DoorUse("Codex", ["codex mcp add ppp-tui -- ppp-tui mcp"]),
            DoorUse(
                "others, in their settings", ['{"mcpServers": {"ppp-tui": {"command": "ppp-tui", "args": ["mcp"]}}}']
            ),
        ]
    forward = "ssh -L 4320:127.0.0.1:4320 HOST"
    return [DoorUse("open the address that ppp-tui web prints; from another machine by", [forward])]


def _agent_use(agent: str, address: str) -> DoorUse:
    settings = agent_settings(agent, address)
    if not settings.place:
        return DoorUse(f"{agent}, in the shell that starts it", shown(settings).splitlines())
    place = "/".join(settings.place)
    return DoorUse(f"{agent}: ppp-tui otel setup {agent} --write, or in ~/{place}", shown(settings).splitlines())
