"""An empty database for every test."""

from __future__ import annotations

from tests.query.database_fixture import database

__all__ = ["database"]
