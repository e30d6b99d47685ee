"""Production code knows nothing of the demonstration or of the stand-in for the SMS network."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from tools.lint import config
from tools.lint.source import Finding, Source, words


def stand_in_names(source: Source) -> Iterator[Finding]:
    """No file, identifier or string of a production module names them."""
    if not source.is_production:
        return
    names = [(1, PurePosixPath(source.path).stem), *_identifiers(source.nodes), *source.strings]
    for line, name in names:
        found = config.STAND_IN_WORDS.intersection(words(name))
        if found:
            yield source.finding(line, "stand-in-name", f"{', '.join(sorted(found))!r} in production code")


def _identifiers(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    for node in nodes:
        line = getattr(node, "lineno", 1)
        for attribute in ("name", "id", "attr", "arg", "asname", "module"):
            value = getattr(node, attribute, None)
            if isinstance(value, str):
                yield line, value
