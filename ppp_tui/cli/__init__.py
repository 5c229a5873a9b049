"""The command line: reads what was asked, builds the rooms, introduces them to each other, and tells how it ended.

Each command is a module of its own that is imported only when it is called, so that ``--version`` and ``--help`` cost
next to nothing.
"""
