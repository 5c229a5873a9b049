"""Widgets that know cells, columns and keys, never sessions or turns."""
