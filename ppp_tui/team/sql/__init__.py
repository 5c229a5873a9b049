"""How our queries are said in PostgreSQL's dialect: each module changes one thing in the tree of a statement."""
