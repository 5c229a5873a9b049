"""What things are: events, rows, facts and time. Standard library only, no I/O."""
