"""Recorded sessions of Gemini CLI, where they are at hand: tokens as an independent count has them, nothing unknown."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ppp_tui.model.event import RequestMeasured
from ppp_tui.sources.gemini_cli_json import SOURCE
from tests.corpus import CORPUS, needs_corpus

pytestmark = needs_corpus

DOCUMENTS = sorted((CORPUS / "gemini-cli" / "json").glob("*.json"))


@pytest.mark.parametrize("recording", DOCUMENTS, ids=lambda path: path.name[-20:])
def test_tokens_of_a_recorded_document_are_those_of_its_messages(recording: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(recording, tmp_path / "session-2026-01-15T20-51-f7633853.json"))
    reading = SOURCE.poll(path).reading
    messages = json.loads(recording.read_text())["messages"]
    expected = [message["tokens"] for message in messages if message.get("tokens")]
    requests = [event for event in reading.events if isinstance(event, RequestMeasured)]
    assert [request.input_tokens + request.cache_read_tokens + request.output_tokens for request in requests] == [
        tokens["total"] for tokens in expected
    ]
    assert [request.cache_read_tokens for request in requests] == [tokens["cached"] for tokens in expected]
    assert (reading.unknown, reading.damage) == ({}, [])
