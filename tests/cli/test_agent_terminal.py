"""To the session: the pane of an agent's process is found and brought up, and nothing else is done to it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.cli.agent_terminal import ProcessView, bring_up, view_process
from ppp_tui.tui.ports import CannotBringUpError

PANES = "100 %0 1 main\n200 %7 0 side\nnonsense\n"


class Programs:
    """Programs that remember how they were called, and answer what they are told."""

    def __init__(self, output: str = "", missing: str = "", failing: str = "") -> None:
        self.calls: list[tuple[str, ...]] = []
        self._output, self._missing, self._failing = output, missing, failing

    def __call__(self, arguments: Sequence[str], further: Mapping[str, str]) -> str:
        """Remembered."""
        if arguments[0] == self._missing:
            raise FileNotFoundError(arguments[0])
        if self._failing and self._failing in arguments:
            raise CannotBringUpError(f"{arguments[0]} failed: no")
        self.calls.append((*(f"{name}={value}" for name, value in further.items()), *arguments))
        return self._output


def brought_up(programs: Programs, own: Mapping[str, str] | None = None, **environment: Any) -> str:
    process = ProcessView((4711, 300, 200, 1), environment, "/dev/pts/3")
    return bring_up(4711, lambda _pid: process, programs, own or {})


def test_tmux_pane_is_the_one_whose_first_process_is_an_ancestor_whatever_the_environment_names() -> None:
    programs = Programs(PANES)
    sentence = brought_up(programs, {"TMUX": "/tmp/s,9,0"}, TMUX="/tmp/s,9,0", TMUX_PANE="%0")
    assert sentence == "tmux shows its pane %7 of session side."
    assert programs.calls[1:] == [
        ("tmux", "-S", "/tmp/s", "select-window", "-t", "%7"),
        ("tmux", "-S", "/tmp/s", "select-pane", "-t", "%7"),
        ("tmux", "-S", "/tmp/s", "switch-client", "-t", "%7"),
    ]


def test_tmux_session_that_nothing_shows_is_told_with_the_command_that_shows_it() -> None:
    programs = Programs(PANES)
    assert brought_up(programs, TMUX="/tmp/s,9,0") == ("Its pane is selected; nothing shows it: tmux attach -t side")
    assert all("switch-client" not in call for call in programs.calls)


def test_zellij_pane_is_focused_in_its_session() -> None:
    programs = Programs()
    assert brought_up(programs, ZELLIJ_SESSION_NAME="work", ZELLIJ_PANE_ID="5") == (
        "zellij shows its pane 5 of session work."
    )
    assert programs.calls == [("zellij", "--session", "work", "action", "focus-pane-id", "terminal_5")]


def test_zellij_without_that_command_says_which_version_has_it() -> None:
    with pytest.raises(CannotBringUpError, match=r"pane 5 of zellij session work; focus-pane-id needs zellij 0\.44"):
        brought_up(Programs(failing="focus-pane-id"), ZELLIJ_SESSION_NAME="work", ZELLIJ_PANE_ID="5")


def test_wezterm_pane_is_activated_over_the_socket_of_its_own_terminal() -> None:
    programs = Programs()
    assert brought_up(programs, WEZTERM_PANE="3", WEZTERM_UNIX_SOCKET="/run/w") == "WezTerm shows its pane 3."
    assert programs.calls == [
        ("WEZTERM_UNIX_SOCKET=/run/w", "wezterm", "cli", "activate-pane", "--pane-id", "3"),
    ]


def test_kitty_window_is_focused_over_its_socket() -> None:
    programs = Programs()
    assert brought_up(programs, KITTY_WINDOW_ID="2", KITTY_LISTEN_ON="unix:/tmp/k") == "kitty shows its window 2."
    assert programs.calls == [
        ("kitten", "@", "--to", "unix:/tmp/k", "focus-window", "--match", "id:2"),
    ]


@pytest.mark.parametrize("address", ["", "tcp:203.0.113.9:1234"])
def test_kitty_without_a_local_socket_is_not_spoken_to(address: str) -> None:
    programs = Programs()
    with pytest.raises(CannotBringUpError, match="set allow_remote_control and listen_on"):
        brought_up(programs, KITTY_WINDOW_ID="2", KITTY_LISTEN_ON=address)
    assert programs.calls == []


@pytest.mark.parametrize(
    "environment",
    [
        {"WEZTERM_PANE": "3 --class x"},
        {"KITTY_WINDOW_ID": "id:1 or all"},
        {"ZELLIJ_SESSION_NAME": "--config=/tmp/x", "ZELLIJ_PANE_ID": "1"},
        {"ZELLIJ_SESSION_NAME": "work", "ZELLIJ_PANE_ID": "1\n2"},
        {"TMUX": "relative,1,0"},
    ],
)
def test_hostile_environment_reaches_no_program(environment: dict[str, str]) -> None:
    programs = Programs()
    with pytest.raises(CannotBringUpError, match="It writes to /dev/pts/3"):
        brought_up(programs, None, **environment)
    assert programs.calls == []


@pytest.mark.parametrize(
    ("program", "environment"),
    [
        ("tmux", {"TMUX": "/tmp/s,1,0"}),
        ("zellij", {"ZELLIJ_SESSION_NAME": "work", "ZELLIJ_PANE_ID": "1"}),
        ("wezterm", {"WEZTERM_PANE": "1"}),
        ("kitten", {"KITTY_WINDOW_ID": "1", "KITTY_LISTEN_ON": "unix:/tmp/k"}),
    ],
)
def test_program_that_is_not_installed_is_named(program: str, environment: dict[str, str]) -> None:
    with pytest.raises(CannotBringUpError, match=f"{program} is not on the PATH"):
        brought_up(Programs(missing=program), None, **environment)


def test_process_that_is_gone_is_told() -> None:
    with pytest.raises(CannotBringUpError, match="Its process is gone"):
        bring_up(4711, lambda _pid: None, Programs())


def test_system_tells_of_this_very_process_and_of_none_that_is_gone() -> None:
    process = view_process(os.getpid())
    assert process is not None
    assert process.ancestry[:2] == (os.getpid(), os.getppid())
    child = subprocess.Popen(["true"])
    child.wait()
    assert view_process(child.pid) is None


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux here")
def test_real_tmux_selects_the_pane_of_a_process_and_types_nothing(tmp_path: Path) -> None:
    socket = tmp_path / "s"
    tmux = ["tmux", "-f", "/dev/null", "-S", str(socket)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TMUX")}
    subprocess.run([*tmux, "new-session", "-d", "-s", "side", "cat"], check=True, env=environment)
    try:
        subprocess.run([*tmux, "new-window", "-t", "side", "cat"], check=True, env=environment)
        panes = subprocess.run(
            [*tmux, "list-panes", "-a", "-F", "#{pane_pid}"], check=True, capture_output=True, text=True
        ).stdout.split()
        sentence = bring_up(int(panes[0]), own_environment={})
        shown = subprocess.run(
            [*tmux, "display-message", "-p", "-t", "side", "#{pane_pid}"], check=True, capture_output=True, text=True
        ).stdout.strip()
        typed = subprocess.run(
            [*tmux, "capture-pane", "-p", "-t", "side"], check=True, capture_output=True, text=True
        ).stdout.strip()
        assert (sentence, shown, typed) == (
            "Its pane is selected; nothing shows it: tmux attach -t side",
            panes[0],
            "",
        )
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)
