"""What every service's tests hold its policies to."""

from __future__ import annotations

import ast
from pathlib import Path


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
