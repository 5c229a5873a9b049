"""Queries of how work goes: tests, retries, questions, files, codebases."""
