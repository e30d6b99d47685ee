"""Tests run, and run against the real thing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tools.lint import config
from tools.lint.source import Finding, Source

_SKIP = re.compile(r"(?:pytest\.(?:mark\.)?(?:skip|skipif|xfail|importorskip)|unittest\.(?:skip\w*|expectedFailure))")
_DOUBLES = re.compile(r"(?:unittest\.mock|mock|pytest_mock|respx|responses)(?:\..*)?")
_HERE = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\]):(?P<port>\d+)")
_CONTRACT = re.compile(r"contract-test:\s*(?P<path>[\w./-]+\.py)")


def skipped_tests(source: Source) -> Iterator[Finding]:
    """No test is skipped or expected to fail."""
    if not source.is_test:
        return
    for node in source.nodes:
        if isinstance(node, ast.Attribute) and _SKIP.fullmatch(ast.unparse(node)):
            yield source.finding(node.lineno, "skipped-test", f"{ast.unparse(node)}: mend the test or remove it")


def default_ports(source: Source) -> Iterator[Finding]:
    """No test uses a default port, where a running system listens: not even for what shall be absent (port 1 is)."""
    if not source.is_test:
        return
    found = [(line, int(here["port"])) for line, text in source.strings for here in _HERE.finditer(text)]
    for node in source.nodes:
        if isinstance(node, ast.Constant) and type(node.value) is int:
            found.append((node.lineno, node.value))
    for line, port in found:
        if port in config.DEFAULT_PORTS:
            yield source.finding(line, "default-port", f"{port}: take free_port(), or port 1 for what is away")


def test_doubles(source: Source) -> Iterator[Finding]:
    """A double is tied to the real thing by a contract test named at its import: `# contract-test: PATH`."""
    for node in source.nodes:
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        doubled = [module for module in modules if _DOUBLES.fullmatch(module)]
        if doubled and not _has_contract(source, node.lineno):
            message = f"{doubled[0]}: use the real thing, or name the contract test: `# contract-test: path.py`"
            yield source.finding(node.lineno, "test-double", message)


def _has_contract(source: Source, line: int) -> bool:
    found = _CONTRACT.search(source.comments.get(line, "") + " " + source.comments.get(line - 1, ""))
    return found is not None and Path(found["path"]).is_file()
