"""Writes of rows, one module per group of tables."""
