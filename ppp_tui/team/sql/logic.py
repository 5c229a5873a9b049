"""Conditions and numbers apart: to SQLite a comparison is a number and a number a condition, to PostgreSQL neither."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

_LOGICAL = (
    exp.EQ,
    exp.NEQ,
    exp.GT,
    exp.GTE,
    exp.LT,
    exp.LTE,
    exp.Is,
    exp.NullSafeEQ,
    exp.NullSafeNEQ,
    exp.In,
    exp.Between,
    exp.Like,
    exp.ILike,
    exp.RegexpLike,
    exp.Escape,
    exp.Exists,
    exp.Not,
    exp.And,
    exp.Or,
    exp.Boolean,
)


def _conditions(tree: exp.Expr) -> Iterator[exp.Expr]:
    """Yield what PostgreSQL wants to be true or false."""
    for node in tree.walk():
        if isinstance(node, exp.Where | exp.Having):
            yield node.this
        elif isinstance(node, exp.Join) and node.args.get("on"):
            yield node.args["on"]
        elif isinstance(node, exp.And | exp.Or):
            yield node.left
            yield node.right
        elif (
            isinstance(node, exp.Not)
            or (isinstance(node, exp.If) and not (isinstance(node.parent, exp.Case) and node.parent.this))
            or (isinstance(node, exp.Is) and isinstance(node.expression, exp.Boolean))
        ):
            yield node.this


def separate_logic(tree: exp.Expr) -> None:
    """Make numbers of comparisons where a number is wanted, and comparisons of numbers where a condition is."""
    wanted = list(_conditions(tree))
    ids = {id(part) for condition in wanted for part in _inside_parentheses(condition)}
    for node in list(tree.walk()):
        if not isinstance(node, _LOGICAL) or id(node) in ids or _is_part_of_condition(node):
            continue
        outer: exp.Expr = node
        while isinstance(outer.parent, exp.Paren):
            outer = outer.parent
        if outer.parent is not None:
            number = exp.Cast(to=exp.DataType.build("int"))
            outer.replace(number)
            number.set("this", exp.Paren(this=outer))
    for condition in wanted:
        inner = condition.unnest()
        if not isinstance(inner, _LOGICAL) and not isinstance(inner, exp.Null):
            comparison = exp.NEQ(expression=exp.Literal.number(0))
            condition.replace(comparison)
            comparison.set("this", exp.Paren(this=condition))


def _inside_parentheses(node: exp.Expr) -> Iterator[exp.Expr]:
    yield node
    while isinstance(node, exp.Paren):
        node = node.this
        yield node


def _is_part_of_condition(node: exp.Expr) -> bool:
    """Whether a node is no value by itself: TRUE after IS, or a pattern with its escape."""
    parent = node.parent
    return (isinstance(parent, exp.Escape) and parent.this is node) or (
        isinstance(node, exp.Boolean) and isinstance(parent, exp.Is)
    )
