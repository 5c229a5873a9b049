"""Queries of tokens, cost, limits and spans of time."""
