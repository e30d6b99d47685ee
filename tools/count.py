"""Count source lines and escapes from the types: `python -m tools.count [--base REVISION]`.

A line counts when something stands on it besides blanks, comments and docstrings. Escapes are what mypy cannot check:
`Any`, `type: ignore`, `cast(` of typing, and `.extra[`. Lines that a program wrote are counted apart.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import subprocess
import sys
import tarfile
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.lint.source import Source

ROOT = Path(__file__).parents[1]

LINES, ANY, IGNORE, CAST, EXTRA, FILES = "lines", "Any", "type: ignore", "cast(", ".extra[", "files"
COLUMNS = (FILES, LINES, ANY, IGNORE, CAST, EXTRA)
ALL_SOURCES, WRITTEN = "all of src", "written by a program"

# What a program writes into git; files that .gitattributes calls generated count as well. Not requirements.lock.
_WRITTEN = re.compile(
    r"gateway/src/api_gateway/openapi\.json|(?:gateway|deploy)/envoy\.yaml|libs/contracts/asyncapi\.yaml"
    r"|libs/contracts/schemas/.+\.json|docs/events\.md|libs/.+\.lock\.toml"
)
_SOURCE = re.compile(r"(?P<member>(?:libs/)?[^/]+)/src/.+\.py")
_SKIPPED_TOKENS = frozenset(
    {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENCODING,
        tokenize.ENDMARKER,
    }
)
Files = Iterable[tuple[str, bytes]]


def count(files: Files) -> dict[str, Counter[str]]:
    """The counts of each member's src, of tools, bench and tests, by group."""
    files = list(files)
    written = _marked_as_generated(files)
    groups: dict[str, Counter[str]] = {}
    for path, content in files:
        if _WRITTEN.fullmatch(path) or path in written:
            found = Counter({FILES: 1, LINES: content.count(b"\n")})
            groups.setdefault(WRITTEN, Counter()).update(found)
        elif path.endswith(".py"):
            found = count_file(path, content.decode())
            for group in _groups(path):
                groups.setdefault(group, Counter()).update(found)
    return groups


def count_file(path: str, text: str) -> Counter[str]:
    """The counts of one Python file."""
    source = Source(path, text)
    code = _code_lines(source)
    casts = {"cast"} if re.search(r"^from typing import .*\bcast\b|^\s+cast,$", text, re.MULTILINE) else set()
    found = Counter({FILES: 1, LINES: len(code)})
    found[IGNORE] = sum("type: ignore" in comment for comment in source.comments.values())
    for node in ast.walk(source.tree):
        match node:
            case ast.Name(id="Any") | ast.Attribute(attr="Any"):
                found[ANY] += 1
            case ast.Call(func=ast.Name(id=name)) if name in casts:
                found[CAST] += 1
            case ast.Subscript(value=ast.Attribute(attr="extra")):
                found[EXTRA] += 1
            case _:
                pass
    return found


def _code_lines(source: Source) -> set[int]:
    docstrings = source.docstrings
    left_out: set[int] = set()
    for node in ast.walk(source.tree):
        if id(node) in docstrings and isinstance(node, ast.Constant):
            left_out.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type not in _SKIPPED_TOKENS:
            code.update(range(token.start[0], token.end[0] + 1))
    return code - left_out


def _groups(path: str) -> Iterator[str]:
    found = _SOURCE.fullmatch(path)
    if found:
        yield f"{found['member']}/src"
        yield ALL_SOURCES
    elif "/tests/" in f"/{path}":
        yield "tests"
    elif path.startswith(("tools/", "bench/")):
        yield path.split("/", 1)[0]


def _marked_as_generated(files: Files) -> set[str]:
    """What .gitattributes calls `linguist-generated`, the lock of the libraries left out."""
    rules = next((content.decode() for path, content in files if path == ".gitattributes"), "")
    patterns = [line.split()[0].lstrip("/") for line in rules.splitlines() if "linguist-generated" in line]
    paths = (Source(path, "") for path, _ in files if path != "requirements.lock")
    return {source.path for source in paths if source.matches(*patterns)}


def of_working_tree() -> Files:
    """Every file of the working tree that git does not ignore."""
    listed = _git("ls-files", "-z", "--cached", "--others", "--exclude-standard").decode()
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file():
            yield name, path.read_bytes()


def of_revision(revision: str) -> Files:
    """Every file of a revision. Raises CalledProcessError where git does not know it."""
    with tarfile.open(fileobj=io.BytesIO(_git("archive", "--format=tar", revision))) as archive:
        for entry in archive:
            content = archive.extractfile(entry) if entry.isfile() else None
            if content:
                yield entry.name, content.read()


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True).stdout


def _order(group: str) -> tuple[int, str]:
    return ([ALL_SOURCES, "tools", "bench", "tests", WRITTEN].index(group) + 1 if "/" not in group else 0, group)


def table(now: dict[str, Counter[str]], base: dict[str, Counter[str]] | None = None) -> str:
    """The counts as text, a group a line; with a base the difference to it stands in brackets."""
    lines = [f"{'':24}" + "".join(f"{column:>18}" for column in COLUMNS)]
    for group in sorted(now.keys() | (base or {}).keys(), key=_order):
        here = now.get(group, Counter())
        cells = []
        for column in COLUMNS:
            change = f" ({here[column] - base.get(group, Counter())[column]:+,})" if base is not None else ""
            cells.append(f"{here[column]:,}{change}")
        lines.append(f"{group:24}" + "".join(f"{cell:>18}" for cell in cells))
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.count", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--base", metavar="REVISION", help="compare with this revision")
    base = parser.parse_args(arguments).base
    print(table(count(of_working_tree()), count(of_revision(base)) if base else None))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
