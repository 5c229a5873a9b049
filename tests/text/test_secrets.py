"""Secrets of known shapes are taken out, and nothing else is. Every secret here is invented."""

from __future__ import annotations

import time

import pytest

from ppp_tui.text.secrets import Redactor

A36 = "a1B2c3D4e5F6g7H8i9J0" * 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("key sk-ant-" + "api03-" + A36, "key ‹redacted:anthropic-key:…i9J0›"),
        ("OPENAI=sk-" + "proj-" + A36, "OPENAI=‹redacted:openai-key:…i9J0›"),
        ("sk" + "_live_" + A36, "‹redacted:stripe-key:…i9J0›"),
        (
            "git clone https://gh" + "p_" + A36[:36] + "@github.com/a/b",
            "git clone https://‹redacted:github-token:…g7H8›@github.com/a/b",
        ),
        ("AK" + "IAABCDEFGHIJKLMNOP in us-east-1", "‹redacted:aws-access-key:…MNOP› in us-east-1"),
        ("aws_secret_access_key = " + A36, "aws_secret_access_key = ‹redacted:aws-secret-key:…i9J0›"),
        ("AI" + "za" + A36[:35], "‹redacted:google-api-key:…6g7H›"),
        ("xox" + "b-1234567890-abcdef", "‹redacted:slack-token:…cdef›"),
        ("postgres://ann:hunter22secret99@db/x", "postgres://ann:‹redacted:url-password:…et99›@db/x"),
        ("postgres://ann:pw1@db/x", "postgres://ann:‹redacted:url-password›@db/x"),
        ('{"Authorization": "Bearer abcdef1234567890"}', '{"Authorization": "Bearer ‹redacted:authorization:…7890›"}'),
        ('{\\"api_key\\": \\"abcdef1234567890\\"}', '{\\"api_key\\": \\"‹redacted:assigned-secret:…7890›\\"}'),
        ("PASSWORD=correct7horse8battery", "PASSWORD=‹redacted:assigned-secret:…tery›"),
        ("ey" + "JhbGciOiJIUzI1NiJ9.ey" + "JzdWIiOiIxIn0xx.c2lnbmF0dXJlMTIz", "‹redacted:json-web-token:…MTIz›"),
        (
            "-----BEGIN RSA PRIVATE" + " KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----\nrest",
            "‹redacted:private-key›\nrest",
        ),
        # Titles and previews end somewhere, also within a secret.
        ("deploy with sk-" + "ant-api03-A1b2C3", "deploy with sk-‹redacted:cut-secret›"),
        ("use gh" + "p_a1B2c3D4…", "use ghp_‹redacted:cut-secret›…"),
        ("aws_secret_access_key = " + A36[:22], "aws_secret_access_key = ‹redacted:cut-secret›"),
        ("postgres://ann:hunter22sec", "postgres://ann:‹redacted:cut-secret›"),
        ("PASSWORD=correct7hor", "PASSWORD=‹redacted:cut-secret›"),
        ("ey" + "JhbGciOiJIUzI1NiJ9.ey" + "Jz", "eyJ‹redacted:cut-secret›"),
        ("-----BEGIN RSA PRIVATE" + " KEY-----\nMIIabc", "‹redacted:cut-secret›"),
    ],
)
def test_secret_is_named_in_its_place(text: str, expected: str) -> None:
    redactor = Redactor()
    assert redactor.redact(text) == expected
    assert redactor.counts.total() == 1
    assert redactor.redact(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Fix the login page, see https://github.com/acme/shop/pull/12",
        "token = tokenize(source)  # 16 tokens",
        "password: Field(min_length=12, max_length=64)",
        "max_output_tokens=32000",
        "sk-learn is a library; task-force-one-two-three",
        "http://localhost:8080/a@b",
        "http://localhost:8080",
        "the token: default",
        "a sk-learn model of 2026",
        "we use sk-learn-contrib",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "the secret of a good API key is its rotation",
        "",
    ],
)
def test_text_without_secrets_stays(text: str) -> None:
    redactor = Redactor()
    assert redactor.redact(text) == text
    assert not redactor.counts


def test_all_secrets_of_a_text_are_counted_by_name() -> None:
    redactor = Redactor()
    redactor.redact(f"sk-ant-{A36} and gh" + f"p_{A36[:36]} and sk-ant-{A36}")
    assert dict(redactor.counts) == {"anthropic-key": 2, "github-token": 1}


def test_private_keys_without_end_are_taken_out_to_the_next_one() -> None:
    begin, end = "-----BEGIN PRIVATE" + " KEY-----", "-----END PRIVATE" + " KEY-----"
    text = f"a {begin}\nMIIa\n{begin}\nMIIb\n{end} b"
    assert Redactor().redact(text) == "a ‹redacted:private-key›‹redacted:private-key› b"


def test_token_is_found_behind_what_only_begins_like_one() -> None:
    token = "ey" + "JhbGciOiJIUzI1NiJ9.ey" + "JzdWIiOiIxIn0xx.c2lnbmF0dXJlMTIz"
    assert Redactor().redact(f"eyJabc-eyJdef {token}") == "eyJabc-eyJdef ‹redacted:json-web-token:…MTIz›"


@pytest.mark.parametrize(
    "piece",
    [
        "sk-1.",
        "://a:",
        "token=a1",
        "eyJ.1",
        "-eyJ",
        "password: ",
        "secret_access_key:a1",
        "-----BEGIN PRIVATE" + " KEY-----",
        "-----BEGIN A ",
    ],
)
def test_beginnings_of_secrets_in_great_number_cost_little(piece: str) -> None:
    text = piece * (200_000 // len(piece)) + " end"
    began = time.process_time()
    Redactor().redact(text)
    assert time.process_time() - began < 0.7


def test_a_long_secret_that_the_end_cuts_is_taken_out_behind_a_long_text() -> None:
    token = "ey" + "J" + "a1B2c3D4" * 900
    assert Redactor().redact("a task. " * 9000 + token) == "a task. " * 9000 + "eyJ‹redacted:cut-secret›"
