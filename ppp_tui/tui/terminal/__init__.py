"""The terminal: what is written to it and how, and programs that take it over for a while."""
