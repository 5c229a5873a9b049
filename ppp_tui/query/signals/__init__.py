"""Decisions and quality signals, for people: sums, runs, correlations with how runs end, and versions of agents."""
