"""Queries of scores, rankings and comparisons."""
