"""Rules and figures: what a question asks of the user, what a request costs, what a session is doing.

Every judge is a pure function of its arguments: no files, no database, no clock; times come as Unix milliseconds. Each
module carries a `VERSION` that is raised whenever the same input would be judged otherwise, so that rows judged by an
older one can be judged again.
"""
