"""The file transfer: what a server may answer, and what no server may make of this machine."""

from __future__ import annotations

import struct

import pytest

from ppp_tui.ingest.remote import sftp
from ppp_tui.ingest.remote.sftp import RefusedError, RemoteStat, SftpError
from tests.ingest.remote.sftp_machine import HandMadeServer, answer, attributes, handle, names, packet, status, text

VERSION = packet(2, struct.pack(">I", 3))


def test_a_server_of_another_version_or_kind_is_refused() -> None:
    HandMadeServer([VERSION]).client().greet()
    for wrong in (packet(2, struct.pack(">I", 2)), packet(101, struct.pack(">I", 3))):
        with pytest.raises(SftpError, match="version 3"):
            HandMadeServer([wrong]).client().greet()


@pytest.mark.parametrize("sent", [b"Welcome to build!\n", b"\xff\xff\xff\xff", b"\0\0\0\1\2", b""])
def test_what_is_no_message_is_refused(sent: bytes) -> None:
    with pytest.raises(SftpError, match="do its login scripts print"):
        HandMadeServer([sent]).client().greet()


def test_odd_names_are_listed_as_such() -> None:
    folder = attributes(mode=0o040755)
    server = HandMadeServer(
        [
            handle(1),
            names(2, (b".", folder), (b"..", folder), (b"a.jsonl", attributes()), (b"sub", folder)),
            names(
                3,
                (b"../../etc/passwd", attributes()),
                (b"a/b", attributes()),
                (b"nul\0", attributes()),
                (b"\xff", attributes()),
                (b"", attributes()),
                (b"link", attributes(mode=0o120777)),
            ),
            status(4, 1),
            status(5, 0),
        ]
    )
    entries = list(server.client().entries("/srv"))
    assert [tuple(entry[:2]) for entry in entries if not entry.is_odd] == [
        ("a.jsonl", RemoteStat("file", 5, 7)),
        ("sub", RemoteStat("folder", 5, 7)),
        ("link", RemoteStat("other", 5, 7)),
    ]
    assert [entry.name for entry in entries if entry.is_odd] == ["../../etc/passwd", "a/b", "nul\0", "\ufffd", ""]


def test_folders_are_read_at_once_and_each_may_be_refused() -> None:
    server = HandMadeServer(
        [
            answer(102, 2, text(b"h2")),
            status(3, 3, b"Permission denied"),
            answer(102, 1, text(b"h1")),
            names(5, (b"c", attributes())),
            names(4, (b"a", attributes())),
            names(6, (b"b", attributes())),
            status(7, 1),
            status(8, 1),
            status(9, 0),
            status(10, 0),
        ]
    )
    first, second, refused = server.client().entries_each(["/a", "/c", "/root"])
    assert isinstance(first, list)
    assert isinstance(second, list)
    assert isinstance(refused, RefusedError)
    assert ([entry.name for entry in first], [entry.name for entry in second]) == (["a", "b"], ["c"])
    handles = [message[-2:] for message in server.asked[3:]]
    assert handles == [b"h1", b"h2", b"h1", b"h2", b"h1", b"h1", b"h2"], "what is at its end is asked no more"


def test_a_folder_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sftp, "MAX_ENTRIES", 3)
    listed = [names(number, *[(b"x", attributes())] * 2) for number in (2, 3)]
    with pytest.raises(SftpError, match="more than 3 entries"):
        list(HandMadeServer([handle(1), *listed, status(4, 0)]).client().entries("/srv"))


def test_answers_may_come_in_any_order() -> None:
    server = HandMadeServer(
        [
            handle(1),
            answer(103, 3, text(b"b" * 100)),
            answer(103, 2, text(b"a" * sftp.READ_BYTES)),
            status(4, 0),
        ]
    )
    assert b"".join(server.client().read("x", 0, sftp.READ_BYTES + 100)) == b"a" * sftp.READ_BYTES + b"b" * 100


def test_what_follows_a_short_answer_is_asked_for_again() -> None:
    rest = sftp.READ_BYTES - 10
    server = HandMadeServer(
        [
            handle(1),
            answer(103, 2, text(b"a" * 10)),
            answer(103, 3, text(b"c" * 5)),
            answer(103, 4, text(b"b" * rest)),
            answer(103, 5, text(b"c" * 5)),
            status(6, 0),
        ]
    )
    content = b"".join(server.client().read("x", 0, sftp.READ_BYTES + 5))
    assert content == b"a" * 10 + b"b" * rest + b"c" * 5


def test_a_file_that_became_shorter_ends_early() -> None:
    server = HandMadeServer([handle(1), answer(103, 2, text(b"ab")), status(3, 1), status(4, 0)])
    assert list(server.client().read("x", 0, 10)) == [b"ab"]


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([handle(1), answer(103, 2, text(b"a" * 11)), status(3, 0)], "more than it was asked for"),
        ([handle(9)], "what it was not asked"),
        ([answer(103, 1, text(b"x"))], "something else than it was asked"),
        ([handle(1), answer(103, 2, struct.pack(">I", 999) + b"a"), status(3, 0)], "ends early"),
        ([status(1, 3, b"Permission denied")], "Permission denied"),
        ([status(1, 4)], "refusal 4"),
    ],
)
def test_a_wrong_answer_ends_the_reading(answers: list[bytes], why: str) -> None:
    with pytest.raises(SftpError, match=why):
        list(HandMadeServer(answers).client().read("x", 0, 10))


def test_what_is_not_there_is_none_and_extensions_are_passed_over() -> None:
    extended = struct.pack(">IQI", 1 | 0x80000000, 6, 1) + text(b"acl@example") + text(b"...")
    server = HandMadeServer([status(1, 2), answer(105, 2, extended), answer(105, 3, attributes())])
    client = server.client()
    assert client.stat("x") is None
    assert list(client.stat_each(["y", "z"])) == [RemoteStat("other", 6, 0), RemoteStat("file", 5, 7)]


def test_a_refusal_is_of_one_request_only() -> None:
    client = HandMadeServer([status(1, 3, b"Permission denied"), answer(105, 2, attributes())]).client()
    with pytest.raises(RefusedError):
        list(client.entries("/root"))
    assert client.stat("x") == RemoteStat("file", 5, 7)
