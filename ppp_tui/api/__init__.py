"""Interfaces by which other programs read the database: HTTP and MCP; both read through queries."""
