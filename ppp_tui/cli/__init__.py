"""The command line: parses arguments, builds the other rooms and connects them, returns exit statuses.

Each command is a module of its own that is imported only when it is called, so that ``--version`` and ``--help`` cost
next to nothing.
"""
