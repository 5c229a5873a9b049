"""Rows of the database as cells and lines: pure, so that what a screen says can be tested without one."""
