"""Tells what a person typed from what Codex puts into the model's history in a person's place."""

from __future__ import annotations

import re

from ppp_tui.sources.codex.questions import is_envelope
from ppp_tui.sources.codex.raw_json import loose, part_text
from ppp_tui.sources.codex.records import HistoryItem

_INJECTED = (
    "# AGENTS.md",
    "<environment_context>",
    "<INSTRUCTIONS>",
    "<user_instructions>",
    "<turn_aborted>",
    "<skill>",
    "<subagent_notification>",
    "<goal_context>",
    "<codex_internal_context",
    "<recommended_plugins>",
    "<user_shell_command>",
    "<user_action>",
    "<hook_prompt",
    "<permissions instructions>",
    "<collaboration_mode>",
    "<model_switch>",
    "<skills_instructions>",
    "<plugins_instructions>",
    "<apps_instructions>",
    "<personality_spec>",
)
_TYPED = "user."
"""What a kind of content begins with that a person gave: `user.text`."""

_EDITOR = "# Context from my IDE setup:"
_REQUEST = "## My request for Codex:"
"""Editor extensions put the open files above the prompt, and this line between them."""

_FOLDER = re.compile(r"<cwd>([^<]+)</cwd>")


def typed_text(item: HistoryItem) -> str:
    """What a person typed of a user message, '' if it is all Codex's own."""
    parts = loose(item.content)
    if isinstance(parts, str):
        parts = [parts]
    if not isinstance(parts, list):
        return ""
    passthrough = item.internal_chat_message_metadata_passthrough
    kinds = passthrough.content_item_kinds if passthrough else None
    if kinds and len(kinds) == len(parts):
        told_parts = zip(map(part_text, parts), kinds, strict=True)
        typed = [text for text, kind in told_parts if kind.startswith(_TYPED) or is_envelope(text)]
        return own_words("\n".join(filter(None, typed)))
    texts = [text for text in map(part_text, parts) if text and not text.lstrip().startswith(_INJECTED)]
    return own_words("\n".join(texts))


def own_words(text: str) -> str:
    """A prompt without what an editor extension put above it."""
    if text.lstrip().startswith(_EDITOR) and _REQUEST in text:
        return text.partition(_REQUEST)[2].strip()
    return text


def told_folder(item: HistoryItem) -> str:
    """The project folder out of the environment that the model is told of, '' if this is not it."""
    parts = loose(item.content)
    for text in map(part_text, parts if isinstance(parts, list) else [parts]):
        if text.lstrip().startswith("<environment_context>"):
            matched = _FOLDER.search(text)
            return matched[1].strip() if matched else ""
    return ""
