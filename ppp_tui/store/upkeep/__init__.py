"""Sums, dedup, retention and the search index: kept by the transaction that changes a row."""
