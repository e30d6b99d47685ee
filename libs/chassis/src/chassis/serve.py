"""`python -m chassis.serve PACKAGE --host H --port N [--role R]`: a service under uvicorn, as it runs everywhere."""

from __future__ import annotations

import argparse
import os
from typing import Any, get_args

import uvicorn

from chassis.http import Http
from chassis.settings import Listening, Role

GRACEFUL_SECONDS = 10


def options(app: object, **more: object) -> dict[str, Any]:
    """How uvicorn serves an app, or the factory of one, in production and in tests."""
    return {
        "app": app,
        "loop": "uvloop",
        "http": Http,
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "timeout_graceful_shutdown": GRACEFUL_SECONDS,
        **more,
    }


def main() -> None:
    """Serve until told to stop; requests at hand are finished first."""
    parser = argparse.ArgumentParser(prog="python -m chassis.serve", description=__doc__)
    parser.add_argument("package", help="the service's package, e.g. supply_service")
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--role", choices=get_args(Role), help="instead of UNICARD_ROLE")
    given = parser.parse_args()
    if given.role:
        os.environ["UNICARD_ROLE"] = given.role
    listening = Listening()
    tls = {"ssl_certfile": listening.tls_certificate, "ssl_keyfile": listening.tls_key}
    uvicorn.run(**options(f"{given.package}.main:create_app", host=given.host, port=given.port, factory=True, **tls))


if __name__ == "__main__":
    main()
