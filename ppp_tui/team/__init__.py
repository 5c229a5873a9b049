"""The store that a team shares: a PostgreSQL database with the tables of everybody's local one."""
