"""Languages of short texts: told where the words speak clearly, and never told wrongly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppp_tui.scoring.questions.language import language_of

ITALIAN = [
    "Vuoi che usi PostgreSQL o SQLite?",
    "Quale provider preferisci per il login?",
    "Devo aggiornare anche i test?",
    "Posso cancellare il vecchio file di configurazione?",
    "Come devo gestire gli errori di rete?",
    "Dove vuoi salvare i log?",
    "Il database deve supportare le transazioni?",
    "Qual è la versione minima di Python?",
    "Preferisci che la funzione sia sincrona o asincrona?",
    "Hai già eseguito la migrazione?",
    "Procedo?",
]
ENGLISH = [
    "Should I use PostgreSQL or SQLite?",
    "Which provider do you prefer for the login?",
    "Should I update the tests too?",
    "Can I delete the old config file?",
    "How should I handle network errors?",
    "Where do you want to store the logs?",
    "Does the database need transactions?",
    "What is the minimum Python version?",
    "Would you like the function to be sync or async?",
    "Have you already run the migration?",
    "Any naming rules to follow?",
]


@pytest.mark.parametrize(("language", "texts"), [("it", ITALIAN), ("en", ENGLISH)])
def test_nine_in_ten_short_questions_are_told_and_none_wrongly(language: str, texts: list[str]) -> None:
    said = [language_of(text) for text in texts]
    assert set(said) <= {language, ""}
    assert said.count(language) >= 0.9 * len(texts)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Soll ich die Tests starten oder willst du zuerst den Plan sehen?", "de"),
        ("Voulez-vous que je continue avec la migration ?", "fr"),
        ("¿Quieres que use PostgreSQL o SQLite para la base de datos?", "es"),
        ("Você quer que eu use PostgreSQL para o banco de dados?", "pt"),
        ("どちらのプロバイダーを使いますか", "ja"),
        ("你想用哪个提供商？", "zh"),
        ("Какой провайдер вы хотите использовать?", "ru"),
        ("Ok?", ""),
        ("xxxx xxxx xxxx", ""),
        ("", ""),
    ],
)
def test_other_languages_and_none(text: str, language: str) -> None:
    assert language_of(text) == language


@given(st.text(max_size=300))
def test_any_text_has_a_language_or_none(text: str) -> None:
    assert len(language_of(text)) in (0, 2)
