"""A Python program that runs to its end while the stack starts: a migration, a generator."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence

from devstack.engines.process import EngineError


async def run_tool(what: str, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """Run `python …` to its end; `EngineError` with what it said when it fails. Cancelled, it is killed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        env=dict(environment),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.communicate()
        raise
    if process.returncode != 0:
        raise EngineError(f"{what}\n{said.decode(errors='replace').strip()}")
