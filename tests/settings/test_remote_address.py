"""Addresses of session files on other machines, and what of them is refused."""

from __future__ import annotations

import pytest

from ppp_tui.settings.remote_address import RemoteAddress, parse_remote_address


@pytest.mark.parametrize(
    ("text", "address", "destination"),
    [
        ("ssh://build", RemoteAddress("", "build", 0, "", True), "build"),
        ("ssh://ada@build/", RemoteAddress("ada", "build", 0, "", True), "ada@build"),
        ("ssh://build/~", RemoteAddress("", "build", 0, "", True), "build"),
        ("ssh://build/~/copy/of it", RemoteAddress("", "build", 0, "copy/of it", True), "build"),
        ("ssh://build:2200/srv//copy/", RemoteAddress("", "build", 2200, "srv/copy", False), "build"),
        ("ssh://ada@[::1]:22/srv/copy", RemoteAddress("ada", "::1", 22, "srv/copy", False), "ada@::1"),
        ("ssh://build/srv/a;reboot $(b)", RemoteAddress("", "build", 0, "srv/a;reboot $(b)", False), "build"),
    ],
)
def test_an_address_has_parts(text: str, address: RemoteAddress, destination: str) -> None:
    assert parse_remote_address(text) == address
    assert address.destination == destination
    assert parse_remote_address(str(address)) == address, "as it is written, it is read again"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ssh://", "must name a host"),
        ("ssh:///srv", "must name a host"),
        ("ssh://-oProxyCommand=reboot/srv", "must name a host"),
        ("ssh://-l@build/srv", "must name a user"),
        ("ssh://@build/srv", "must name a user"),
        ("ssh://ada:secret@build/srv", "must name a user"),
        ("ssh://[::1]x/srv", "must be ssh://"),
        ("ssh://a@b@build/srv", "must name a host"),
        ("ssh://build -v/srv", "must name a host"),
        ("ssh://[build]/srv", "must name a host"),
        ("ssh://build:/srv", "must name a port"),
        ("ssh://build:0/srv", "must name a port"),
        ("ssh://build:65536/srv", "must name a port"),
        ("ssh://build:٣/srv", "must name a port"),
        ("ssh://build/../etc", "without . and .."),
        ("ssh://build/srv/../etc", "without . and .."),
        ("ssh://build/~/../ada", "without . and .."),
        ("ssh://build/~ada/copy", "without . and .."),
        ("ssh://build/a\nb", "printable"),
        ("ssh://build/a\0b", "printable"),
        ("ssh://build/" + "a" * 1000, "at most 1000"),
    ],
)
def test_what_is_no_address_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why.replace(".", r"\.").replace("[", r"\[")):
        parse_remote_address(text)
