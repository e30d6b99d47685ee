"""What a caller is bound to is compared in `chassis.area` and nowhere else."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tools.lint import config
from tools.lint.source import Finding, Source

_RULE = "bound-compared-by-hand"


def bounds(source: Source) -> Iterator[Finding]:
    """Code asks `bound.covers`, `bound.own` or a `BoundedStatement`; it may only look whether a bound is there."""
    if not source.is_production or source.matches(config.COMPARES_BOUNDS):
        return
    for node in source.nodes:
        if isinstance(node, ast.Compare) and not all(isinstance(op, ast.Is | ast.IsNot) for op in node.ops):
            for part in ast.walk(node):
                if _is_of_a_bound(part, config.BOUND_FIELDS):
                    yield source.finding(node.lineno, _RULE, f"{ast.unparse(part)}: let the bound compare itself")
        elif _is_of_a_bound(node, config.BOUND_AREAS):
            yield source.finding(node.lineno, _RULE, f"{ast.unparse(node)}: take `only_governorate`, or let it compare")  # type: ignore[attr-defined]


def _is_of_a_bound(node: ast.AST, fields: frozenset[str]) -> bool:
    """Whether a node is such a field of something called `bound`."""
    if not (isinstance(node, ast.Attribute) and node.attr in fields):
        return False
    owner = node.value
    return (owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")) == "bound"
