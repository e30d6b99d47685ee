"""A Python program that runs to its end while the stack starts: a migration, a generator."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence

from devstack.engines.process import EngineError


async def run_tool(what: str, arguments: Sequence[str], environment: Mapping[str, str], given: bytes = b"") -> None:
    """Run `python …` to its end, `given` on its standard input. Cancelled, it is killed.

    `EngineError` with `what` and the tool's own words when it fails.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        env=dict(environment),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await process.communicate(given)
    except asyncio.CancelledError:
        process.kill()
        await process.communicate()
        raise
    if process.returncode != 0:
        raise EngineError(f"{what}\n{said.decode(errors='replace').strip()}")
