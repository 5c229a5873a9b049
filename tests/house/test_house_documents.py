"""What the documents say exists, and what exists is in the documents."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import click
import pytest

import ppp_tui
from ppp_tui.cli.main import root
from ppp_tui.cli.registry import COMMANDS
from ppp_tui.settings.layers import from_toml
from ppp_tui.settings.source_names import BUILTIN
from tests.house.tables import TABLES, brought_up_to_date
from tests.house.trees import ROOT, python_files, tree

REFERENCE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
SETTINGS = list(from_toml((ROOT / "config.toml").read_text(encoding="utf-8"), "shipped"))
DOCUMENTS = sorted(str(path.relative_to(ROOT)) for folder in (ROOT, ROOT / "docs") for path in folder.glob("*.md"))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_command_in_a_document_exists(document: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", (ROOT / document).read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_links_to_exists(document: str) -> None:
    linked = re.findall(r"\]\((?!https?:|#)([^)#]+)", (ROOT / document).read_text(encoding="utf-8"))
    assert [path for path in linked if not ((ROOT / document).parent / path).exists()] == []


def commands() -> dict[str, click.Command]:
    context = click.Context(root)
    found = {name: root.get_command(context, name) for name in COMMANDS}
    return {name: command for name, command in found.items() if command is not None}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_listed_with_the_first_sentence_of_its_help(name: str) -> None:
    said = " ".join((commands()[name].help or "").split("\n\n")[0].split())
    assert said.startswith(COMMANDS[name].sentence)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_reference_tells_every_command_with_its_arguments_and_options(name: str) -> None:
    beginnings = tuple(f"| `ppp-tui {name}{end}" for end in (" ", "`"))
    rows = [line for line in REFERENCE.splitlines() if line.startswith(beginnings)]
    assert len(rows) == 1
    command = commands()[name]
    shared = {option for parameter in root.params for option in parameter.opts}
    own = [
        parameter.opts[0] if isinstance(parameter, click.Option) else parameter.make_metavar(click.Context(command))
        for parameter in command.params
        if not getattr(parameter, "hidden", False) and not shared & set(parameter.opts)
    ]
    assert [word for word in own if word.strip("[].") not in rows[0]] == []


@pytest.mark.parametrize("document", TABLES)
def test_the_tables_of_a_document_are_those_of_the_code(document: str) -> None:
    assert brought_up_to_date(document) == (ROOT / document).read_text(encoding="utf-8"), "run make tables"


def test_the_reference_tells_every_option_that_all_commands_take() -> None:
    options = [option for parameter in root.params for option in parameter.opts]
    assert [option for option in options if option not in REFERENCE] == []


@pytest.mark.parametrize("document", [document for document in DOCUMENTS if document != "CHANGELOG.md"])
def test_every_command_and_option_that_a_document_shows_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    fenced = re.findall(r"^```sh$(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`(ppp-tui [^`]*)`", text)
    shown = [line for part in (*fenced, *spans) for line in re.findall(r"\bppp-tui ([^\n#|;)\"&]*)", part)]
    assert [line for line in shown if not is_callable(line)] == []


def is_callable(line: str) -> bool:
    """Whether the words of a command line name commands, and options that these take."""
    command: click.Command = root
    options = {"--help", *(option for parameter in root.params for option in parameter.opts)}
    for word in re.findall(r"(?<![^\s\[])(?:--[a-z-]+|[a-z-]+)(?![^\s\]])", line):
        if word.startswith("--"):
            if word not in options:
                return False
        elif isinstance(command, click.Group):
            inner = command.get_command(click.Context(command), word)
            if inner is None:
                return False
            command = inner
            options |= {option for parameter in inner.params for option in parameter.opts}
    return True


@pytest.mark.parametrize(
    ("line", "is_right"),
    [
        ("sessions 'cost>1' --limit 3", True),
        ("team push --dry-run", True),
        ("--team", True),
        ("session", False),
        ("sessions --lines", False),
        ("team pull", False),
        ("[--team] usage [--bye]", False),
    ],
)
def test_a_command_line_of_a_document_is_looked_up(line: str, is_right: bool) -> None:
    assert is_callable(line) is is_right


def test_every_document_is_reached_from_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [document for document in DOCUMENTS if document != "README.md" and f"]({document}" not in text] == []


def test_the_readme_can_be_read_in_a_few_minutes() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) <= 1500


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


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_module_that_a_document_names_exists(document: str) -> None:
    rooms = {path.name.removesuffix(".py") for path in (ROOT / "ppp_tui").iterdir()}
    text = (ROOT / document).read_text(encoding="utf-8")
    named = {name.removeprefix("ppp_tui.") for name in re.findall(r"`((?:\w+\.)+\w+)`", text)}
    settings = {".".join(key[:size]) for key in SETTINGS for size in range(2, len(key) + 1)}
    unknown = {name for name in named - settings if name.partition(".")[0] in rooms and not is_a_name_of_ours(name)}
    assert unknown == set()


def is_a_name_of_ours(name: str) -> bool:
    """Whether a dotted name leads to a folder or module of the package, or to something that stands in a module."""
    parts = name.split(".")
    for size in range(len(parts), 0, -1):
        path = ROOT.joinpath("ppp_tui", *parts[:size])
        module = next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)
        if module or path.is_dir():
            rest = parts[size : size + 1]
            return not rest or (module is not None and rest[0] in defined_names(module))
    return False


def defined_names(module: Path) -> set[str]:
    defined = {node.name for node in tree(module).body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    targets = (node for node in tree(module).body if isinstance(node, ast.Assign | ast.AnnAssign))
    return defined | {name.id for node in targets for name in ast.walk(node) if isinstance(name, ast.Name)}


@pytest.mark.parametrize("document", [document for document in DOCUMENTS if document != "CHANGELOG.md"])
def test_every_setting_that_a_document_names_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    sections = {key[0] for key in SETTINGS if len(key) > 1}
    named = {tuple(name.split(".")) for name in re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)(?: = [^`]*)?`", text)}
    groups = {key[:size] for key in SETTINGS for size in range(1, len(key) + 1)}
    unknown = {name for name in named if name[0] in sections and name not in groups}
    assert {name for name in unknown if not is_a_name_of_ours(".".join(name))} == set()
