"""Envoy's statistics for Prometheus, by a listener of their own: the rest of its pages stays on the loopback."""

from __future__ import annotations

from api_gateway.edge.clusters import located
from api_gateway.edge.settings import EdgeSettings

PATH = "/stats/prometheus"
_ADMIN = "admin"
_TYPE = "type.googleapis.com/envoy.extensions.filters"
_MANAGER = "envoy.filters.network.http_connection_manager"


def stats_listener(settings: EdgeSettings) -> dict[str, object]:
    """Where Prometheus connects: one path, to be read only."""
    router = {"@type": f"{_TYPE}.http.router.v3.Router"}
    reading = [{"name": ":method", "string_match": {"exact": "GET"}}]
    routes = [
        {"match": {"path": PATH, "headers": reading}, "route": {"cluster": _ADMIN, "timeout": "5s"}},
        {"match": {"prefix": "/"}, "direct_response": {"status": 404}},
    ]
    manager = {
        "@type": f"{_TYPE}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "stats",
        "server_name": "unicard",
        "route_config": {"virtual_hosts": [{"name": "stats", "domains": ["*"], "routes": routes}]},
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": router}],
    }
    return {
        "name": "stats",
        "address": {"socket_address": {"address": settings.stats_host, "port_value": settings.stats_port}},
        "filter_chains": [{"filters": [{"name": _MANAGER, "typed_config": manager}]}],
    }


def admin_cluster(settings: EdgeSettings) -> dict[str, object]:
    """Envoy's own pages, as the stats listener reaches them."""
    return located(_ADMIN, [("127.0.0.1", settings.admin_port)])
