"""A shared store for every test that asks for one."""

from __future__ import annotations

from tests.postgres import make_store, postgres, store

__all__ = ["make_store", "postgres", "store"]
