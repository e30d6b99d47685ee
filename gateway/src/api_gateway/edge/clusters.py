"""The services behind the edge: circuit breakers, ejection of sick replicas, kept connections."""

from __future__ import annotations

from ipaddress import ip_address

from api_gateway.edge.settings import EdgeSettings

_HTTP = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_TLS = "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"


def cluster(upstream: str, settings: EdgeSettings) -> dict[str, object]:
    """One service, or what serves pages, as an Envoy cluster."""
    return {
        **located(upstream, settings.endpoints(upstream)),
        "lb_policy": "LEAST_REQUEST",
        "circuit_breakers": {"thresholds": [_limits(settings)]},
        "outlier_detection": _ejection(),
        "typed_extension_protocol_options": {_HTTP: _http()},
        **({"transport_socket": _tls(upstream, settings)} if settings.upstream_ca else {}),
    }


def located(name: str, endpoints: list[tuple[str, int]]) -> dict[str, object]:
    """Name and replicas of a cluster; names are looked up in DNS again and again, each address a replica."""
    replicas = [{"lb_endpoints": [_endpoint(host, port) for host, port in endpoints]}]
    return {
        "name": name,
        "type": "STATIC" if all(_is_address(host) for host, _ in endpoints) else "STRICT_DNS",
        "dns_lookup_family": "V4_PREFERRED",
        "connect_timeout": "1s",
        "load_assignment": {"cluster_name": name, "endpoints": replicas},
    }


def _tls(upstream: str, settings: EdgeSettings) -> dict[str, object]:
    """TLS to a service: its certificate is of the installation's authority and for one of the places it is found at."""
    hosts = [host for host, _ in settings.endpoints(upstream)]
    names = [{"san_type": "IP_ADDRESS" if _is_address(host) else "DNS", "matcher": {"exact": host}} for host in hosts]
    asked = next((host for host in hosts if not _is_address(host)), None)
    context = {
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
        "validation_context": {
            "trusted_ca": {"filename": settings.upstream_ca},
            "match_typed_subject_alt_names": names,
        },
    }
    config = {
        "@type": f"type.googleapis.com/{_TLS}",
        "common_tls_context": context,
        **({"sni": asked} if asked else {}),
    }
    return {"name": "envoy.transport_sockets.tls", "typed_config": config}


def _limits(settings: EdgeSettings) -> dict[str, object]:
    return {
        "max_connections": settings.upstream_connections,
        "max_pending_requests": settings.upstream_pending,
        "max_requests": settings.upstream_connections + settings.upstream_pending,
        "retry_budget": {"budget_percent": {"value": 20}, "min_retry_concurrency": 16},
    }


def _ejection() -> dict[str, object]:
    """A replica that cannot be reached leaves at once; one that answers only 502–504 leaves after a while.

    A 500 ejects nobody: one caller's poisonous request must not take a replica from all others.
    """
    return {
        "split_external_local_origin_errors": True,
        "consecutive_local_origin_failure": 5,
        "consecutive_gateway_failure": 50,
        "enforcing_consecutive_gateway_failure": 100,
        "enforcing_consecutive_5xx": 0,
        "enforcing_success_rate": 0,
        "enforcing_local_origin_success_rate": 0,
        "interval": "1s",
        "base_ejection_time": "5s",
        "max_ejection_time": "60s",
        "max_ejection_percent": 50,
    }


def _http() -> dict[str, object]:
    """Kept connections end here before the service ends them (uvicorn: 5 s), or a request would meet a closed one."""
    return {
        "@type": f"type.googleapis.com/{_HTTP}",
        "common_http_protocol_options": {"idle_timeout": "4s"},
        "explicit_http_config": {"http_protocol_options": {}},
    }


def _endpoint(host: str, port: int) -> dict[str, object]:
    return {"endpoint": {"address": {"socket_address": {"address": host, "port_value": port}}}}


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
