"""The end of a path, which is what tells files apart where there is room for a few words."""

from __future__ import annotations

import re

_SEPARATOR = re.compile(r"[/\\]")


def path_tail(path: str, parts: int) -> str:
    """The last parts of a path of any system: ``template/render.go`` of ``D:\\src\\template\\render.go`` for two."""
    pieces = [piece for piece in _SEPARATOR.split(path) if piece]
    return "/".join(pieces[-parts:]) if len(pieces) > parts else path
