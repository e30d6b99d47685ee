"""What every service's tests hold its policies to."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

from policybook.book import PolicyBook
from policybook.days import ByDay
from policybook.files import read_policies
from policybook.keys import Keys
from policybook.snapshot import Snapshot
from policybook.startup import whole_book


def unread_keys(declared_in: Path) -> set[str]:
    """The names of keys declared in a module that no code of its package reads."""
    declared = {
        target.id
        for node in ast.parse(declared_in.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("KEYS.declare(")
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    package = next(folder for folder in declared_in.parents if not (folder.parent / "__init__.py").exists())
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                declared.discard(node.attr)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                declared.discard(node.id)
    return declared


def changed_copy(folder: Path, target: Path, **values: int) -> Path:
    """A copy of a folder of policy files with other values: `payment__hold_seconds=20` for `payment.hold_seconds`."""
    shutil.copytree(folder, target)
    for name, value in values.items():
        key = name.replace("__", ".")
        changed = 0
        for path in target.glob("*.yaml"):
            text, n = re.subn(rf"(key: {re.escape(key)}\n    value: )\d+", rf"\g<1>{value}", path.read_text("utf-8"))
            path.write_text(text, "utf-8")
            changed += n
        assert changed, f"no row of {key} with a number"
    return target


def snapshot_of(folder: Path, keys: Keys) -> Snapshot[PolicyBook]:
    """The book of a folder's files, without a database."""
    snapshot = Snapshot(whole_book)
    snapshot.figures = ByDay(PolicyBook.of(read_policies(folder, keys)), whole_book)
    return snapshot
