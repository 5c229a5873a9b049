"""Types of single settings with their limits, and the base class of all sections."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from ppp_tui.settings.layers import LONGEST_S
from ppp_tui.settings.remote_address import Place, is_remote, parse_remote_address
from ppp_tui.settings.text_checks import check_preference
from ppp_tui.settings.theme_names import THEME_NAMES, USER_PREFIX, is_theme_name

TOLERANCE = 0.001
"""Greatest difference from 1 of weights that must add up to 1."""


class Surroundings(NamedTuple):
    """The folders that paths in settings are relative to."""

    home: Path
    database: Path
    """Stands for an empty `database.path`."""


def _theme_name(value: str) -> str:
    if not is_theme_name(value):
        expected = ", ".join(f"'{name}'" for name in (*THEME_NAMES, f"{USER_PREFIX}NAME"))
        raise PydanticCustomError("literal_error", "must be a theme", {"expected": expected})
    return value


ThemeName = Annotated[str, AfterValidator(_theme_name)]
"""A shipped theme, `auto` for the one that the terminal can show, or one of the user's own."""


def _full_path(value: object, info: ValidationInfo) -> object:
    """Return text as a full path; other values are left for pydantic to refuse."""
    if not isinstance(value, str):
        return value
    if value == "~" or value.startswith("~/"):
        return _around(info).home / value[2:]
    path = Path(value)
    if not path.is_absolute() or "\0" in value:
        raise PydanticCustomError("full_path", "must be a full path, or begin with ~/")
    return path


def database_path(value: object, info: ValidationInfo) -> object:
    """Return text as the database's full path, the usual one for empty text."""
    return _around(info).database if value == "" else _full_path(value, info)


def _around(info: ValidationInfo) -> Surroundings:
    if not isinstance(info.context, Surroundings):
        raise TypeError("settings are checked with the surroundings that their paths are relative to")
    return info.context


def _source_place(value: object, info: ValidationInfo) -> object:
    """Return text as an address on another machine, or as a full path."""
    if not isinstance(value, str):
        raise PydanticCustomError("path_type", "must be a path in quotes")
    if not is_remote(value):
        return _full_path(value, info)
    try:
        return parse_remote_address(value)
    except ValueError as error:
        raise PydanticCustomError("remote_address", "{why}", {"why": str(error)}) from error


SourcePlace = Annotated[Place, PlainValidator(_source_place)]
Places = Annotated[tuple[SourcePlace, ...], Field(strict=False)]
Seconds = Annotated[float, Field(ge=0.05, le=LONGEST_S, allow_inf_nan=False)]
WholeSeconds = Annotated[int, Field(ge=1, le=LONGEST_S)]
Minutes = Annotated[int, Field(ge=1, le=LONGEST_S)]
ChosenPreferences = Annotated[tuple[Annotated[str, AfterValidator(check_preference)], ...], Field(strict=False)]


def contradiction(message: str, *keys: str | tuple[str, ...]) -> PydanticCustomError:
    """Return the error of settings that contradict one another; `message` is about the first of the keys."""
    return PydanticCustomError("contradiction", "{message}", {"keys": keys, "message": message})


def check_sum(total: float, first: str, *others: str) -> None:
    """Raise PydanticCustomError unless weights under these names add up to 1."""
    if abs(total - 1) > TOLERANCE:
        message = f"together with {' and '.join(others)} must add up to 1, not to {total:.4g}"
        raise contradiction(message, first, *others)


def _shares(value: object) -> object:
    """Return two weights that add up to 1; an environment variable gives them as text."""
    parts = value if isinstance(value, (list, tuple)) else ()
    try:
        numbers = [float(part) for part in parts if not isinstance(part, bool)]
    except (TypeError, ValueError):
        numbers = []
    if len(numbers) != 2 or len(parts) != 2 or not all(0 <= number <= 1 for number in numbers):
        raise PydanticCustomError("shares", "must be two numbers from 0 to 1, such as [0.7, 0.3]")
    if abs(sum(numbers) - 1) > TOLERANCE:
        message = f"must add up to 1, not to {sum(numbers):.4g}"
        raise PydanticCustomError("shares", "{message}", {"message": message})
    return tuple(numbers)


Weight = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Shares = Annotated[tuple[float, float], BeforeValidator(_shares)]
Dollars = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Percent = Annotated[int, Field(ge=0, le=100)]


class Section(BaseModel):
    """A table of ``config.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
