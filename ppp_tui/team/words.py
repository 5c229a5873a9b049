"""The words of texts that are shared, for the shared store's index of them: the same as the local index knows.

A text is indexed whole, so that words are found together wherever they stand in it; one of very many words in parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ppp_tui.model.ids import CHILD_BITS, MAX_CHILD, QUESTION_START
from ppp_tui.query.sessions.snippets import index_words
from ppp_tui.team.outgoing import Outgoing, Row
from ppp_tui.team.share import OF_TURNS
from ppp_tui.team.writing import RowWriter

TABLE = "turn_words"
COLUMNS = ("turn_id", "text_start", "text_end", "at", "words")

MAX_WORDS = 16_000
"""Words of one text; PostgreSQL tells places apart up to 16,383."""

MAX_PLACES = 255
"""Places of one word that PostgreSQL keeps."""


_TURNS, _QUESTIONS = (
    next(table for table in OF_TURNS if table.name == name) for name in ("trajectory_turns", "trajectory_questions")
)


def write_words(writer: RowWriter, rows: Mapping[str, Sequence[Row]], outgoing: Outgoing) -> None:
    """Write the words of the texts among rows by their table; those that stood there went with their turns."""
    turns, questions = rows.get(_TURNS.name, ()), rows.get(_QUESTIONS.name, ())
    columns = {"turn_columns": outgoing.column_names(_TURNS), "question_columns": outgoing.column_names(_QUESTIONS)}
    writer.insert(TABLE, COLUMNS, word_rows(turns, questions=questions, **columns))


def word_rows(
    turns: Sequence[Row], turn_columns: Sequence[str], questions: Sequence[Row], question_columns: Sequence[str]
) -> list[Row]:
    """Return the rows of the index for rows of turns and of their questions, as these are shared."""
    rows: list[Row] = []
    began: dict[int, str] = {}
    number, at, prompt, response = map(turn_columns.index, ("id", "timestamp", "prompt", "response"))
    for turn in turns:
        began[turn[number]] = turn[at] or ""
        rows += [(turn[number], -start - 1, end, turn[at] or "", words) for start, end, words in _parts(turn[prompt])]
        rows += [(turn[number], start, end, turn[at] or "", words) for start, end, words in _parts(turn[response])]
    number, source, text = map(question_columns.index, ("id", "source", "question_text"))
    for question in questions:
        # One that stands in an answer is found there.
        if question[source] != "text" and (words := _vector(index_words(question[text]))):
            turn_id, start = question[number] >> CHILD_BITS, QUESTION_START + (question[number] & MAX_CHILD)
            rows.append((turn_id, start, len(question[text]), began.get(turn_id, ""), words))
    return rows


def _parts(text: str, start: int = 0) -> Iterator[tuple[int, int, str]]:
    """Yield where each part of a text begins and ends, and its words."""
    words = index_words(text)
    if len(words) > MAX_WORDS:
        half = len(text) // 2
        half = max(text.rfind(" ", 1, half), text.rfind("\n", 1, half)) + 1 or half
        yield from _parts(text[:half], start)
        yield from _parts(text[half:], start + half)
    elif words:
        yield start, start + len(text), _vector(words)


def _vector(words: Sequence[str]) -> str:
    """Return words with their places as PostgreSQL reads them: letters and digits alone, which need no quoting."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words, start=1):
        own = places.setdefault(word, [])
        if len(own) < MAX_PLACES:
            own.append(place)
    return " ".join(f"'{word}':{','.join(map(str, own))}" for word, own in places.items())
