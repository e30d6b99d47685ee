"""Policy values that follow from other policies, e.g. `4 * min_wage`: arithmetic, evaluated from the syntax tree."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

Number = int | Decimal

MAX_LENGTH = 200
MAX_NODES = 40
MAX_MAGNITUDE = Decimal(10) ** 15

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda a, b: Decimal(a) / Decimal(b),
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_FUNCTIONS = frozenset({"min", "max", "abs"})


class BadExpression(ValueError):
    """The expression is not plain arithmetic over numbers and policy keys."""


def evaluate(text: str, lookup: Callable[[str], Number]) -> Number:
    """The value of an expression; dotted names are policy keys, resolved by `lookup`.

    Whole results come back as `int`. Raises BadExpression; what `lookup` raises passes through.
    """
    value: Any = _value(_parse(text), lookup)
    if abs(value) > MAX_MAGNITUDE:
        raise BadExpression(f"{text}: the result is out of bounds")
    return int(value) if value == int(value) else value


@lru_cache(maxsize=512)
def _parse(text: str) -> ast.expr:
    if len(text) > MAX_LENGTH:
        raise BadExpression("the expression is too long")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as error:
        raise BadExpression(f"{text!r} is not an expression") from error
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
        raise BadExpression("the expression is too large")
    return tree


def _value(node: ast.expr, lookup: Callable[[str], Number]) -> Number:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return number if isinstance(number, int) else Decimal(str(number))
        case ast.Name() | ast.Attribute():
            return lookup(_dotted(node))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, lookup)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            a, b = _value(left, lookup), _value(right, lookup)
            try:
                result: Number = _BINARY[type(op)](a, b)
            except ArithmeticError as error:
                raise BadExpression("the expression cannot be computed") from error
            return result
        case ast.Call(func=ast.Name(id=name), args=[_, *_] as arguments, keywords=[]) if name in _FUNCTIONS:
            chosen: Number = _call(name, [_value(argument, lookup) for argument in arguments])
            return chosen
        case _:
            raise BadExpression(f"{type(node).__name__} is not allowed in an expression")


def _call(name: str, arguments: list[Any]) -> Any:
    if name == "abs":
        if len(arguments) != 1:
            raise BadExpression("abs takes one value")
        return abs(arguments[0])
    return min(arguments) if name == "min" else max(arguments)


def _dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            return f"{_dotted(value)}.{attribute}"
        case _:
            raise BadExpression("a policy key is dotted words")


def names(text: str) -> frozenset[str]:
    """The policy keys an expression is made of. Raises BadExpression where it cannot be an expression."""
    called = {id(node.func) for node in ast.walk(_parse(text)) if isinstance(node, ast.Call)}
    inner = {id(node.value) for node in ast.walk(_parse(text)) if isinstance(node, ast.Attribute)}
    return frozenset(
        _dotted(node)
        for node in ast.walk(_parse(text))
        if isinstance(node, ast.Name | ast.Attribute) and id(node) not in called | inner
    )
