"""One Python file as the rules see it: its place, its tree and its comments."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from tools.lint import config

_ALLOW = re.compile(r"allow:\s*(?P<rule>[a-z-]+)\s+(?P<reason>\S+ .*)")


@dataclass(frozen=True, order=True)
class Finding:
    """A place where a rule is broken."""

    path: str
    line: int
    rule: str
    message: str = field(compare=False)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule} {self.message}"


@dataclass(frozen=True)
class Source:
    """A file by its path from the root of the workspace (with forward slashes) and its text."""

    path: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        """The text by line, without ends of line."""
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree; raises SyntaxError where the file is not Python."""
        return ast.parse(self.text, filename=self.path)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree, breadth first: walked once for all rules."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def comments(self) -> dict[int, str]:
        """Every comment by its line, without the hash."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}

    @property
    def is_migration(self) -> bool:
        """Whether the file is a step of a database's history, which is never rewritten."""
        return "migrations" in PurePosixPath(self.path).parts

    @property
    def is_test(self) -> bool:
        """Whether the file holds tests or fixtures."""
        return "tests" in PurePosixPath(self.path).parts or self.matches(*config.TEST_SUPPORT)

    @property
    def is_production(self) -> bool:
        """Whether the file is shipped in a service."""
        return self.matches(*config.PRODUCTION) and not self.is_test

    @property
    def is_service(self) -> bool:
        """Whether the file belongs to a service itself, not to the libraries under it."""
        return self.matches(*config.SERVICES) and not self.is_test

    def matches(self, *patterns: str) -> bool:
        """Whether the path fits one of the patterns (`*` within a folder, `**` through any)."""
        return any(_pattern(pattern).fullmatch(self.path) for pattern in patterns)

    def finding(self, line: int, rule: str, message: str) -> Finding:
        """A finding in this file."""
        return Finding(self.path, line, rule, message)

    def excuses(self, finding: Finding) -> bool:
        """Whether a comment on the finding's line or the one before allows it, with a reason."""
        for line in (finding.line, finding.line - 1):
            found = _ALLOW.search(self.comments.get(line, ""))
            if found and found["rule"] == finding.rule:
                return True
        return False

    @cached_property
    def docstrings(self) -> frozenset[int]:
        """The `id` of every docstring node."""
        return frozenset(self._docstrings())

    def _docstrings(self) -> Iterator[int]:
        for node in self.nodes:
            body = getattr(node, "body", None)
            for statement in body if isinstance(body, list) else []:
                # Attribute docstrings stand anywhere in a class, so that every lone string counts as one.
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                    yield id(statement.value)

    @cached_property
    def strings(self) -> tuple[tuple[int, str], ...]:
        """Every string in the code with its line, docstrings left out; of an f-string its fixed parts."""
        constants = (node for node in self.nodes if isinstance(node, ast.Constant) and id(node) not in self.docstrings)
        return tuple((node.lineno, node.value) for node in constants if isinstance(node.value, str))


Rule = Callable[[Source], Iterator[Finding]]


def _pattern(glob: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|\*\*|\*)", glob)
    wild = {"**/": "(?:.+/)?", "**": ".*", "*": "[^/]*"}
    return re.compile("".join(wild.get(part, re.escape(part)) for part in parts))


def words(name: str) -> list[str]:
    """The lower-case words of an identifier: `SmsSink`, `sms_sink` and `SMS_SINK` all give sms, sink."""
    return re.findall(r"[a-z]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower())
