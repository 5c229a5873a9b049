"""The page that shows pictures which changed: before and after, side by side."""

from __future__ import annotations

import base64
import html
from pathlib import Path

STYLE = """
body { font: 14px sans-serif; margin: 1em; background: #ddd; color: #111 }
section { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1em }
h2 { grid-column: 1 / -1; margin: 1.5em 0 0 }
img { width: 100% }
"""


def render_page(before: Path, after: Path, names: list[str]) -> str:
    """Return HTML that needs no other file: each named picture of both folders, "none" where a folder lacks it."""
    sections = "\n".join(
        f"<section><h2>{html.escape(name)}</h2><p>Before{_image(before / name)}</p><p>After{_image(after / name)}</p>"
        "</section>"
        for name in names
    )
    return (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>Pictures that changed</title>'
        f"<style>{STYLE}</style>\n<h1>{len(names)} pictures changed</h1>\n{sections}\n</html>\n"
    )


def _image(path: Path) -> str:
    if not path.exists():
        return ": none"
    # As an image, a picture's style sheet and ids stay its own.
    return f'<img alt="" src="data:image/svg+xml;base64,{base64.b64encode(path.read_bytes()).decode()}">'
