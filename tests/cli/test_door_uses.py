"""How other programs use each door: what stands there can be copied as it is."""

from __future__ import annotations

from ppp_tui.cli.doors.door_uses import with_uses
from ppp_tui.query.doors import Door, DoorKind, DoorUse, OpenDoor


def uses(kind: DoorKind, *addresses: str, is_open: bool = True, sent: dict[str, int] | None = None) -> list[DoorUse]:
    [door] = with_uses([Door(kind, "", "", [OpenDoor(is_open, addresses)], sent or {})], 4319)
    return list(door.uses)


def test_agents_are_pointed_at_the_address_that_is_open() -> None:
    claude, codex, *_ = uses("receive", "http://127.0.0.1:9999", "http://[::1]:9999")
    assert claude.title == "claude: ppp-tui otel setup claude --write, or in ~/.claude/settings.json"
    assert '    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9999",' in claude.lines
    assert codex.lines[1:3] == [
        "[otel]",
        'exporter = { otlp-http = { endpoint = "http://127.0.0.1:9999/v1/logs", protocol = "binary" } }',
    ]


def test_agents_are_pointed_at_the_port_of_the_settings_while_nothing_listens() -> None:
    *_, opencode = uses("receive", "http://127.0.0.1:9999", is_open=False)
    assert opencode.title == "opencode, in the shell that starts it"
    assert opencode.lines[0] == "export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4319"


def test_sending_goes_on_to_where_it_went_before() -> None:
    [use] = uses("send", sent={"http://127.0.0.1:6006 openinference": 7})
    assert use.lines == ["ppp-tui send --to http://127.0.0.1:6006 --format openinference --follow"]
    [first] = uses("send")
    assert first.title.startswith("send to Phoenix")


def test_http_is_asked_where_it_listens() -> None:
    [use] = uses("serve", "http://127.0.0.1:8080")
    assert use.lines[0] == 'curl -H "Authorization: Bearer TOKEN" http://127.0.0.1:8080/openapi.json'
