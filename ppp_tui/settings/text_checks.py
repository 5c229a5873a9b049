"""Checks of settings whose value is text of a certain kind; each returns the checked text."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pydantic_core import PydanticCustomError

from ppp_tui.model import preference
from ppp_tui.model.alert_rule import ALERT_FIELDS, MEASURES, parse_alert_rule
from ppp_tui.settings.layers import TEAM_URL_VARIABLE
from ppp_tui.settings.problems import did_you_mean
from ppp_tui.settings.source_names import ALL, is_source_name, source_names


def check_web_address(value: str) -> str:
    """Return an address of the web, or empty text. Raises PydanticCustomError for another text."""
    if value and not value.startswith(("http://", "https://")):
        raise PydanticCustomError("web_address", "must begin with http:// or https://")
    return value


def check_receiver_address(value: str) -> str:
    """Return the address of a receiver of traces, or empty text. Raises PydanticCustomError for another text."""
    check_web_address(value)
    try:
        parts = urlsplit(value)
        is_address = not value or bool(parts.hostname)
    except ValueError:
        is_address = False
    if not is_address:
        raise PydanticCustomError("web_address", "is no address: write http://HOST:PORT or https://HOST")
    if parts.username is not None or parts.password is not None:
        # A key that was put into it must not appear in a log.
        raise PydanticCustomError("hidden", "must hold no name and password: set OTEL_EXPORTER_OTLP_HEADERS")
    return value


def check_store_address(value: str) -> str:
    """Return the address of a shared store, or empty text. Raises PydanticCustomError for another text."""
    if value and not value.startswith(("postgresql://", "postgres://")):
        raise PydanticCustomError("hidden", "must begin with postgresql://")
    try:
        parts = urlsplit(value)
    except ValueError as error:
        raise PydanticCustomError("hidden", "is no address: write postgresql://NAME@HOST/DATABASE") from error
    if parts.password is not None or re.search(r"(?i)(?:^|&)(?:password|sslpassword)=", parts.query):
        # It must not appear in the refusal either.
        raise PydanticCustomError(
            "hidden",
            "must not hold a password: leave it out, and give the whole address to `ppp-tui team join` once, "
            f"or in {TEAM_URL_VARIABLE}",
        )
    return value


def check_variable_name(value: str) -> str:
    """Return the name of an environment variable, or empty text. Raises PydanticCustomError for another text."""
    if value and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        # A key that was put here must not appear in a log.
        raise PydanticCustomError("hidden", "must be the name of an environment variable, never a key itself")
    return value


def check_preference(value: str) -> str:
    """Return the text of a preference. Raises PydanticCustomError for another text."""
    try:
        preference.parse_preference(value)
    except ValueError as error:
        name = value.partition(":")[0]
        hint = "" if name in preference.NAMES else did_you_mean(name, preference.NAMES)
        raise PydanticCustomError("preference", "is no preference: {why}", {"why": f"{error}{hint}"}) from error
    return value


def check_alert_rule(value: str) -> str:
    """Return an alert's rule with single spaces. Raises PydanticCustomError for another text."""
    try:
        return parse_alert_rule(value).text
    except ValueError as error:
        name = value.replace("<", " ").replace(">", " ").partition(" ")[0]
        hint = "" if name in MEASURES else did_you_mean(name, MEASURES)
        raise PydanticCustomError("alert_rule", "is no rule: {why}", {"why": f"{error}{hint}"}) from error


def check_alert_command(value: tuple[str, ...]) -> tuple[str, ...]:
    """Return a program with its arguments, or nothing. Raises PydanticCustomError for what cannot be run."""
    if value and (not value[0].strip() or "{" in value[0]):
        raise PydanticCustomError("alert_command", "must begin with a program")
    if any("\0" in part for part in value):
        raise PydanticCustomError("alert_command", "must not hold NUL")
    for name in (name for part in value[1:] for name in re.findall(r"{([a-z_]*)}", part)):
        if name not in ALERT_FIELDS:
            why = f"{{{name}}}; there are {', '.join(f'{{{field}}}' for field in ALERT_FIELDS)}"
            raise PydanticCustomError("alert_command", "names {why}", {"why": why})
    return value


def check_enabled_source(value: str) -> str:
    """Return the name of a source, or of all. Raises PydanticCustomError for another text."""
    if value != ALL and not is_source_name(value):
        allowed = (ALL, *source_names())
        message = f"must be one of {', '.join(allowed)}{did_you_mean(value, allowed)}"
        raise PydanticCustomError("source", "{message}", {"message": message})
    return value


def check_source_kind(value: str) -> str:
    """Return the name of a source. Raises PydanticCustomError for another text."""
    if not is_source_name(value):
        allowed = source_names()
        message = f"is no kind of source; there are {', '.join(allowed)}{did_you_mean(value, allowed)}"
        raise PydanticCustomError("unknown_key", "{message}", {"message": message})
    return value
