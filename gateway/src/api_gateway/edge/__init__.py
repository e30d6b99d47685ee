"""Envoy's configuration, written from the route table: `python -m api_gateway.edge --output FILE`."""

from __future__ import annotations

from typing import Any

import yaml

from api_gateway.edge.clusters import cluster
from api_gateway.edge.fronts import FRONTS
from api_gateway.edge.listener import listener
from api_gateway.edge.settings import EdgeSettings
from api_gateway.edge.stats import admin_cluster, stats_listener
from api_gateway.edge.tracing import collector
from api_gateway.route import Upstream

__all__ = ["bootstrap", "render"]

_HEADER = "# Written by `python -m api_gateway.edge` from api_gateway/routes.py: change the table, not this file.\n"
_COMPACT = {
    "match",
    "route",
    "metadata",
    "typed_per_filter_config",
    "direct_response",
    "filter",
    "body_format_override",
}
_MONITOR = "type.googleapis.com/envoy.extensions.resource_monitors"


def bootstrap(settings: EdgeSettings) -> dict[str, Any]:
    """The whole configuration of one Envoy process."""
    stats = settings.stats_port is not None
    loopback = {"socket_address": {"address": "127.0.0.1", "port_value": settings.admin_port}}
    return {
        "admin": {"address": loopback},
        "overload_manager": _overload(settings),
        "static_resources": {
            "listeners": [listener(settings), *([stats_listener(settings)] if stats else [])],
            "clusters": [
                *(cluster(upstream.value, settings) for upstream in Upstream),
                *(cluster(front.name, settings) for front in FRONTS),
                collector(settings),
                *([admin_cluster(settings)] if stats else []),
            ],
        },
    }


def render(settings: EdgeSettings) -> str:
    """The configuration as YAML."""
    text = yaml.dump(
        bootstrap(settings), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None
    )
    return _HEADER + str(text)


class _Dumper(yaml.CSafeDumper):
    """Writes every part out (a reader should not have to follow anchors), a route's parts on few lines."""

    def ignore_aliases(self, data: object) -> bool:
        return True

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        node = super().represent_mapping(tag, mapping, flow_style)
        for key, value in node.value:
            if key.value in _COMPACT:
                value.flow_style = True
        return node


def _overload(settings: EdgeSettings) -> dict[str, object]:
    """Shed load before memory runs out, and refuse connections beyond the limit."""
    heap = {"@type": f"{_MONITOR}.fixed_heap.v3.FixedHeapConfig", "max_heap_size_bytes": settings.max_heap_mib << 20}
    connections = {
        "@type": f"{_MONITOR}.downstream_connections.v3.DownstreamConnectionsConfig",
        "max_active_downstream_connections": settings.max_connections,
    }
    return {
        "refresh_interval": "0.25s",
        "resource_monitors": [
            {"name": "envoy.resource_monitors.fixed_heap", "typed_config": heap},
            {"name": "envoy.resource_monitors.global_downstream_max_connections", "typed_config": connections},
        ],
        "actions": [
            _action("shrink_heap", 0.8),
            _action("disable_http_keepalive", 0.9),
            _action("stop_accepting_requests", 0.95),
        ],
    }


def _action(name: str, share: float) -> dict[str, object]:
    trigger = {"name": "envoy.resource_monitors.fixed_heap", "threshold": {"value": share}}
    return {"name": f"envoy.overload_actions.{name}", "triggers": [trigger]}
