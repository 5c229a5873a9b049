"""What can go wrong when the database is asked, for rooms that do not know what it is made of."""

from __future__ import annotations

import sqlite3

QueryFailedError = sqlite3.Error
"""The database did not answer; the message says why."""

Connection = sqlite3.Connection
"""A connection as `query.connect.open_reader` gives it."""
