"""The compressed file that trajectories are moved to."""
