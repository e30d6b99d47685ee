"""`python -m devstack.stack`: the supervisor, without a terminal."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

from devstack.engines.process import EngineError
from devstack.settings import StackSettings
from devstack.stack.supervisor import Supervisor


def _report(what: str) -> None:
    moment = datetime.now(UTC).isoformat(timespec="milliseconds")
    sys.stdout.write(f"{moment} {what}\n")
    sys.stdout.flush()


async def _run() -> None:
    await Supervisor(StackSettings.from_environment(), _report).run()


def main() -> int:
    """Run until a signal; 1 when something could not start."""
    try:
        asyncio.run(_run())
    except EngineError as error:
        _report(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
