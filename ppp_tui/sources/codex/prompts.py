"""Distinguishes what a user typed from what Codex puts into the model's history in the user's place."""

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
"""Prefix of the kinds of content that a user typed, such as `user.text`."""

_EDITOR = "# Context from my IDE setup:"
_REQUEST = "## My request for Codex:"
"""Line between the open files, which editor extensions put above the prompt, and the prompt."""

_FOLDER = re.compile(r"<cwd>([^<]+)</cwd>")


def typed_text(item: HistoryItem) -> str:
    """Return what a user typed of a user message, '' if it is all Codex's own."""
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
    """Return a prompt without what an editor extension put above it."""
    if text.lstrip().startswith(_EDITOR) and _REQUEST in text:
        return text.partition(_REQUEST)[2].strip()
    return text


def environment_folder(item: HistoryItem) -> str:
    """Return the project folder stated to the model in its environment, '' if this is not it."""
    parts = loose(item.content)
    for text in map(part_text, parts if isinstance(parts, list) else [parts]):
        if text.lstrip().startswith("<environment_context>"):
            matched = _FOLDER.search(text)
            return matched[1].strip() if matched else ""
    return ""
