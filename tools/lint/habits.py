"""Habits that have cost others money or data."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tools.lint import config
from tools.lint.source import Finding, Source, words

# Arrays bound by name; the lanes number the parameters of their few statements for the driver itself.
_BOUND_ARRAYS = re.compile(r"\bunnest\(\s*CAST\(:", re.IGNORECASE)
_UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
_WALL_CLOCK = re.compile(r"(?:\w+\.)*(?:datetime\.(?:now|utcnow|today)|date\.today)")


def lost_updates(source: Source) -> Iterator[Finding]:
    """`total += await f()` reads total before it waits: what others added meanwhile is lost.

    `|=` is left alone: sets and dicts take what is new in place, after the wait.
    """
    for node in source.nodes:
        if not isinstance(node, ast.AugAssign) or isinstance(node.op, ast.BitOr):
            continue
        if any(isinstance(part, ast.Await) for part in ast.walk(node.value)):
            yield source.finding(node.lineno, "lost-update", "await into a variable of its own first, then add")


def prints(source: Source) -> Iterator[Finding]:
    """Production code logs; it never prints."""
    if not source.is_production:
        return
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield source.finding(node.lineno, "print", "log it with chassis.logging")


def money_as_float(source: Source) -> Iterator[Finding]:
    """Money is whole piastres or Decimal; a float loses some."""
    if not source.path.endswith(".py") or source.is_test:
        return
    for node in source.nodes:
        for name in _floats(node):
            yield source.finding(node.lineno, "money-as-float", f"{name}: use int piastres or Decimal")  # type: ignore[attr-defined]


def _floats(node: ast.AST) -> Iterator[str]:
    """The money names that this node makes a float."""
    if isinstance(node, ast.AnnAssign) and _says_float(node.annotation):
        yield from _money(ast.unparse(node.target))
    elif isinstance(node, ast.arg) and _says_float(node.annotation):
        yield from _money(node.arg)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _says_float(node.returns):
        yield from _money(node.name)
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, float):
        for target in node.targets:
            yield from _money(ast.unparse(target))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
        for argument in node.args:
            yield from _money(ast.unparse(argument))


def _says_float(annotation: ast.expr | None) -> bool:
    return annotation is not None and any(
        isinstance(part, ast.Name) and part.id == "float" for part in ast.walk(annotation)
    )


def _money(name: str) -> Iterator[str]:
    if config.MONEY_WORDS.intersection(words(name)):
        yield name


def business_clock(source: Source) -> Iterator[Finding]:
    """Services take the time from `runtime.clock`, which a training stack may move."""
    if not source.is_service or source.is_migration:
        return
    for node in source.nodes:
        if isinstance(node, ast.Call) and _WALL_CLOCK.fullmatch(ast.unparse(node.func)):
            yield source.finding(node.lineno, "wall-clock", "take the time from runtime.clock.now()")


def set_statements(source: Source) -> Iterator[Finding]:
    """Rows reach a statement in one way: `chassis.row_arrays`."""
    if source.is_production and not source.is_migration:
        for line, text in source.strings:
            if _BOUND_ARRAYS.search(text):
                yield source.finding(line, "hand-written-rows", "write <rows> and name the columns: chassis.row_arrays")


def unfinished(source: Source) -> Iterator[Finding]:
    """Nothing is left for later in the code."""
    for line, comment in source.comments.items():
        found = _UNFINISHED.search(comment)
        if found:
            yield source.finding(
                line, "unfinished", f"{found.group()}: finish it, or open an issue and say nothing here"
            )
    for node in source.nodes:
        if isinstance(node, ast.Name) and node.id == "NotImplementedError":
            yield source.finding(node.lineno, "unfinished", "NotImplementedError: use a Protocol or finish it")


def own_engines(source: Source) -> Iterator[Finding]:
    """A service reaches its database by what chassis makes; SQLAlchemy alone misreads an address that asks for TLS."""
    if not source.is_service:
        return
    for node in source.nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
            ("create_async_engine", "sqlalchemy.create_engine")
        ):
            yield source.finding(node.lineno, "own-engine", "make it by chassis.db.create_engine")


def second_sessions(source: Source) -> Iterator[Finding]:
    """Who has a connection of a pool waits for no other: as many as the pool has would wait for each other for ever.

    What a refusal has to leave behind is kept by `Refusal.keeps`.
    """
    if not source.is_service:
        return
    for node in source.nodes:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not _has_session(node):
            continue
        for part in ast.walk(node):
            if isinstance(part, ast.Call) and ast.unparse(part.func).endswith((".sessions", ".engine.connect")):
                yield source.finding(part.lineno, "second-session", "use the session that the function was given")


def _has_session(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    given = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    annotations = (ast.unparse(one.annotation) for one in given if one.annotation is not None)
    return any(name in config.SESSIONS for name in annotations)
