"""A test that hangs fails, says where it stood, and leaves the next one alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]

HANGING = """
import asyncio
import subprocess

import pytest

left = []


async def forever():
    try:
        await asyncio.Event().wait()
    finally:
        left.append("forever")


@pytest.fixture
async def opened():
    yield
    left.append("opened")


@pytest.mark.timeout(1)
async def test_a_task_that_waits(opened):
    beside = asyncio.create_task(asyncio.sleep(100), name="beside")
    await forever()


@pytest.mark.timeout(1)
def test_a_program_that_does_not_end():
    subprocess.run(["sleep", "100"])


async def test_the_next_one():
    await asyncio.sleep(0)
    assert sorted(left) == ["forever", "opened"]
"""


def test_it_fails_and_says_what_it_waited_for(tmp_path: Path) -> None:
    (tmp_path / "test_hanging.py").write_text(HANGING, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider", "-n", "0"]
    done = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, check=False, timeout=120)
    said = done.stdout
    assert "2 failed, 1 passed" in said, said + done.stderr
    assert f"{tmp_path}/test_hanging.py:12 forever" in said
    assert "beside\n" in said
