"""The four shipped themes: dark, light, the terminal's sixteen colours, and no colours.

One accent colour. Amber is for what needs the user, red for what is stuck or failed, and for nothing else. Every tone
has a colour variable of its name and a text style of its name and ``-style``, so that style sheets know tokens only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from textual.color import Color
from textual.theme import Theme

from ppp_tui.settings.theme_names import is_theme_name

DARK, LIGHT, SIXTEEN, MONO = "ppp-dark", "ppp-light", "ppp-16", "ppp-mono"
"""Names of the themes."""


class ThemePalette(NamedTuple):
    """The colours of a theme."""

    background: str
    surface: str
    panel: str
    foreground: str
    dim: str
    rule: str
    accent: str
    good: str
    notice: str
    amber: str
    red: str
    rose: str
    cursor: str
    cursor_blurred: str
    fresh: str
    match: str
    series: tuple[str, str, str, str, str, str]


_DARK = ThemePalette(
    background="#101418",
    surface="#151a20",
    panel="#1b2229",
    foreground="#d5dce4",
    dim="#98a4b2",
    rule="#2b343e",
    accent="#62b6de",
    good="#7cc08c",
    notice="#c3a0f0",
    amber="#f0b04c",
    red="#ff7a73",
    rose="#d9a0ac",
    cursor="#24384a",
    cursor_blurred="#1c252e",
    fresh="#1d2b26",
    match="#3d3a5c",
    series=("#62b6de", "#c3a0f0", "#7cc08c", "#d9a0ac", "#9fb4c8", "#b9c27a"),
)

_LIGHT = ThemePalette(
    background="#fbfbf9",
    surface="#f3f4f2",
    panel="#eaecea",
    foreground="#20262d",
    dim="#5b6570",
    rule="#cfd4d8",
    accent="#0a6690",
    good="#26693a",
    notice="#7139a8",
    amber="#855300",
    red="#b81f24",
    rose="#8f3e55",
    cursor="#d3e6f1",
    cursor_blurred="#e6eaed",
    fresh="#e3f0e4",
    match="#e2d9f3",
    series=("#0a6690", "#7139a8", "#26693a", "#8f3e55", "#4a5a6a", "#5e6412"),
)

_STYLES = {
    "heading": "bold",
    "needs-you": "bold",
    "stuck": "bold",
    "idle": "none",
    "stale": "italic",
    "dim": "none",
    "effort-low": "none",
    "effort-medium": "none",
    "effort-high": "bold",
    "severity-minor": "none",
    "severity-major": "none",
    "severity-critical": "bold",
    "accent": "none",
    "good": "none",
    "notice": "none",
    "working": "none",
    "added": "none",
    "removed": "none",
    "hunk": "none",
    "match": "bold",
    "code": "none",
    "cursor": "bold",
    "cursor-blurred": "none",
    "fresh": "none",
    "chip": "bold",
    "ghost": "none",
}
"""Text style of each tone and part, beside its colour."""


def _styles(changes: Mapping[str, str]) -> dict[str, str]:
    return {f"{name}-style": style for name, style in {**_STYLES, **changes}.items()}


def _tones(accent: str, good: str, notice: str, amber: str, red: str, rose: str, dim: str, text: str) -> dict[str, str]:
    return {
        "dim": dim,
        "heading": dim,
        "good": good,
        "notice": notice,
        "needs-you": amber,
        "working": accent,
        "stuck": red,
        "idle": dim,
        "stale": dim,
        "effort-low": dim,
        "effort-medium": text,
        "effort-high": notice,
        "severity-minor": dim,
        "severity-major": text,
        "severity-critical": notice,
        "added": good,
        "removed": rose,
        "hunk": accent,
        "match": text,
        "code": rose,
    }


def coloured_theme(name: str, palette: ThemePalette, *, is_dark: bool) -> Theme:
    """Return a theme with a value for every token that style sheets know."""
    p = palette
    variables = {
        **_tones(p.accent, p.good, p.notice, p.amber, red=p.red, rose=p.rose, dim=p.dim, text=p.foreground),
        **_styles({}),
        **{f"series-{number}": colour for number, colour in enumerate(p.series, 1)},
        "rule": p.rule,
        **_heat(p.rule, p.dim, p.accent),
        "cursor-background": p.cursor,
        "cursor-blurred-background": p.cursor_blurred,
        "fresh-background": p.fresh,
        "match-background": p.match,
        "chip-background": p.panel,
        "chip-foreground": p.accent,
        **_textual_parts(p.foreground, p.background, p.dim, p.accent, p.rule, p.cursor),
    }
    return Theme(
        name=name,
        primary=p.accent,
        secondary=p.accent,
        accent=p.accent,
        warning=p.amber,
        error=p.red,
        success=p.good,
        foreground=p.foreground,
        background=p.background,
        surface=p.surface,
        panel=p.panel,
        dark=is_dark,
        variables=variables,
    )


def _textual_parts(text: str, ground: str, dim: str, accent: str, rule: str, cursor: str) -> dict[str, str]:
    """Return variables that Textual's own widgets read, so that they use the palette's colours."""
    return {
        "text-muted": dim,
        "border": accent,
        "border-blurred": rule,
        "block-cursor-background": cursor,
        "block-cursor-foreground": text,
        "block-cursor-text-style": "bold",
        "footer-background": ground,
        "footer-foreground": dim,
        "footer-description-foreground": dim,
        "footer-description-background": ground,
        "footer-item-background": ground,
        "footer-key-foreground": accent,
        "footer-key-background": ground,
        "scrollbar": rule,
        "scrollbar-hover": dim,
        "scrollbar-active": accent,
        "scrollbar-background": ground,
        "scrollbar-background-hover": ground,
        "scrollbar-background-active": ground,
        "scrollbar-corner-color": ground,
        "input-selection-background": cursor,
    }


FAINT_SHARE = 0.7
"""How far the faintest colour of a chart lies from that of rules towards dim text: a little is no rule, but seen."""


def _heat(rule: str, dim: str, accent: str) -> dict[str, str]:
    """Return colours of a shadow and of five steps from little to much."""
    low, high = Color.parse(rule).blend(Color.parse(dim), FAINT_SHARE), Color.parse(accent)
    steps = {f"heat-{number}": low.blend(high, (number - 1) / 4).hex for number in range(1, 6)}
    return {"ghost": low.hex, **steps}


def _terminal(name: str, colours: Mapping[str, str], styles: Mapping[str, str]) -> Theme:
    """Return a theme of the terminal's own colours; `colours` names those that are not its default."""
    default = "ansi_default"
    accent, dim = colours.get("accent", default), colours.get("dim", default)
    tones = _tones(
        accent=accent,
        good=colours.get("good", default),
        notice=colours.get("notice", default),
        amber=colours.get("amber", default),
        red=colours.get("red", default),
        rose=colours.get("rose", default),
        dim=dim,
        text=default,
    )
    series = ("accent", "notice", "good", "rose", "dim", "blue")
    variables = {
        **tones,
        **_styles(styles),
        **{f"series-{number}": colours.get(colour, default) for number, colour in enumerate(series, 1)},
        "rule": dim,
        "ghost": dim,
        **{f"heat-{number}": accent if number > 1 else dim for number in range(1, 6)},
        "cursor-background": default,
        "cursor-blurred-background": default,
        "fresh-background": default,
        "match-background": default,
        "chip-background": default,
        "chip-foreground": accent,
        **_textual_parts(default, default, default, accent, dim, default),
        "ansi-background": default,
        "ansi-foreground": default,
        "block-cursor-text-style": "reverse bold",
        "input-cursor-text-style": "reverse",
    }
    return Theme(
        name=name,
        primary=accent,
        secondary=accent,
        accent=accent,
        warning=tones["needs-you"],
        error=tones["stuck"],
        success=tones["good"],
        foreground=default,
        background=default,
        surface=default,
        panel=default,
        boost=default,
        ansi=True,
        dark=True,
        variables=variables,
    )


