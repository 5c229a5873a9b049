"""Which files a call names, and what of it is handed on whole."""

from __future__ import annotations

import msgspec
import pytest

from ppp_tui.sources.claude_code.records import ContentBlock
from ppp_tui.sources.claude_code.tools import read_call
from ppp_tui.sources.codex.tools import CodexCall, files_of, read_custom
from ppp_tui.sources.source import Payload

PATCH = "*** Begin Patch\n*** Update File: src/a.py\n@@\n-x\n+y\n*** Add File: b.py\n+*** Add File: no\n*** End Patch\n"


def block(name: str, given: str) -> ContentBlock:
    return ContentBlock("tool_use", id="c1", name=name, input=msgspec.Raw(given.encode()))


@pytest.mark.parametrize(
    ("name", "given", "command", "paths"),
    [
        ("Bash", '{"command": "pytest -q"}', "pytest -q", ()),
        ("Read", '{"file_path": "/shop/a.py"}', "", ("/shop/a.py",)),
        ("Write", '{"file_path": "/shop/ä.py", "content": "x"}', "", ("/shop/ä.py",)),
        ("NotebookEdit", '{"notebook_path": "/shop/a.ipynb"}', "", ("/shop/a.ipynb",)),
        ("Grep", '{"pattern": "x", "path": "/shop"}', "", ()),
        ("Read", '{"file_path": 7}', "", ()),
        ("BashOutput", '{"bash_id": "7"}', "", ()),
    ],
)
def test_files_of_claude_code_calls_are_named(name: str, given: str, command: str, paths: tuple[str, ...]) -> None:
    called = read_call(block(name, given))
    assert (called.command, called.paths) == (command, paths)


def test_every_file_of_a_patch_is_named_and_none_of_its_lines() -> None:
    assert files_of(read_custom("apply_patch", PATCH)) == ("src/a.py", "b.py")
    assert files_of(CodexCall("shell", "shell", "", Payload(f"apply_patch <<'EOF'\n{PATCH}EOF"))) == (
        "src/a.py",
        "b.py",
    )


def test_changes_that_an_event_lists_name_their_files() -> None:
    listed = Payload("*** update src/a.py\n@@\n-x\n+y\n*** delete b.py\n", "diff")
    assert files_of(CodexCall("edit", "apply_patch", "src/a.py and 1 more", listed)) == ("src/a.py", "b.py")


def test_a_command_that_only_speaks_of_a_patch_names_no_file() -> None:
    assert files_of(CodexCall("shell", "shell", "", Payload("grep '*** Update File: a.py' log"))) == ()
    assert files_of(CodexCall("read", "view_image", "shop.png", Payload("shop.png"))) == ("shop.png",)
