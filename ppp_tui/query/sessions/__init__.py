"""Queries of trajectories, their turns and steps."""
