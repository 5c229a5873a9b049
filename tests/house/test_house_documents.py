"""What the documents say exists, and what exists is in the documents."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

import ppp_tui
from ppp_tui.cli.main import root
from ppp_tui.cli.registry import COMMANDS
from ppp_tui.settings.source_names import BUILTIN
from tests.house.tables import brought_up_to_date
from tests.house.trees import ROOT, python_files

README = (ROOT / "README.md").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md"]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_command_in_a_document_exists(document: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", (ROOT / document).read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_links_to_exists(document: str) -> None:
    linked = re.findall(r"\]\((?!https?:|#)([^)#]+)", (ROOT / document).read_text(encoding="utf-8"))
    assert [path for path in linked if not (ROOT / path).exists()] == []


def commands() -> dict[str, click.Command]:
    context = click.Context(root)
    found = {name: root.get_command(context, name) for name in COMMANDS}
    return {name: command for name, command in found.items() if command is not None}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_listed_with_the_first_sentence_of_its_help(name: str) -> None:
    said = " ".join((commands()[name].help or "").split("\n\n")[0].split())
    assert said.startswith(COMMANDS[name].sentence)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_readme_tells_every_command_with_its_arguments_and_options(name: str) -> None:
    beginnings = tuple(f"| `ppp-tui {name}{end}" for end in (" ", "`"))
    rows = [line for line in README.splitlines() if line.startswith(beginnings)]
    assert len(rows) == 1
    command = commands()[name]
    shared = {option for parameter in root.params for option in parameter.opts}
    own = [
        parameter.opts[0] if isinstance(parameter, click.Option) else parameter.make_metavar(click.Context(command))
        for parameter in command.params
        if not getattr(parameter, "hidden", False) and not shared & set(parameter.opts)
    ]
    assert [word for word in own if word.strip("[].") not in rows[0]] == []


def test_the_tables_of_the_readme_are_those_of_the_code() -> None:
    assert brought_up_to_date(README) == README, "run make readme"


def test_the_readme_tells_every_option_that_all_commands_take() -> None:
    options = [option for parameter in root.params for option in parameter.opts]
    assert [option for option in options if option not in README] == []


def test_the_changelog_keeps_its_form() -> None:
    assert CHANGELOG.startswith("# Changelog\n")
    versions = re.findall(r"^## (.*)$", CHANGELOG, re.MULTILINE)
    assert versions[0] == "[Unreleased]"
    assert [line for line in versions[1:] if not re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", line)] == []
    kinds = set(re.findall(r"^### (.*)$", CHANGELOG, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_newest_version_in_the_changelog_is_this_one() -> None:
    newest = re.search(r"^## \[(\d+\.\d+\.\d+)\]", CHANGELOG, re.MULTILINE)
    assert newest is None or newest[1] == ppp_tui.__version__


def test_an_entry_of_the_changelog_is_short() -> None:
    entries = re.findall(r"^- (.*(?:\n  .*)*)", CHANGELOG, re.MULTILINE)
    assert [entry for entry in entries if len(entry.split()) > 25] == []


def test_architecture_names_every_folder_but_those_of_agents_which_a_table_names() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    folders = {path.parent.relative_to(ROOT / "ppp_tui") for path in python_files("ppp_tui")}
    folders -= {Path(), *(Path("sources", name) for name in BUILTIN)}
    assert [str(folder) for folder in sorted(folders) if f"`{'.'.join(folder.parts)}`" not in text] == []
