"""Functions and operators of SQLite that PostgreSQL calls otherwise, or has only with another meaning."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from sqlglot import exp


def replace_functions(tree: exp.Expr) -> None:
    """Replace functions and operators, the inner ones first."""
    for node in reversed(list(tree.dfs())):
        replace = _NODES.get(type(node))
        if replace is not None:
            replacement = replace(node)
            if replacement is not node:
                node.replace(replacement)


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """Return a call of a function."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def cast_to(node: exp.Expr, kind: str) -> exp.Expr:
    """Return a value as one of a type of PostgreSQL's."""
    return exp.Cast(this=node, to=exp.DataType.build(kind, dialect="postgres"))


def _extremum(name: str) -> Callable[[exp.Expr], exp.Expr]:
    def replace(node: exp.Expr) -> exp.Expr:
        parts = [node.this, *node.expressions]
        missing = [exp.Is(this=part.copy(), expression=exp.Null()) for part in parts]
        extreme = exp.Anonymous(this=name, expressions=[part.copy() for part in parts])
        return exp.Case(ifs=[exp.If(this=exp.or_(*missing, copy=False), true=exp.Null())], default=extreme)

    return replace


def _in(node: exp.Expr) -> exp.Expr:
    is_empty = not node.expressions and not node.args.get("query")
    return exp.Boolean(this=False) if is_empty else node


def _glob(node: exp.Expr) -> exp.Expr:
    """Return a pattern, which our queries never bind, as a regular expression."""
    parts = {"*": ".*", "?": "."}
    pattern = "".join(
        parts.get(part) or (part if len(part) > 1 else re.escape(part))
        for part in re.findall(r"\[\^?\]?[^\]]*\]|.", node.expression.name, re.DOTALL)
    )
    return exp.RegexpLike(this=node.this, expression=exp.Literal.string(f"^{pattern}$"))


def _joined(node: exp.Expr) -> exp.Expr:
    comma = node.args.get("separator") or exp.Literal.string(",")
    if isinstance(node.this, exp.Distinct):
        return exp.GroupConcat(
            this=exp.Distinct(expressions=[cast_to(part, "text") for part in node.this.expressions]), separator=comma
        )
    return exp.GroupConcat(this=cast_to(node.this, "text"), separator=comma)


def _sum(node: exp.Expr) -> exp.Expr:
    if isinstance(node.this, exp.Distinct):
        return call("ppp_sum", exp.Distinct(expressions=node.this.expressions))
    return call("ppp_sum", node.this)


def _anonymous(node: exp.Expr) -> exp.Expr:
    name, arguments = str(node.this).lower(), node.expressions
    if name == "total":
        return call("ppp_total", cast_to(arguments[0], "double precision"))
    return node


def _substring(node: exp.Expr) -> exp.Expr:
    parts = [node.this, node.args["start"], *filter(None, (node.args.get("length"),))]
    return call("ppp_substr", parts[0], *(cast_to(part, "bigint") for part in parts[1:]))


def _lowered(node: exp.Expr) -> exp.Expr:
    collated = exp.Collate(this=exp.Paren(this=node.this), expression=exp.Identifier(this="C", quoted=True))
    return type(node)(this=collated)


def _rounded(node: exp.Expr) -> exp.Expr:
    places = node.args.get("decimals") or exp.Literal.number(0)
    return call("ppp_round", cast_to(node.this, "double precision"), places)


def _like(node: exp.Expr) -> exp.Expr:
    alike = exp.ILike(this=node.this, expression=node.expression)
    if isinstance(node.parent, exp.Escape):
        return alike
    return exp.Escape(this=alike, expression=exp.Literal.string(""))


def _number(node: exp.Expr) -> exp.Expr:
    if node.is_string or node.is_int or isinstance(node.parent, exp.DataTypeParam):
        return node
    return exp.Cast(this=exp.Literal.number(node.name), to=exp.DataType.build("double precision"))


def _cast_type(node: exp.Expr) -> exp.Expr:
    kind = node.args["to"].this
    if kind in (exp.DataType.Type.INT, exp.DataType.Type.BIGINT):
        return cast_to(node.this, "bigint")
    if kind in (exp.DataType.Type.FLOAT, exp.DataType.Type.DOUBLE):
        return cast_to(node.this, "double precision")
    if kind == exp.DataType.Type.VARBINARY:
        return call("convert_to", node.this, exp.Literal.string("UTF8"))
    return node


_NODES: Mapping[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Greatest: _extremum("greatest"),
    exp.Least: _extremum("least"),
    exp.Anonymous: _anonymous,
    exp.Sum: _sum,
    exp.In: _in,
    exp.JSONArrayAgg: lambda node: cast_to(call("json_agg", node.this), "text"),
    exp.Glob: _glob,
    exp.Avg: lambda node: exp.Avg(this=cast_to(node.this, "double precision")),
    exp.Substring: _substring,
    exp.Lower: _lowered,
    exp.Upper: _lowered,
    exp.Like: _like,
    exp.Literal: _number,
    exp.Cast: _cast_type,
    exp.Round: _rounded,
    exp.JSONExtract: lambda node: _json_path(node),
    exp.JSONExtractScalar: lambda node: _json_path(node),
    exp.GroupConcat: _joined,
}


def _json_path(node: exp.Expr) -> exp.Expr:
    place = node.expression.find(exp.JSONPathSubscript)
    return call("ppp_json_item", node.this, exp.Literal.number(place.this if place else 0))
