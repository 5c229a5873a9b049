"""Data never passes through markup, and colours have one home."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

from textual._color_constants import COLOR_NAME_TO_RGB
from textual.widget import Widget

import ppp_tui.tui
from ppp_tui.tui.widgets.guarded import Guarded
from tests.house.trees import ROOT, dotted, nodes, place, python_files

SCREENS = python_files("ppp_tui/tui", "ppp_tui/cli", "ppp_tui/demo")
THEMES = ROOT / "ppp_tui" / "tui" / "themes"
MARKUP_WIDGETS = {"Static", "Label", "OptionList", "SelectionList"}
"""Textual's widgets that read their text as markup unless told otherwise."""
MARKUP_FIELDS = {"border_title", "border_subtitle", "tooltip"}
"""Fields of every widget that are read as markup."""
HEX = re.compile(r"#[0-9a-fA-F]{3,8}\b")
DECLARATION = re.compile(r"([\w-]+)\s*:\s*([^;{}]+);")


def calls() -> Iterator[tuple[str, ast.Call]]:
    for path in SCREENS:
        for node in nodes(path):
            if isinstance(node, ast.Call):
                yield place(path, node), node


def keyword(call: ast.Call, name: str) -> object:
    """The constant that a keyword is given; None for anything else."""
    return next(
        (word.value.value for word in call.keywords if word.arg == name and isinstance(word.value, ast.Constant)), None
    )


def widget_classes(base: type[Widget] = Widget) -> Iterator[type[Widget]]:
    """All classes below `base` that this package defines, and that it derives from directly or not."""
    for kind in base.__subclasses__():
        if kind.__module__.startswith("ppp_tui."):
            yield kind
        yield from widget_classes(kind)


def test_every_widget_survives_its_faults() -> None:
    for module in walk_packages(ppp_tui.tui.__path__, "ppp_tui.tui."):
        import_module(module.name)
    # `TonedScreen` is mixed into screens that are.
    assert {kind.__name__ for kind in widget_classes() if not issubclass(kind, Guarded)} == {"TonedScreen"}


def test_containers_and_plain_texts_are_those_that_survive_their_faults() -> None:
    bare = [
        f"{place(path, node)} {entry.name}"
        for path in SCREENS
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom)
        for entry in node.names
        if node.module == "textual.containers" or (node.module == "textual.widgets" and entry.name != "Input")
    ]
    assert bare == []


def test_workers_keep_nothing_of_what_they_were_given() -> None:
    imported = [
        place(path, node)
        for path in SCREENS
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom)
        and node.module == "textual"
        and any(entry.name == "work" for entry in node.names)
    ]
    # Textual's own decorator prints all arguments whenever a worker starts; that of `tui.widgets.workers` does not.
    assert imported == []


def test_nothing_is_made_from_markup() -> None:
    makers = [where for where, call in calls() if dotted(call.func).split(".")[-1] in {"from_markup", "render_markup"}]
    assert makers == []
    assert [where for where, call in calls() if keyword(call, "markup") is True] == []


def test_widgets_that_would_read_markup_are_told_not_to() -> None:
    reading = [
        where
        for where, call in calls()
        if dotted(call.func).split(".")[-1] in MARKUP_WIDGETS and keyword(call, "markup") is not False
    ]
    assert reading == []


def test_titles_and_tooltips_are_literal() -> None:
    assigned = [
        place(path, node)
        for path in SCREENS
        for node in nodes(path)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Attribute) and target.attr in MARKUP_FIELDS for target in node.targets)
        and not isinstance(node.value, ast.Constant)
    ]
    assert assigned == []


def test_no_module_but_the_themes_knows_a_colour() -> None:
    found = [
        place(path, node)
        for path in SCREENS
        if THEMES not in path.parents
        for node in nodes(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and is_hex_colour(node.value)
    ]
    named = [
        where
        for where, call in calls()
        if not where.startswith("ppp_tui/tui/themes/")
        and any(keyword(call, name) in COLOR_NAME_TO_RGB for name in ("color", "bgcolor", "background", "foreground"))
    ]
    assert found + named == []


def is_hex_colour(text: str) -> bool:
    """A word of a few letters, such as ``#feed``, is the id of a widget."""
    return HEX.fullmatch(text) is not None and (len(text) in (7, 9) or any(letter.isdigit() for letter in text))


def test_style_sheets_take_every_colour_from_the_theme() -> None:
    found = [
        f"styles/{sheet.name}: {name}: {value}"
        for sheet in sorted((ROOT / "styles").rglob("*.tcss"))
        for name, value in DECLARATION.findall(
            re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        )
        if HEX.search(value)
        or re.search(r"\b(?:rgba?|hsla?)\(", value)
        or {word for word in re.findall(r"(?<![$\w-])[a-z_]+", value) if word in COLOR_NAME_TO_RGB} - {"transparent"}
    ]
    assert found == []
