"""A table is written by the package that owns it, and by no other.

A package names its tables in its `__init__.py` (`TABLES = ("card",)`); a library's tables stand in the database of
every service that uses it. Whoever needs another's rows written calls the owner's function, or puts the owner's part
into a statement of its own.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path, PurePosixPath

from tools.lint.source import Finding, Source

ROOT = Path(__file__).parents[2]

_WRITE = re.compile(
    r"\b(?:INSERT\s+INTO|MERGE\s+INTO|DELETE\s+FROM(?:\s+ONLY)?|TRUNCATE(?!\s+O[NR]\b)(?:\s+TABLE)?|COPY)\s+(?P<into>[\w\"{%]\S*)"
    r"|(?<!FOR )(?<!KEY )(?<!DO )\bUPDATE\s+(?:ONLY\s+)?(?P<changed>[\w\"{%]\S*)(?=\s+(?:(?:AS\s+)?\w+\s+)?SET\b)",
    re.IGNORECASE,
)
_CREATED = re.compile(r"\bCREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?P<table>\w+)\s*\(", re.IGNORECASE)
_DROPPED = re.compile(r"\bDROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?P<table>\w+)", re.IGNORECASE)
_NAME_IT = "name it in the TABLES of the package that owns it"
# SQL is written as text, so that it can be read here.
_COPIES = frozenset({"copy_records_to_table", "copy_to_table"})
_BUILDERS = frozenset({"insert", "update", "delete"})


def foreign_writes(source: Source) -> Iterator[Finding]:
    """No statement writes a table that another package owns, or one whose name the code does not say."""
    package = _package(source.path)
    if package is None or source.is_test:
        return
    owned = owners(_member(source.path))
    for line, table in _written(source, owned):
        if not re.fullmatch(r"\w+", table):
            yield source.finding(line, "unnamed-table", f"{table}: name the table where it is written")
        elif table.lower() not in owned:
            yield source.finding(line, "unowned-table", f"{table}: {_NAME_IT}")
        elif owned[table.lower()] != package:
            message = f"{table} belongs to {_dotted(owned[table.lower()])}: call a function of that package"
            yield source.finding(line, "foreign-table", message)


def ownerless_tables(source: Source) -> Iterator[Finding]:
    """Every table that a migration creates, unless a later one drops it, is named by one package."""
    member = _member(source.path)
    if source.is_migration and not source.is_test:
        for line, text in source.strings:
            for table in _CREATED.findall(text):
                if table not in owners(member) and table not in _dropped(member):
                    yield source.finding(line, "unowned-table", f"{table}: {_NAME_IT}")
    package = _package(source.path)
    if package is None or PurePosixPath(source.path).name != "__init__.py":
        return
    for line, table in _declared(source.tree):
        owner = owners(member).get(table)
        if owner != package:
            yield source.finding(line, "table-of-two", f"{table} is owned by {_dotted(owner or '')} already")


def _written(source: Source, owned: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """The tables that statements of a file write, as far as their text says, with the lines."""
    for line, text in _texts(source):
        for found in _WRITE.finditer(text):
            table = re.split(r"[\s(;,]", found["into"] or found["changed"], maxsplit=1)[0]
            if found[0][0].islower() and table.lower() not in owned:
                continue  # a sentence, such as «delete from the register»
            yield line + text.count("\n", 0, found.start()), table.strip('"')
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _COPIES:
            yield node.lineno, ast.literal_eval(node.args[0]) if isinstance(node.args[0], ast.Constant) else "?"
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            yield from ((node.lineno, f"sqlalchemy.{one.name}") for one in node.names if one.name in _BUILDERS)


def _texts(source: Source) -> Iterator[tuple[int, str]]:
    """Every string with its line; of an f-string the fixed parts with a brace for each part that is put in."""
    ignored = source.docstrings
    inside: set[int] = set()
    for node in source.nodes:
        if isinstance(node, ast.JoinedStr):
            inside.update(id(part) for part in node.values)
            yield (
                node.lineno,
                "".join(str(part.value) if isinstance(part, ast.Constant) else "{" for part in node.values),
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in ignored | inside:
            yield node.lineno, node.value


@cache
def owners(member: str) -> Mapping[str, str]:
    """The owning package, a path from the root, of each table in a member's database; libraries' tables among them."""
    found: dict[str, str] = {}
    places = [member] if member.startswith("libs/") else [member, "libs/*"]
    for path in sorted(path for place in places for path in ROOT.glob(f"{place}/src/**/__init__.py")):
        for _, table in _declared(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(table, path.parent.relative_to(ROOT).as_posix())
    return found


@cache
def _dropped(member: str) -> frozenset[str]:
    texts = (path.read_text(encoding="utf-8") for path in ROOT.glob(f"{member}/migrations/versions/*.py"))
    return frozenset(found["table"] for text in texts for found in _DROPPED.finditer(text))


def _declared(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["TABLES"]:
            for part in ast.walk(node.value):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.lineno, part.value


def _member(path: str) -> str:
    parts = PurePosixPath(path).parts
    return "/".join(parts[:2] if parts[0] == "libs" else parts[:1])


def _package(path: str) -> str | None:
    """The package a module belongs to: the one in the member's root package, or that itself; None outside members."""
    found = re.fullmatch(r"((?:libs/)?[^/]+/src/[^/]+)((?:/[^/]+)?)(?:/.*)?/[^/]+\.py", path)
    if found is None or found[1].endswith("/devstack"):
        return None
    return found[1] + found[2]


def _dotted(package: str) -> str:
    return package.split("/src/", 1)[-1].replace("/", ".")
