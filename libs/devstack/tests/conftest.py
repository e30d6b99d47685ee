"""What every test of the development stack leaves behind as it was."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _as_readable_as_before() -> Iterator[None]:
    """A command that runs in the test's own process keeps what it makes from others, as would all tests after it."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)
