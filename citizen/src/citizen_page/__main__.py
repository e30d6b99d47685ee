"""`python -m citizen_page`: the pages under uvicorn, alone in a small process."""

from __future__ import annotations

import uvicorn

from citizen_page.main import create_app
from citizen_page.settings import Settings

GRACEFUL_SECONDS = 10


def main() -> None:
    """Serve until told to stop; requests at hand are finished first."""
    settings = Settings()
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        log_config=None,
    )


if __name__ == "__main__":
    main()
