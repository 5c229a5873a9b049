"""The compressed file that trajectories are archived in."""
