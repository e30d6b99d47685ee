"""A rule's figure is a dated row with a legal reference, never a number in code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from tools.lint import config
from tools.lint.source import Finding, Source

_STRUCTURAL = frozenset({0, 1})  # with the minus sign apart, -1 is 1 here


def _numbers(source: Source) -> Iterator[tuple[int, int | float]]:
    """Every number with its line, those of decorators left out: how much a cache holds is no rule."""
    decorators = {
        id(part)
        for node in source.nodes
        for decorator in getattr(node, "decorator_list", ())
        for part in ast.walk(decorator)
    }
    for node in source.nodes:
        if not isinstance(node, ast.Constant) or isinstance(node.value, bool) or id(node) in decorators:
            continue
        if isinstance(node.value, int | float):
            yield node.lineno, node.value


def rule_figures(source: Source) -> Iterator[Finding]:
    """In a module that decides by policy no number but 0, 1, -1 and the named exceptions."""
    if not source.matches(*config.RULE_MODULES):
        return
    excused = config.RULE_EXCEPTIONS.get(source.path, {})
    for line, number in _numbers(source):
        if number not in _STRUCTURAL and number not in excused:
            yield source.finding(line, "rule-figure", f"{number}: a rule module takes its figures from the policy")


def known_figures(source: Source) -> Iterator[Finding]:
    """In no production module a figure of the programmes, neither as a number nor as text for a Decimal."""
    if not source.is_production or source.is_migration:
        return
    for line, number in _numbers(source):
        yield from _known(source, line, str(number))
    for line, text in source.strings:
        if text[:1].isdigit():
            yield from _known(source, line, text)


def _known(source: Source, line: int, text: str) -> Iterator[Finding]:
    try:
        figure = format(Decimal(text).normalize(), "f")
    except InvalidOperation:
        return  # text that begins with a digit and is no number
    if figure in config.KNOWN_FIGURES:
        meaning = config.KNOWN_FIGURES[figure]
        yield source.finding(line, "known-figure", f"{text} ({meaning}) belongs to a policy file")
