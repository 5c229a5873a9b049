"""The copies: they grow by whole lines, are made anew where the file is another one, and stay in their folder."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.ingest.remote import mirror, room
from ppp_tui.ingest.remote.mirror import HOLD_S, Mirror
from ppp_tui.ingest.remote.places import Remote, host_of, make_remote, why_not_followed
from ppp_tui.ingest.remote.room import FullDiskError
from ppp_tui.settings.remote_address import parse_remote_address
from tests.ingest.remote.sftp_machine import FileMachine

SESSION = "/srv/copy/-shop/s1.jsonl"


class _Seconds:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return make_remote("claude_code", parse_remote_address("ssh://build/srv/copy"), tmp_path / "data" / "archive.db")


def read_all(copies: Mirror, machine: FileMachine) -> None:
    copies.survey(machine)
    assert not copies.copy_next(machine, 60)


def copy_of(remote: Remote, path: str = SESSION) -> Path:
    return remote.folder / "files" / path[1:]


def test_all_is_copied_into_folders_of_the_user_alone(remote: Remote) -> None:
    machine = FileMachine({SESSION: (b"one\ntwo\n", 1000), "/srv/copy/notes.txt": (b"x", 1)})
    copies = Mirror(remote)
    read_all(copies, machine)
    assert copy_of(remote).read_bytes() == b"one\ntwo\n"
    assert copy_of(remote).stat().st_mtime == 1000
    assert not copy_of(remote, "/srv/copy/notes.txt").exists(), "no session"
    assert (copies.files, copies.size) == (1, 8)
    for folder, _, names in os.walk(remote.folder.parent):
        assert Path(folder).stat().st_mode & 0o777 == 0o700
        assert all(Path(folder, name).stat().st_mode & 0o777 == 0o600 for name in names)
    assert host_of(copy_of(remote), [remote]) == "build"
    assert host_of(Path("/srv/copy/-shop/s1.jsonl"), [remote]) == ""


def test_what_was_appended_is_all_that_is_read(remote: Remote) -> None:
    machine = FileMachine({SESSION: (b"one\n" * 1000, 1000)})
    copies = Mirror(remote)
    read_all(copies, machine)
    inode = copy_of(remote).stat().st_ino
    machine.files[SESSION] = b"one\n" * 1000 + b"two\n", 1001
    machine.reads.clear()
    copies.look(machine)
    assert copy_of(remote).read_bytes() == b"one\n" * 1000 + b"two\n"
    assert copy_of(remote).stat().st_ino == inode
    assert machine.reads == [(SESSION, 4000 - mirror.TAIL_BYTES, 4000), (SESSION, 4000, 4004)]
    machine.reads.clear()
    read_all(Mirror(remote), machine)
    assert machine.reads == [], "another process sees by size and time that nothing is new"


def test_a_file_that_is_another_one_is_copied_anew(remote: Remote) -> None:
    machine = FileMachine({SESSION: (b"one\ntwo\n", 1000)})
    copies = Mirror(remote)
    read_all(copies, machine)
    for content, modified_s in ((b"new\nsession\n", 1001), (b"short\n", 1002), (b"other\n", 1003)):
        machine.files[SESSION] = content, modified_s
        read_all(copies, machine)
        assert copy_of(remote).read_bytes() == content


def test_half_a_line_waits_for_its_end_or_for_quiet(remote: Remote) -> None:
    seconds = _Seconds()
    machine = FileMachine({SESSION: (b"one\ntw", 1000)})
    copies = Mirror(remote, seconds)
    read_all(copies, machine)
    assert copy_of(remote).read_bytes() == b"one\n"
    machine.reads.clear()
    copies.look(machine)
    assert machine.reads == [], "nothing is new"
    machine.files[SESSION] = b"one\ntwo\nthr", 1001
    copies.look(machine)
    assert copy_of(remote).read_bytes() == b"one\ntwo\n"
    seconds.now += HOLD_S
    copies.look(machine)
    assert copy_of(remote).read_bytes() == b"one\ntwo\nthr"
    assert copy_of(remote).stat().st_mtime == 1001
    machine.files[SESSION] = b"one\ntwo\nthree\n", 1001
    copies.look(machine)
    assert copy_of(remote).read_bytes() == b"one\ntwo\nthree\n"


def test_who_looks_only_once_takes_half_a_line(remote: Remote) -> None:
    machine = FileMachine({SESSION: (b"one\ntw", 1000)})
    copies = Mirror(remote)
    copies.survey(machine)
    assert not copies.copy_next(machine, 60, is_only=True)
    assert copy_of(remote).read_bytes() == b"one\ntw"


def test_a_session_that_goes_on_does_not_wait_for_all_others(remote: Remote) -> None:
    paths = [f"/srv/copy/-shop/s{number}.jsonl" for number in range(5)]
    machine = FileMachine({path: (b"one\n", 1000 + number) for number, path in enumerate(paths)})
    seconds = _Seconds()
    copies = Mirror(remote, seconds)
    copies.survey(machine)
    seconds.now = 10
    assert copies.copy_next(machine, -1), "nothing was copied yet"
    machine.files[paths[4]] = b"one\ntwo\n", 1010
    copies.look(machine)
    assert copy_of(remote, paths[4]).read_bytes() == b"one\ntwo\n"
    assert not copies.copy_next(machine, 60)
    assert copy_of(remote, paths[4]).read_bytes() == b"one\ntwo\n", "an older look takes nothing back"
    assert copy_of(remote, paths[0]).read_bytes() == b"one\n"


def test_a_broken_connection_leaves_whole_lines_and_is_resumed(remote: Remote) -> None:
    content = b"".join(b"line %d\n" % number for number in range(100))
    machine = FileMachine({SESSION: (content, 1000)})
    machine.breaks_after = 400
    with pytest.raises(ConnectionResetError):
        read_all(Mirror(remote), machine)
    left = copy_of(remote).read_bytes()
    assert 300 < len(left) <= 406
    assert content.startswith(left)
    assert left.endswith(b"\n")
    machine.breaks_after = None
    machine.reads.clear()
    read_all(Mirror(remote), machine)
    assert copy_of(remote).read_bytes() == content
    assert machine.reads[-1] == (SESSION, len(left), len(content)), "the rest alone"


def test_a_rewritten_file_keeps_its_former_copy_until_the_new_one_is_whole(remote: Remote) -> None:
    machine = FileMachine({SESSION: (b"former\n" * 10, 1000)})
    copies = Mirror(remote)
    read_all(copies, machine)
    machine.files[SESSION] = b"rewritten\n" * 100, 1001
    machine.breaks_after = 700
    with pytest.raises(ConnectionResetError):
        read_all(copies, machine)
    assert copy_of(remote).read_bytes() == b"former\n" * 10
    machine.breaks_after = None
    read_all(copies, machine)
    assert copy_of(remote).read_bytes() == b"rewritten\n" * 100


def test_a_compressed_file_is_copied_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    remote = make_remote("codex", parse_remote_address("ssh://build/srv"), tmp_path / "archive.db")
    path = "/srv/rollout-1.jsonl.zst"
    machine = FileMachine({path: (b"\0\1\n\2" * 10, 1000)})
    copies = Mirror(remote)
    machine.breaks_after = 20
    with pytest.raises(ConnectionResetError):
        read_all(copies, machine)
    assert not copy_of(remote, path).exists()
    machine.breaks_after = None
    read_all(copies, machine)
    assert copy_of(remote, path).read_bytes() == b"\0\1\n\2" * 10


def test_a_copy_goes_with_its_file_unless_the_folder_cannot_be_listed(remote: Remote) -> None:
    other = "/srv/copy/-docs/s2.jsonl"
    machine = FileMachine({SESSION: (b"one\n", 1000), other: (b"two\n", 1000)})
    copies = Mirror(remote)
    read_all(copies, machine)
    machine.refused.add("/srv/copy/-docs")
    read_all(copies, machine)
    assert copy_of(remote, other).exists()
    machine.refused.clear()
    del machine.files[other]
    read_all(copies, machine)
    assert not copy_of(remote, other).exists()
    del machine.files[SESSION]
    read_all(copies, machine)
    assert copy_of(remote).exists(), "a folder without any session may be one that is not mounted"


def test_links_and_files_that_may_not_be_read_are_left_out(remote: Remote) -> None:
    link, secret, deep = "/srv/copy/-shop/link.jsonl", "/srv/copy/-shop/no.jsonl", f"/srv/copy/{'d/' * 20}s.jsonl"
    machine = FileMachine(dict.fromkeys((link, secret, deep, SESSION), (b"x\n", 1)))
    machine.others.add(link)
    machine.refused.add(secret)
    copies = Mirror(remote)
    read_all(copies, machine)
    assert copy_of(remote).exists()
    assert not any(copy_of(remote, path).exists() for path in (link, secret, deep))
    deepest = f"/srv/copy/{'d/' * 16}"[:-1]
    assert copies.skips().report() == {
        "link": {"files": 1, "examples": [link]},
        "too_deep": {"files": 1, "examples": [deepest]},
        "unreadable": {"files": 1, "examples": [secret]},
    }
    machine.refused.clear()
    machine.files[secret] = b"x\ny\n", 2
    read_all(copies, machine)
    assert "unreadable" not in copies.skips().report(), "it may be read now"


def test_a_folder_that_may_not_be_entered_is_named(remote: Remote) -> None:
    machine = FileMachine({SESSION: (b"one\n", 1000), "/srv/copy/-docs/s2.jsonl": (b"two\n", 1000)})
    machine.files["/srv/copy/-shop/notes.md"] = b"x", 1
    machine.refused.add("/srv/copy/-docs")
    copies = Mirror(remote)
    read_all(copies, machine)
    assert copies.skips().report() == {
        "other_format": {"files": 1, "examples": ["/srv/copy/-shop/notes.md"]},
        "unreadable": {"files": 1, "examples": ["/srv/copy/-docs"]},
    }


def test_what_lies_in_the_way_of_a_copy_is_not_written_through(remote: Remote, tmp_path: Path) -> None:
    outside = tmp_path / "outside.jsonl"
    outside.write_bytes(b"mine")
    Mirror(remote)
    copy_of(remote).parent.mkdir()
    copy_of(remote).symlink_to(outside)
    read_all(Mirror(remote), FileMachine({SESSION: (b"one\n", 1000)}))
    assert outside.read_bytes() == b"mine"
    assert copy_of(remote).read_bytes() == b"one\n"


def test_a_file_may_become_a_folder_and_a_folder_a_file(remote: Remote) -> None:
    name, below = "/srv/copy/a.jsonl", "/srv/copy/a.jsonl/b.jsonl"
    copies = Mirror(remote)
    for path in (name, below, name):
        read_all(copies, FileMachine({path: (b"x\n", 1), SESSION: (b"one\n", 1000)}))
        assert copy_of(remote, path).read_bytes() == b"x\n"


def test_a_disk_without_room_is_left_alone(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SPARE_BYTES", 1 << 60)
    with pytest.raises(FullDiskError, match="no room to spare"):
        read_all(Mirror(remote), FileMachine({SESSION: (b"one\n", 1000)}))


@pytest.mark.parametrize(
    ("source", "text", "places"),
    [
        ("claude_code", "ssh://build/srv/copy", [("/srv/copy", "files/srv/copy")]),
        ("claude_code", "ssh://build/~/copy", [("copy", "home/copy")]),
        ("pi", "ssh://build", [(".pi/agent/sessions", "home/.pi/agent/sessions")]),
        ("gptme", "ssh://build/~/x/conversation.jsonl", [("x/conversation.jsonl", "home/x/conversation.jsonl")]),
    ],
)
def test_places_keep_their_whole_path(source: str, text: str, places: list[tuple[str, str]], tmp_path: Path) -> None:
    remote = make_remote(source, parse_remote_address(text), tmp_path / "archive.db")
    assert [(root.remote, str(root.local.relative_to(remote.folder))) for root in remote.roots()] == places


def test_two_addresses_never_share_a_folder(tmp_path: Path) -> None:
    texts = ("ssh://build/srv", "ssh://ada@build/srv", "ssh://build:22/srv", "ssh://build/~/srv")
    folders = {make_remote("pi", parse_remote_address(text), tmp_path / "a.db").folder for text in texts}
    assert len(folders) == len(texts)


def test_a_single_file_may_be_named(tmp_path: Path) -> None:
    remote = make_remote("gptme", parse_remote_address("ssh://build/srv/conversation.jsonl"), tmp_path / "a.db")
    read_all(Mirror(remote), FileMachine({"/srv/conversation.jsonl": (b"one\n", 1000)}))
    assert copy_of(remote, "/srv/conversation.jsonl").read_bytes() == b"one\n"


def test_only_what_can_be_read_from_copies_is_followed() -> None:
    address = parse_remote_address("ssh://build/srv")
    line_files = ("claude_code", "kimi_cli", "droid")
    databases = ("crush", "goose", "opencode", "trajectory_db")
    followed = (*line_files, *databases, "cline", "openhands", "gemini_cli_json", "opencode_json")
    assert [kind for kind in followed if why_not_followed(kind, address)] == []
    why = why_not_followed("codex_store", address)
    assert why.startswith("codex_store=ssh://build/srv: what Codex")
    assert " cannot be read from copies" in why
    assert " claude_code, cline, " in why
    assert "codex_store" not in why.partition("; ")[2]
    nowhere = why_not_followed("trajectory_db", parse_remote_address("ssh://build"))
    assert nowhere.endswith("Trajectory database has no usual place, so name a path there.")


def test_what_lies_beside_a_session_comes_with_it(tmp_path: Path) -> None:
    remote = make_remote("kimi_cli", parse_remote_address("ssh://build"), tmp_path / "archive.db")
    session, registry = ".kimi/sessions/0a/5b/wire.jsonl", ".kimi/kimi.json"
    machine = FileMachine({session: (b"{}\n", 1000), registry: (b'{"work_dirs": []}', 1000), ".kimi/secret": (b"x", 1)})
    copies = Mirror(remote)
    read_all(copies, machine)
    assert (remote.folder / "home" / session).read_bytes() == b"{}\n"
    assert (remote.folder / "home" / registry).read_bytes() == b'{"work_dirs": []}'
    assert not (remote.folder / "home" / ".kimi" / "secret").exists()
    assert [path for path, *_ in machine.reads] == [registry, session], "what tells of a session comes first"
    assert copies.files == 1
    machine.files[registry] = b'{"work_dirs": [{}]}', 1001
    read_all(copies, machine)
    assert (remote.folder / "home" / registry).read_bytes() == b'{"work_dirs": [{}]}'


def test_a_document_is_copied_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    remote = make_remote("cline", parse_remote_address("ssh://build/srv"), tmp_path / "archive.db")
    task, beside = "/srv/1795/ui_messages.json", "/srv/1795/task_metadata.json"
    machine = FileMachine({task: (b"[\n1\n]", 1000), beside: (b"{}", 1000)})
    copies = Mirror(remote)
    read_all(copies, machine)
    assert copy_of(remote, task).read_bytes() == b"[\n1\n]"
    assert copy_of(remote, beside).read_bytes() == b"{}"
    machine.files[task] = b"[\n1,\n2\n]" + b" " * 100, 1001
    machine.breaks_after = 50
    with pytest.raises(ConnectionResetError):
        copies.look(machine)
    assert copy_of(remote, task).read_bytes() == b"[\n1\n]"
    machine.breaks_after = None
    copies.look(machine)
    assert copy_of(remote, task).read_bytes().split() == [b"[", b"1,", b"2", b"]"]
    read_all(copies, machine)
    assert copy_of(remote, beside).exists()


def test_events_come_in_their_order_and_before_what_tells_of_their_end(tmp_path: Path) -> None:
    remote = make_remote("openhands", parse_remote_address("ssh://build/srv"), tmp_path / "archive.db")
    state, events = "/srv/c1/base_state.json", "/srv/c1/events"
    machine = FileMachine({state: (b"{}", 1003)})
    machine.files |= {f"{events}/event-0000{number}-a.json": (b"{}", 1000 + number) for number in range(3)}
    machine.files[f"{events}/.lock"] = b"", 1
    copies = Mirror(remote)
    read_all(copies, machine)
    names = [f"event-0000{number}-a.json" for number in range(3)]
    assert [path for path, *_ in machine.reads] == [*(f"{events}/{name}" for name in names), state]
    assert sorted(path.name for path in copy_of(remote, events).iterdir()) == names
    assert copies.files == 1
    machine.reads.clear()
    machine.files |= {f"{events}/event-0000{number}-a.json": (b"{}", 1000 + number) for number in (4, 3)}
    machine.files[state] = b"{ }", 1005
    copies.look(machine)
    newer = [f"{events}/event-00003-a.json", f"{events}/event-00004-a.json"]
    assert [path for path, *_ in machine.reads] == [*newer, state]


def test_a_document_that_a_newer_version_took_over_is_left_to_its_lines(tmp_path: Path) -> None:
    remote = make_remote("gemini_cli_json", parse_remote_address("ssh://build"), tmp_path / "archive.db")
    shop = ".gemini/tmp/shop"
    old, document = f"{shop}/chats/session-1.json", f"{shop}/chats/session-2.json"
    machine = FileMachine(
        {old: (b"{}", 1000), document: (b"{ }", 1001), f"{shop}/.project_root": (b"/home/me/shop", 1)}
    )
    machine.files[f"{old}l"] = b"{}\n", 1002
    copies = Mirror(remote)
    read_all(copies, machine)
    home = remote.folder / "home"
    assert sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()) == [
        f"{shop}/.project_root",
        document,
    ]
    assert copies.files == 1
    machine.files[document] = b'{"messages": []}', 1003
    machine.reads.clear()
    copies.look(machine)
    assert (home / document).read_bytes() == b'{"messages": []}'
    assert machine.reads == [(document, 0, 16)]
    machine.files[f"{document}l"] = b"{}\n", 1004
    read_all(copies, machine)
    assert not (home / document).exists()


def test_messages_and_parts_come_before_the_session_that_all_names_together_tell(tmp_path: Path) -> None:
    remote = make_remote("opencode_json", parse_remote_address("ssh://build/srv/storage"), tmp_path / "archive.db")
    storage = "/srv/storage"
    files = {
        f"{storage}/session/p1/ses_1.json": 1001,
        f"{storage}/message/ses_1/msg_1a.json": 1000,
        f"{storage}/part/msg_1a/prt_1.json": 1000,
        f"{storage}/session/p2/ses_2.json": 2001,
        f"{storage}/message/ses_2/msg_2a.json": 2000,
        f"{storage}/part/msg_2a/prt_2.json": 2000,
    }
    strangers = {
        f"{storage}/todo/ses_1.json": 1,
        f"{storage}/part/msg_9z/prt_9.json": 1,
        f"{storage}/message/ses_1/.lock": 1,
    }
    machine = FileMachine({path: (b"{}", modified_s) for path, modified_s in (files | strangers).items()})
    copies = Mirror(remote)
    read_all(copies, machine)
    assert [path.removeprefix(f"{storage}/") for path, *_ in machine.reads] == [
        "message/ses_2/msg_2a.json",
        "part/msg_2a/prt_2.json",
        "session/p2/ses_2.json",
        "message/ses_1/msg_1a.json",
        "part/msg_1a/prt_1.json",
        "session/p1/ses_1.json",
    ]
    assert (copies.files, copies.skips().counts) == (2, {"other format": 3})
    machine.reads.clear()
    machine.files[f"{storage}/message/ses_1/msg_1b.json"] = b"{ }", 3000
    machine.files[f"{storage}/part/msg_1a/prt_1.json"] = b"[ ]", 3000
    copies.look(machine)
    assert sorted(path for path, *_ in machine.reads) == [
        f"{storage}/message/ses_1/msg_1b.json",
        f"{storage}/part/msg_1a/prt_1.json",
    ]
    del machine.files[f"{storage}/part/msg_2a/prt_2.json"]
    read_all(copies, machine)
    assert not copy_of(remote, f"{storage}/part/msg_2a/prt_2.json").exists()


def test_a_database_that_took_sessions_over_is_copied_first_and_as_a_database(tmp_path: Path) -> None:
    remote = make_remote("opencode_json", parse_remote_address("ssh://build/srv/storage"), tmp_path / "archive.db")
    made = tmp_path / "made.db"
    with closing(sqlite3.connect(made)) as connection:
        connection.execute("CREATE TABLE session (id TEXT)")
    machine = FileMachine({"/srv/storage/session/p1/ses_1.json": (b"{}", 1000)})
    machine.files["/srv/opencode.db"] = made.read_bytes(), 1000
    seconds = _Seconds()
    copies = Mirror(remote, seconds)
    read_all(copies, machine)
    assert copies.skips().counts == {"changing": 1}, "it was not still for long enough"
    seconds.now = 3.0
    read_all(copies, machine)
    assert copy_of(remote, "/srv/opencode.db").read_bytes() == made.read_bytes()
    assert [path for path, *_ in machine.reads] == ["/srv/storage/session/p1/ses_1.json", "/srv/opencode.db"]
    assert copies.files == 1
