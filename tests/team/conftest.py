"""A shared store for every test that asks for one."""

from __future__ import annotations

from tests.postgres import common_store, make_store, postgres, store

__all__ = ["common_store", "make_store", "postgres", "store"]
