"""Tables in FROM: their names, and how rows of one are found by another."""

from __future__ import annotations

from sqlglot import exp


def name_tables(tree: exp.Expr) -> None:
    """Name each sub-query in FROM, and let JOIN take the conditions of CROSS JOIN."""
    for number, node in enumerate(list(tree.find_all(exp.Subquery))):
        if isinstance(node.parent, exp.From | exp.Join) and not node.alias:
            node.set("alias", exp.TableAlias(this=exp.Identifier(this=f"q{number}")))
    for join in tree.find_all(exp.Join):
        if join.args.get("on") and join.args.get("kind") == "CROSS":
            join.set("kind", None)


def list_folders_first(tree: exp.Expr) -> None:
    """Make the list of a repository's folders before rows are compared with it, so that an index of folders helps."""
    for node in list(tree.find_all(exp.In)):
        query = node.args.get("query")
        union = query.unnest() if query is not None else None
        if not isinstance(union, exp.Union):
            continue
        own = {source.alias_or_name for source in union.find_all(exp.Table, exp.Subquery)}
        if {column.table for column in union.find_all(exp.Column)} <= own:
            folders = exp.Paren(this=exp.Array(expressions=[union.copy()]))
            node.replace(exp.EQ(this=node.this.copy(), expression=exp.Any(this=folders)))


_COMPARISONS = (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE)

_BY_PROJECT = {"file_sums", "test_suites"}
"""Views that add up the sums of all replicas; their keys begin with the project, and they grow with the history."""


def read_least_keys_of_sums(tree: exp.Expr) -> None:
    """Read the least or greatest key of a sum from the replicas' sums: nothing has to be added up for it."""
    for select in tree.find_all(exp.Select):
        source = select.args["from_"].this if select.args.get("from_") else None
        if not isinstance(source, exp.Table) or source.name not in _BY_PROJECT or select.args.get("joins"):
            continue
        if len(select.expressions) == 1 and isinstance(select.expressions[0], exp.Min | exp.Max):
            columns = {
                column.name for column in select.find_all(exp.Column) if column.table in ("", source.alias_or_name)
            }
            if columns == {"project"}:
                source.set("this", exp.to_identifier(f"{source.name}_by_replica"))


def look_up_computed_keys(tree: exp.Expr) -> None:
    """Look tables up once for each row before them where their key is computed from it or lies in a span of it.

    Row-level security keeps PostgreSQL from using an index in a join by ``id >> 20``, since it does not know what the
    computing tells, and for ``at >= low AND at < high`` it expects most of the table; below a level of its own the row
    before is a value. So it is for a view that adds sums up: those of the row before alone are added.
    """
    for select in list(tree.find_all(exp.Select)):
        if not select.args.get("from_"):
            continue
        before = {select.args["from_"].this.alias_or_name}
        for join in select.args.get("joins") or ():
            table = join.this
            if isinstance(table, exp.Table) and not isinstance(table.this, exp.Func):
                _look_up(select, join, table, before)
            before.add(join.this.alias_or_name)


def _look_up(select: exp.Select, join: exp.Join, table: exp.Table, before: set[str]) -> None:
    name = table.alias_or_name
    on, where = join.args.get("on"), select.args.get("where")
    places = [on] if join.side else [on, where.this if where else None]
    parts = [
        part
        for place in places
        if place is not None
        for part in (place.flatten() if isinstance(place, exp.And) else [place])
    ]
    looks_up = _is_of_row_before if table.name in _BY_PROJECT else _is_computed
    if not any(looks_up(part, name, before) for part in parts):
        return
    # What the table's own columns must be goes below as well: an index may hold these rows alone.
    keys = [part for part in parts if looks_up(part, name, before) or _is_of_one_table(part, name)]
    inner = exp.select("*").from_(table.copy()).where(*(key.copy() for key in keys)).offset(0)
    for key in keys:
        key.replace(exp.true())
    join.set("this", exp.Lateral(this=exp.Subquery(this=inner), alias=exp.TableAlias(this=exp.to_identifier(name))))
    if on is None:
        join.set("on", exp.true())
        join.set("kind", None)


def _is_computed(condition: exp.Expr, table: str, before: set[str]) -> bool:
    """Whether a condition compares a column of a table with something that is computed from rows before it."""
    inner = condition.unnest()
    if isinstance(inner, exp.In):
        sides = [(inner.this, inner.args.get("query"))]
    elif isinstance(inner, exp.Between):
        sides = [(inner.this, inner)]
    elif isinstance(inner, _COMPARISONS):
        sides = [(inner.left, inner.right), (inner.right, inner.left)]
    else:
        return False
    for column, value in sides:
        is_own = isinstance(column, exp.Column) and column.table == table
        if not is_own or value is None or (isinstance(value, exp.Column) and isinstance(inner, exp.EQ)):
            continue
        tables = {other.table for other in value.find_all(exp.Column) if other is not column}
        if tables & before and table not in tables:
            return True
    return False


def _is_of_row_before(condition: exp.Expr, table: str, before: set[str]) -> bool:
    """Whether a condition says which project of a sum belongs to rows before it."""
    inner = condition.unnest()
    if not isinstance(inner, exp.EQ):
        return _is_computed(condition, table, before)
    pairs = ((inner.left, inner.right), (inner.right, inner.left))
    return _is_computed(condition, table, before) or any(
        isinstance(own, exp.Column)
        and (own.table, own.name) == (table, "project")
        and isinstance(value, exp.Column)
        and value.table in before
        for own, value in pairs
    )


def _is_of_one_table(condition: exp.Expr, table: str) -> bool:
    """Whether a condition is about the columns of a table and nothing else."""
    return condition.find(exp.Select) is None and {column.table for column in condition.find_all(exp.Column)} == {table}
