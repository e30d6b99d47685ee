"""What others wrote and is kept in the tree is what they published, each file with its licence beside it."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LISTS = sorted(
    path
    for path in ROOT.rglob("vendor/VENDOR.toml")
    if not {".venv", ".git"}.intersection(path.relative_to(ROOT).parts)
)


def test_there_are_lists() -> None:
    assert LISTS


@pytest.mark.parametrize("path", LISTS, ids=lambda path: str(path.relative_to(ROOT).parent))
def test_vendored_files_are_as_published_and_licensed(path: Path) -> None:
    listed = tomllib.loads(path.read_text(encoding="utf-8"))["file"]
    here = {one.name for one in path.parent.iterdir()} - {path.name}
    assert {one["name"] for one in listed} == here
    for one in listed:
        assert hashlib.sha256((path.parent / one["name"]).read_bytes()).hexdigest() == one["sha256"], one["name"]
        assert one["licence"], one["name"]
        assert one["licence_file"] in here, one["name"]
