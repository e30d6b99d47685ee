"""Nothing so long that it cannot be read at one sitting."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tools.lint import config
from tools.lint.source import Finding, Source


def sizes(source: Source) -> Iterator[Finding]:
    """Files and functions within their limits; migrations, which only grow, are left alone."""
    if source.is_migration:
        return
    count = len(source.lines)
    if count > config.MAX_FILE_LINES:
        yield source.finding(
            1, "file-too-long", f"{count} lines, the limit is {config.MAX_FILE_LINES}: split it by noun"
        )
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > config.MAX_FUNCTION_LINES:
                limit = config.MAX_FUNCTION_LINES
                yield source.finding(
                    node.lineno, "function-too-long", f"{node.name}: {length} lines, the limit is {limit}"
                )
