"""A shared store for every test that asks for one, and a team of two people with a local database."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from tests.postgres import Server, common_store, make_store, own_server, postgres, store
from tests.team.people import make_database

__all__ = ["common_store", "make_store", "own_server", "postgres", "store"]

TENANTS = count(1)


@pytest.fixture
def tenant(common_store: str) -> str:
    """The name of a tenant of this test's own."""
    return f"{common_store}_{next(TENANTS)}"


@pytest.fixture
def ada(postgres: Server, common_store: str, tenant: str) -> str:
    return postgres.add_member(common_store, tenant, "ada", "admin")


@pytest.fixture
def bob(postgres: Server, common_store: str, tenant: str, ada: str) -> str:
    return postgres.add_member(common_store, tenant, "bob", "member")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Three trajectories: two sessions and a sub-agent of the first."""
    return make_database(tmp_path / "ada.db", sessions=2)