_SIXTEEN = {
    "accent": "ansi_cyan",
    "good": "ansi_green",
    "notice": "ansi_magenta",
    "amber": "ansi_yellow",
    "red": "ansi_red",
    "rose": "ansi_magenta",
    "dim": "ansi_bright_black",
    "blue": "ansi_blue",
}

_REVERSED = {
    "cursor": "bold reverse",
    "cursor-blurred": "underline",
    "fresh": "bold",
    "match": "bold reverse",
    "chip": "bold reverse",
}

_WITHOUT_COLOUR = {
    **_REVERSED,
    "dim": "dim",
    "idle": "dim",
    "stale": "dim italic",
    "effort-low": "dim",
    "severity-minor": "dim",
    "heading": "bold",
    "hunk": "bold",
    "removed": "dim",
    "notice": "bold",
    "working": "none",
}

THEMES: tuple[Theme, ...] = (
    coloured_theme(DARK, _DARK, is_dark=True),
    coloured_theme(LIGHT, _LIGHT, is_dark=False),
    _terminal(SIXTEEN, _SIXTEEN, _REVERSED),
    _terminal(MONO, {}, _WITHOUT_COLOUR),
)
"""Themes that are always registered; each has every variable of the style sheets."""


def choose_theme(wanted: str, environ: Mapping[str, str]) -> str:
    """Return the theme to start with: `wanted` if such a theme exists, else what the terminal supports.

    A non-empty ``NO_COLOR`` (https://no-color.org) chooses no colour whatever is wanted. Textual removes that variable
    when an app is made, so ask before.
    """
    if environ.get("NO_COLOR"):
        return MONO
    if wanted != "auto" and is_theme_name(wanted):
        return wanted
    term = environ.get("TERM", "")
    if term == "dumb":
        return MONO
    if environ.get("COLORTERM") in {"truecolor", "24bit"} or "256color" in term or "direct" in term:
        return DARK
    return SIXTEEN
