"""`python -m devstack.sink`: serve the sink, on the loopback unless told otherwise."""

from __future__ import annotations

import logging
import sys

import uvloop
from aiohttp import web

from devstack.sink.app import create_app
from devstack.sink.settings import SinkSettings


def main() -> None:
    """Serve until SIGTERM."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    settings = SinkSettings.from_environment()
    web.run_app(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        loop=uvloop.new_event_loop(),
        access_log=None,
        print=None,
        shutdown_timeout=5,
    )


if __name__ == "__main__":
    main()
