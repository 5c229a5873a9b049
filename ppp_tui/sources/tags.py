"""Texts between the tags that agents put into messages, found in linear time.

A search with ``<tag>(.*?)</tag>`` reads on to the end at every opening tag that nothing closes; a message of many of
them would keep a parser busy for minutes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class Element(NamedTuple):
    """A text between an opening tag and the next closing one, and where both tags lie."""

    tag: str
    text: str
    start: int
    end: int


def elements(text: str, *tags: str) -> Iterator[Element]:
    """Yield the elements of some tags in their order; tags inside an element are part of its text."""
    opening = re.compile(f"<({'|'.join(re.escape(tag) for tag in tags)})>")
    unclosed: set[str] = set()
    end = 0
    while opened := opening.search(text, end):
        tag, end = opened[1], opened.end()
        closing = -1 if tag in unclosed else text.find(f"</{tag}>", end)
        if closing < 0:
            unclosed.add(tag)
            continue
        start, end = end, closing + len(f"</{tag}>")
        yield Element(tag, text[start:closing], opened.start(), end)


def tagged_text(text: str, tag: str) -> str | None:
    """Return the text of the first element of a tag, None if the message has no such element."""
    return next((element.text for element in elements(text, tag)), None)
