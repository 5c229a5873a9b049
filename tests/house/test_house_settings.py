"""Every setting has its sentence in the shipped file, and somebody who reads it."""

from __future__ import annotations

import ast
import re

from ppp_tui.settings.layers import FREE_TABLES, from_toml
from ppp_tui.settings.source_names import BUILTIN
from ppp_tui.settings.theme_names import THEME_NAMES
from ppp_tui.sources import registry
from ppp_tui.tui.themes.derived import derived_themes
from ppp_tui.tui.themes.palette import THEMES
from tests.house.trees import ROOT, dotted, nodes, python_files

SHIPPED = (ROOT / "config.toml").read_text(encoding="utf-8")
KEYS = [".".join(key) for key in from_toml(SHIPPED, "shipped") if key not in FREE_TABLES]


def test_every_setting_has_one_sentence_above_it() -> None:
    lines = SHIPPED.splitlines()
    settings = [number for number, line in enumerate(lines) if re.match(r"\w+ = |\[keys\]", line)]
    assert len(settings) == len(KEYS) + 1
    assert [lines[number] for number in settings if not re.match(r"# [A-Z].*\.$", lines[number - 1])] == []


def test_every_setting_is_read_outside_the_settings() -> None:
    read = {
        dotted(node)
        for path in python_files("ppp_tui")
        if "settings" not in path.relative_to(ROOT).parts
        for node in nodes(path)
        if isinstance(node, ast.Attribute)
    }
    unread = [key for key in [*KEYS, "settings.keys"] if not any(f".{name}".endswith(f".{key}") for name in read)]
    assert unread == []


def test_every_builtin_source_is_a_package_and_every_package_is_named() -> None:
    folders = {path.parent.name for path in (ROOT / "ppp_tui" / "sources").glob("*/__init__.py")}
    assert set(BUILTIN) == folders
    assert [registry.source(name).name for name in BUILTIN] == list(BUILTIN)


def test_settings_know_every_theme_and_no_other() -> None:
    assert ("auto", *(theme.name for theme in (*THEMES, *derived_themes()))) == THEME_NAMES
