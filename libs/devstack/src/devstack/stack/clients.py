"""`python -m devstack.stack.clients`: make the demonstration's API clients at a gateway that runs in a container."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from devstack.engines.process import EngineError
from devstack.stack.bootstrap import ensure_clients


def main() -> int:
    """Make those that the file does not know yet; 1 with the reason when the gateway refuses."""
    try:
        asyncio.run(ensure_clients(os.environ["UNICARD_EDGE_URL"], Path(os.environ["UNICARD_CLIENTS"]), os.environ))
    except EngineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
