"""Pages for people at the edge: processes that answer everything below a path of their own, without a token.

They are no services: they have no line in the table of routes, and call the services in the name of who uses them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from api_gateway.edge import filters
from chassis.endpoints import Rate

_KIB: Final = 1024
FILE_BYTES: Final = 32 * 1024 * _KIB  # the console takes no larger file (`staff_console.web.uploads`)
_FILE_SECONDS: Final = 120.0


@dataclass(frozen=True)
class Front:
    """One of them: the name of its cluster and of its address in the settings, and where its pages begin.

    `files`: below which paths a form may carry a file of up to `FILE_BYTES`.
    """

    name: str
    path: str
    body: int
    deadline: float
    files: tuple[str, ...] = ()

    def routes(self) -> list[dict[str, object]]:
        """Its pages as Envoy's routes: what is read, what forms send, and 405 for everything else."""
        files = (self._forward("POST", path, FILE_BYTES + self.body, _FILE_SECONDS) for path in self.files)
        pages = (self._forward(method, self.path, self.body, self.deadline) for method in ("GET", "HEAD", "POST"))
        return [*files, *pages, self._other()]

    def _forward(self, method: str, path: str, body: int, deadline: float) -> dict[str, object]:
        return {
            "name": f"{method} {path}",
            "match": {
                "path_separated_prefix": path,
                "headers": [{"name": ":method", "string_match": {"exact": method}}],
            },
            "route": {
                "cluster": self.name,
                "timeout": f"{deadline:g}s",
                # before the request has left: nothing is done twice
                "retry_policy": {"retry_on": "connect-failure,refused-stream", "num_retries": 2},
            },
            "metadata": filters.rate_of(Rate.PUBLIC),
            "typed_per_filter_config": {**filters.public(), **filters.body_of(body)},
        }

    def _other(self) -> dict[str, object]:
        return {
            "name": f"other {self.path}",
            "match": {"path_separated_prefix": self.path},
            "direct_response": {"status": 405},
            "typed_per_filter_config": filters.public(),
        }


FRONTS: Final = (
    Front("citizen", "/citizen", body=64 * _KIB, deadline=20.0),
    Front(
        "console",
        "/console",
        body=256 * _KIB,
        deadline=20.0,
        files=("/console/imports", "/console/production", "/console/payouts/files"),
    ),
)
