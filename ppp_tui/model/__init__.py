"""The shared vocabulary: events, rows, facts, ids and time. Standard library only, no I/O."""
