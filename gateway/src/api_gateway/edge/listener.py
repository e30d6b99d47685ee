"""The listener: protocol limits, the access log, and what every request passes."""

from __future__ import annotations

from api_gateway.edge import filters, refusals
from api_gateway.edge.fronts import FRONTS
from api_gateway.edge.refusals import overwrite
from api_gateway.edge.settings import EdgeSettings
from api_gateway.edge.tracing import tracer
from api_gateway.edge.virtual_host import virtual_host

_TYPE = "type.googleapis.com/envoy.extensions"
_MANAGER = "envoy.filters.network.http_connection_manager"
_MUTATION = "envoy.http.early_header_mutation.header_mutation"

_HSTS = "max-age=31536000; includeSubDomains"
# For TLS 1.2; those of 1.3 are all of this kind: keys of one session only, and encryption that authenticates.
_CIPHERS = (
    "[ECDHE-ECDSA-AES128-GCM-SHA256|ECDHE-ECDSA-CHACHA20-POLY1305]",
    "[ECDHE-RSA-AES128-GCM-SHA256|ECDHE-RSA-CHACHA20-POLY1305]",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
)


def listener(settings: EdgeSettings) -> dict[str, object]:
    """Where clients connect."""
    chain: dict[str, object] = {"filters": [{"name": _MANAGER, "typed_config": _manager(settings)}]}
    if settings.tls_certificate:
        chain["transport_socket"] = _tls(settings)
    address = {"socket_address": {"address": settings.host, "port_value": settings.port}}
    return {
        "name": "edge",
        "address": address,
        "per_connection_buffer_limit_bytes": 64 * 1024,
        "filter_chains": [chain],
    }


def _manager(settings: EdgeSettings) -> dict[str, object]:
    return {
        "@type": f"{_TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "edge",
        "server_name": "unicard",
        **_identity(settings),
        **_protocol(settings),
        "access_log": [_access_log()],
        "local_reply_config": refusals.local_replies(_said_always(settings), [front.path for front in FRONTS]),
        "route_config": {"name": "api", "virtual_hosts": [virtual_host()], **_headers(settings)},
        "http_filters": filters.chain(settings),
    }


def _headers(settings: EdgeSettings) -> dict[str, object]:
    """Where the edge speaks TLS it tells browsers never to come without (RFC 6797)."""
    only_tls = {} if settings.tls_certificate is None else {"strict-transport-security": _HSTS}
    added = [overwrite(name, value) for name, value in {**only_tls, **_said_always(settings)}.items()]
    return {"response_headers_to_add": added} if added else {}


def _said_always(settings: EdgeSettings) -> dict[str, str]:
    """What every answer says, the edge's own refusals too: that this is a training installation, where it is one."""
    return {"training": "true"} if settings.training else {}


def _identity(settings: EdgeSettings) -> dict[str, object]:
    """Who calls and which request this is. A caller's request id is kept apart; what looks like ours is dropped."""
    ours = ("x-client-", "x-envoy-", "x-forwarded-client-cert")
    drop = [{"remove_on_match": {"key_matcher": {"prefix": prefix}}} for prefix in ours]
    apart = {"append": overwrite("x-client-request-id", "%REQ(X-REQUEST-ID)%")}
    mutation = {
        "@type": f"{_TYPE}.http.early_header_mutation.header_mutation.v3.HeaderMutation",
        "mutations": [*drop, apart, {"remove": "x-request-id"}],
    }
    return {
        "use_remote_address": True,
        "internal_address_config": {"unix_sockets": False},
        "generate_request_id": True,
        "always_set_request_id_in_response": True,
        "early_header_mutation_extensions": [{"name": _MUTATION, "typed_config": mutation}],
        "tracing": {"provider": tracer(settings), "random_sampling": {"value": settings.trace_percent}},
    }


def _protocol(settings: EdgeSettings) -> dict[str, object]:
    """Limits against slow, huge and ambiguous requests (both framings at once, encoded slashes, odd names)."""
    return {
        "codec_type": "AUTO",
        "common_http_protocol_options": {
            "idle_timeout": f"{settings.idle_timeout_seconds}s",
            "max_headers_count": 64,
            "headers_with_underscores_action": "REJECT_REQUEST",
        },
        "http_protocol_options": {"allow_chunked_length": False, "accept_http_10": False},
        "http2_protocol_options": {
            "max_concurrent_streams": 100,
            "initial_stream_window_size": 65536,
            "initial_connection_window_size": 1048576,
        },
        "max_request_headers_kb": 32,
        "request_headers_timeout": f"{settings.header_timeout_seconds}s",
        "request_timeout": f"{settings.body_timeout_seconds}s",
        "stream_idle_timeout": f"{settings.body_timeout_seconds}s",
        "drain_timeout": "5s",
        "normalize_path": True,
        "path_with_escaped_slashes_action": "REJECT_REQUEST",
    }


def _access_log() -> dict[str, object]:
    """One JSON line a request. The route's template stands for the path; no query string, no header of the caller."""
    claims = f"%DYNAMIC_METADATA({filters.JWT}:{filters.PAYLOAD}"
    members = {
        "time": "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
        "request_id": "%REQ(X-REQUEST-ID)%",
        "client_request_id": "%REQ(X-CLIENT-REQUEST-ID)%",
        "trace": "%TRACE_ID%",
        "route": "%ROUTE_NAME%",
        "method": "%REQ(:METHOD)%",
        "status": "%RESPONSE_CODE%",
        "detail": "%RESPONSE_CODE_DETAILS%",
        "flags": "%RESPONSE_FLAGS%",
        "client": f"{claims}:sub)%",
        "ms": "%DURATION%",
        "upstream_ms": "%RESPONSE_DURATION%",
        "upstream": "%UPSTREAM_HOST%",
        "attempts": "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
        "bytes_in": "%BYTES_RECEIVED%",
        "bytes_out": "%BYTES_SENT%",
        "address": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    }
    config = {
        "@type": f"{_TYPE}.access_loggers.stream.v3.StdoutAccessLog",
        "log_format": {"json_format": members},
    }
    return {"name": "envoy.access_loggers.stdout", "typed_config": config}


def _tls(settings: EdgeSettings) -> dict[str, object]:
    certificate = {
        "certificate_chain": {"filename": settings.tls_certificate},
        "private_key": {"filename": settings.tls_key},
    }
    context = {
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_2", "cipher_suites": list(_CIPHERS)},
        "alpn_protocols": ["h2", "http/1.1"],
        "tls_certificates": [certificate],
    }
    config = {
        "@type": f"{_TYPE}.transport_sockets.tls.v3.DownstreamTlsContext",
        "common_tls_context": context,
    }
    return {"name": "envoy.transport_sockets.tls", "typed_config": config}
