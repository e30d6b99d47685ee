"""Who catches everything says why."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tools.lint.source import Finding, Source

_BROAD = frozenset({"Exception", "BaseException"})
_DIRECTIVE = re.compile(r"(?:noqa|type: ignore|pragma)\S*(?:[:\s]+[A-Z]+\d+,?)*")
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
