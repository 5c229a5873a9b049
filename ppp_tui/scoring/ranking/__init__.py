"""Scores of trajectories, and how agents compare."""
