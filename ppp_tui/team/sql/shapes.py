"""What the columns of an answer are: of groups, and of unions whose parts hold different things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

from ppp_tui.team.sql.functions import call, cast_to

_OUR_SUMS = ("ppp_sum", "ppp_total", "json_agg")


def close_groups(tree: exp.Expr) -> None:
    """Let a column that groups leave open be its least value: whatever is grouped has but one of it."""
    for select in tree.find_all(exp.Select):
        group = select.args.get("group")
        if group is None:
            continue
        columns = select.expressions
        names = {column.alias: column.unalias() for column in columns if column.alias}
        keys = {key.sql() for key in group.expressions}
        for key in group.expressions:
            if isinstance(key, exp.Literal):
                keys.add(columns[int(key.name) - 1].unalias().sql())
            elif key.name in names and not key.args.get("table"):
                keys.add(names[key.name].sql())
        order = select.args.get("order")
        sorts = [] if order is None else [part.this for part in order.expressions]
        for column in [*(column.unalias() for column in columns), *sorts]:
            _close(column, keys, names)


def _close(node: exp.Expr, keys: set[str], names: Mapping[str, exp.Expr]) -> None:
    is_sum = isinstance(node, exp.AggFunc) or (isinstance(node, exp.Anonymous) and node.name in _OUR_SUMS)
    if is_sum or isinstance(node, exp.Subquery | exp.Exists | exp.Window) or node.sql() in keys:
        return
    if isinstance(node, exp.Column):
        if node.table or node.name not in names:
            node.replace(exp.Min(this=node.copy()))
        return
    for part in list(node.iter_expressions()):
        _close(part, keys, names)


def level_unions(tree: exp.Expr) -> None:
    """Make JSON of all columns of a union whose parts do not hold the same: PostgreSQL wants one type for each."""
    if not isinstance(tree, exp.Union) or tree.args.get("order"):
        return
    parts = list(_parts(tree))
    for part in parts:
        _spell_out(part)
    if len({_shapes(part) for part in parts}) > 1:
        for part in parts:
            part.set("expressions", [_to_json(column) for column in part.expressions])


def _parts(union: exp.Expr) -> Iterator[exp.Select]:
    if isinstance(union, exp.Union):
        yield from _parts(union.left)
        yield from _parts(union.right)
    elif isinstance(union, exp.Subquery):
        yield from _parts(union.this)
    elif isinstance(union, exp.Select):
        yield union


def _shapes(select: exp.Select) -> tuple[str, ...]:
    """Return what tells the types of columns apart, more or less; those of a sub-query are its own."""
    source = select.args["from_"].this if select.args.get("from_") else None
    if isinstance(source, exp.Subquery) and source.alias_column_names:
        inner = dict(zip(source.alias_column_names, _shapes(next(_parts(source.this))), strict=True))
        return tuple(inner.get(column.name, _shape(column)) for column in select.expressions)
    return tuple(_shape(column) for column in select.expressions)


def _shape(column: exp.Expr) -> str:
    inner = column.unalias()
    if isinstance(inner, exp.Literal):
        return "text" if inner.is_string else "number"
    return inner.name if isinstance(inner, exp.Column) else inner.sql(dialect="sqlite")


def _to_json(column: exp.Expr) -> exp.Expr:
    inner = column.unalias()
    if isinstance(inner, exp.Null):
        return cast_to(inner, "jsonb")
    if isinstance(inner, exp.Literal) and inner.is_string:
        inner = cast_to(inner, "text")
    return call("to_jsonb", inner)


def _spell_out(select: exp.Select) -> None:
    """Name the columns that a star stands for."""
    if not select.find(exp.Star) or not any(column.is_star for column in select.expressions):
        return
    source = select.args["from_"].this
    names = _output_names(source)
    columns: list[exp.Expr] = []
    for column in select.expressions:
        if column.is_star:
            columns += [exp.column(name, table=source.alias) for name in names]
        else:
            columns.append(column)
    select.set("expressions", columns)


def _output_names(source: exp.Expr) -> list[str]:
    """Return names for the columns of a sub-query in FROM, and let it have them."""
    level_unions(source.this)
    inner = next(_parts(source.this))
    _spell_out(inner)
    names = [f"c{number}" for number in range(len(inner.expressions))]
    source.args["alias"].set("columns", [exp.to_identifier(name) for name in names])
    return names
