"""`python -m staff_console`: the console under uvicorn, alone in a small process."""

from __future__ import annotations

import uvicorn

from staff_console.main import create_app
from staff_console.settings import Settings

GRACEFUL_SECONDS = 10


def main() -> None:
    """Serve until told to stop; requests at hand are finished first."""
    settings = Settings()
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        log_config=None,
    )


if __name__ == "__main__":
    main()
