"""The end of a path."""

from __future__ import annotations

import pytest

from ppp_tui.model.project import path_tail


@pytest.mark.parametrize(
    ("path", "parts", "tail"),
    [
        ("/home/dev/shop/app.py", 1, "app.py"),
        ("/home/dev/shop/app.py", 2, "shop/app.py"),
        ("D:\\src\\template\\render.go", 2, "template/render.go"),
        ("app.py", 2, "app.py"),
        ("/app.py", 1, "/app.py"),
        ("src/app.py and 2 more", 1, "app.py and 2 more"),
        ("/home/dev/", 1, "dev"),
        ("", 1, ""),
    ],
)
def test_the_last_parts_are_kept(path: str, parts: int, tail: str) -> None:
    assert path_tail(path, parts) == tail
