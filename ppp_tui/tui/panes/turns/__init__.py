"""Parts of Trajectory."""
