"""Measurements against peers and physical limits; each prints medians and ratios of one run. None is a timed test."""
