"""Tables in FROM: their names, and how rows of one are found by another."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from sqlglot import exp


def name_tables(tree: exp.Expr) -> None:
    """Name each sub-query in FROM, and let JOIN take the conditions of CROSS JOIN."""
    for number, node in enumerate(list(tree.find_all(exp.Subquery))):
        if isinstance(node.parent, exp.From | exp.Join) and not node.alias:
            node.set("alias", exp.TableAlias(this=exp.Identifier(this=f"q{number}")))
    for join in tree.find_all(exp.Join):
        if join.args.get("on") and join.args.get("kind") == "CROSS":
            join.set("kind", None)


_NAMES_OF_PROJECTS = {"folder", "repository", "label", "name"}
"""Columns of `project_folders` that hold the same in a shared store: a project is what lists call it."""


def take_projects_for_repositories(tree: exp.Expr) -> None:
    """Let a folder be its own repository, whose only folder it is: no list of all projects is made to find that."""
    for select in list(tree.find_all(exp.Select)):
        source = select.args["from_"].this if select.args.get("from_") else None
        if isinstance(source, exp.Table) and source.name == "project_folders" and select.args.get("where"):
            _take_project(select, source.alias, select.args["where"].this)


def _take_project(select: exp.Select, table: str, condition: exp.Expr) -> None:
    outer = select.parent
    if isinstance(outer, exp.Subquery) and isinstance(outer.parent, exp.Coalesce):
        [folder] = outer.parent.expressions
        is_named = {column.name for column in select.expressions} <= _NAMES_OF_PROJECTS
        if is_named and condition == exp.EQ(this=exp.column("folder", table), expression=folder.copy()):
            outer.parent.replace(folder)
    elif isinstance(outer, exp.Union) and outer.expression is select and isinstance(condition, exp.And):
        own, others = condition.left, condition.right
        if isinstance(own, exp.EQ) and own.left == exp.column("repository", table):
            repository = own.right
            if others == exp.NEQ(this=exp.column("folder", table), expression=repository.copy()):
                _leave_only_folder(outer, repository)


def _leave_only_folder(folders: exp.Union, folder: exp.Expr) -> None:
    """Put a repository's only folder in the place of all of them."""
    listed_in = folders.parent.parent if folders.parent else None
    if isinstance(listed_in, exp.In):
        listed_in.replace(exp.EQ(this=listed_in.this, expression=folder))
    else:
        folders.replace(folders.left)


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

_OF_FEW_ROWS = {"alive", "alive_runs", "runs"}
"""Tables that queries make of the runs that sums leave over: few, of which PostgreSQL expects thousands."""


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
        first = select.args["from_"].this
        before = {first.alias_or_name}
        few = first.alias_or_name if isinstance(first, exp.Table) and first.name in _OF_FEW_ROWS else None
        for join in select.args.get("joins") or ():
            table = join.this
            if isinstance(table, exp.Table) and not isinstance(table.this, exp.Func):
                is_key = partial(_is_known_before, table=table, before=frozenset(before), few=few)
                _look_up(select, join, table, is_key)
            before.add(join.this.alias_or_name)


def _look_up(select: exp.Select, join: exp.Join, table: exp.Table, is_key: Callable[[exp.Expr], bool]) -> None:
    name = table.alias_or_name
    on, where = join.args.get("on"), select.args.get("where")
    places = [on] if join.side else [on, where.this if where else None]
    parts = [
        part
        for place in places
        if place is not None
        for part in (place.flatten() if isinstance(place, exp.And) else [place])
    ]
    if not any(map(is_key, parts)):
        return
    # What the table's own columns must be goes below as well: an index may hold these rows alone.
    keys = [part for part in parts if is_key(part) or _is_of_one_table(part, name)]
    inner = exp.select("*").from_(table.copy()).where(*(key.copy() for key in keys)).offset(0)
    for key in keys:
        key.replace(exp.true())
    join.set("this", exp.Lateral(this=exp.Subquery(this=inner), alias=exp.TableAlias(this=exp.to_identifier(name))))
    if on is None:
        join.set("on", exp.true())
        join.set("kind", None)


def _is_known_before(condition: exp.Expr, table: exp.Table, before: Collection[str], few: str | None) -> bool:
    """Whether a condition says which rows of a table belong to those before it, and each is better looked up."""
    name = table.alias_or_name
    return _is_computed(condition, name, before) or any(
        value.table == few or (table.name in _BY_PROJECT and own.name == "project" and value.table in before)
        for own, value in _equal_columns(condition, name)
    )


def _is_computed(condition: exp.Expr, table: str, before: Collection[str]) -> bool:
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
        if not tables.isdisjoint(before) and table not in tables:
            return True
    return False


def _equal_columns(condition: exp.Expr, table: str) -> list[tuple[exp.Column, exp.Column]]:
    """Return a column of a table with that of another one that it is to be equal to; none for any other condition."""
    inner = condition.unnest()
    if not isinstance(inner, exp.EQ):
        return []
    return [
        (own, value)
        for own, value in ((inner.left, inner.right), (inner.right, inner.left))
        if isinstance(own, exp.Column) and isinstance(value, exp.Column) and own.table == table
    ]


def _is_of_one_table(condition: exp.Expr, table: str) -> bool:
    """Whether a condition is about the columns of a table and nothing else."""
    return condition.find(exp.Select) is None and {column.table for column in condition.find_all(exp.Column)} == {table}
