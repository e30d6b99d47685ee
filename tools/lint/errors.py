"""Who catches everything says why, and what a refusal tells besides hides nothing of its document."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tools.lint import config
from tools.lint.source import Finding, Source

_BROAD = frozenset({"Exception", "BaseException"})
_DIRECTIVE = re.compile(r"(?:noqa|type: ignore|pragma)\S*(?:[:\s]+[A-Z]+\d+,?)*")
_REFUSALS = re.compile(r"(?:^|[._])(?:errors|refusals|problems)$")
_LEAST_WORDS = 3  # fewer cannot say why


def broad_excepts(source: Source) -> Iterator[Finding]:
    """A bare or broad `except`, or one that only passes, carries its reason in a comment (`# why: …`)."""
    for node in source.nodes:
        if isinstance(node, ast.ExceptHandler):
            if _is_broad(node.type) and not _explained(source, node):
                yield source.finding(node.lineno, "broad-except", "say why everything is caught here: `# why: …`")
            elif _only_passes(node) and not _explained(source, node):
                yield source.finding(node.lineno, "swallowed-error", "say why nothing needs to be done: `# why: …`")
        elif (
            isinstance(node, ast.Call)
            and _suppresses_all(node)
            and not _commented(source, node.lineno - 1, node.lineno)
        ):
            yield source.finding(node.lineno, "broad-except", "say why everything is suppressed: `# why: …`")


def _is_broad(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(isinstance(name, ast.Name) and name.id in _BROAD for name in names)


def _only_passes(handler: ast.ExceptHandler) -> bool:
    return all(isinstance(statement, ast.Pass) for statement in handler.body)


def _suppresses_all(call: ast.Call) -> bool:
    return ast.unparse(call.func).endswith("suppress") and any(_is_broad(argument) for argument in call.args)


def _explained(source: Source, handler: ast.ExceptHandler) -> bool:
    """A comment on the handler's line, the one before, or before the end of its first statement."""
    return _commented(source, handler.lineno - 1, handler.body[0].lineno)


def _commented(source: Source, first: int, last: int) -> bool:
    comments = (_DIRECTIVE.sub("", source.comments.get(line, "")) for line in range(first, last + 1))
    return any(len(re.findall(r"\w+", comment)) >= _LEAST_WORDS for comment in comments)


def hidden_members(source: Source) -> Iterator[Finding]:
    """An extension of a problem document (RFC 9457, 3.2) named as one of the members that every document has."""
    if source.is_test:
        return
    refusals = _imported_refusals(source)
    for call in (*_raised(source), *_made_by_refusals(source), *_calls_of(source, refusals)):
        for given in call.keywords:
            if given.arg in config.PROBLEM_MEMBERS:
                yield source.finding(
                    given.value.lineno, "hidden-member", f"every problem has its own {given.arg}: name this another way"
                )


def _raised(source: Source) -> Iterator[ast.Call]:
    for node in source.nodes:
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            yield node.exc


def _made_by_refusals(source: Source) -> Iterator[ast.Call]:
    """Calls of `cls(…)` and `super().__init__(…)` in classes that have a refusal's code."""
    for kind in source.nodes:
        if isinstance(kind, ast.ClassDef) and any(_assigns(statement, "title_ar") for statement in kind.body):
            for node in ast.walk(kind):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in {"cls", "super().__init__"}:
                    yield node


def _assigns(statement: ast.stmt, name: str) -> bool:
    return isinstance(statement, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == name for target in statement.targets
    )


def _imported_refusals(source: Source) -> frozenset[str]:
    """Names that come from a module of refusals, by the names such modules have everywhere."""
    return frozenset(
        one.asname or one.name
        for node in source.nodes
        if isinstance(node, ast.ImportFrom) and _REFUSALS.search(node.module or "")
        for one in node.names
        if one.name[:1].isupper()
    )


def _calls_of(source: Source, names: frozenset[str]) -> Iterator[ast.Call]:
    raised = {id(call) for call in _raised(source)}
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield from () if id(node) in raised else (node,)
