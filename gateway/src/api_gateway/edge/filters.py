"""The filters a request passes, in order: token, rate, scope, body size, forwarding."""

from __future__ import annotations

from collections.abc import Mapping

from api_gateway.edge.refusals import RETRY_AFTER, overwrite
from api_gateway.edge.settings import EdgeSettings
from api_gateway.route import Route, Upstream
from chassis.endpoints import MIB, Rate
from chassis.principal import STRONG

_TYPE = "type.googleapis.com/envoy.extensions.filters.http"
JWT = "envoy.filters.http.jwt_authn"
RATE = "envoy.filters.http.local_ratelimit"
SCOPE = "envoy.filters.http.rbac"
BODY = "envoy.filters.http.buffer"
_SCHEMES = ("Bearer ", "bearer ", "BEARER ")
PAYLOAD = "token"  # where the token's claims stand in the request's metadata
PROVIDER = "unicard"
ROUTE = "unicard"  # where a route says its class of calls


def chain(settings: EdgeSettings) -> list[dict[str, object]]:
    """The HTTP filters. Without a word of the route everything is refused: a token is asked, no scope suffices."""
    deny_all = {"action": "ALLOW", "policies": {}}
    router = {"@type": f"{_TYPE}.router.v3.Router", "suppress_envoy_headers": True}
    return [
        {"name": JWT, "typed_config": _jwt(settings)},
        {"name": RATE, "typed_config": _rate(settings)},
        {"name": SCOPE, "typed_config": {"@type": f"{_TYPE}.rbac.v3.RBAC", "rules": deny_all}},
        {"name": BODY, "typed_config": {"@type": f"{_TYPE}.buffer.v3.Buffer", "max_request_bytes": MIB}},
        {"name": "envoy.filters.http.router", "typed_config": router},
    ]


def of_route(route: Route) -> dict[str, object]:
    """What a route changes in the filters: its scopes, or that it is public; its body limit."""
    config: dict[str, object] = (
        public() if route.public else {SCOPE: {"@type": f"{_TYPE}.rbac.v3.RBACPerRoute", "rbac": _scopes(route)}}
    )
    if route.body != MIB:
        config |= body_of(route.body)
    return config


def body_of(limit: int) -> dict[str, object]:
    """How many bytes a body may have at most."""
    return {BODY: {"@type": f"{_TYPE}.buffer.v3.BufferPerRoute", "buffer": {"max_request_bytes": limit}}}


def public() -> dict[str, object]:
    """Switch off token and scope."""
    return {
        JWT: {"@type": f"{_TYPE}.jwt_authn.v3.PerRouteConfig", "disabled": True},
        SCOPE: {"@type": f"{_TYPE}.rbac.v3.RBACPerRoute"},
    }


def any_token() -> dict[str, object]:
    """Ask for a token of whatever scope, and let a body of any size pass."""
    return {
        SCOPE: {"@type": f"{_TYPE}.rbac.v3.RBACPerRoute"},
        BODY: {"@type": f"{_TYPE}.buffer.v3.BufferPerRoute", "disabled": True},
    }


def rate_of(rate: Rate) -> dict[str, object]:
    """A route's metadata: its class of calls, and whether its buckets belong to clients or to addresses."""
    return {"filter_metadata": {ROUTE: {"address" if rate.by_address else "client": rate.value}}}


def _jwt(settings: EdgeSettings) -> dict[str, object]:
    jwks = {
        "http_uri": {"uri": "http://gateway/.well-known/jwks.json", "cluster": Upstream.GATEWAY.value, "timeout": "1s"},
        "cache_duration": f"{settings.jwks_refresh_seconds}s",
        # The listener opens at once: public routes must work while the keys are still out of reach.
        "async_fetch": {"fast_listener": True, "failed_refetch_duration": "1s"},
    }
    common = {
        "audiences": [settings.audience],
        "remote_jwks": jwks,
        "forward": True,
        # Named, because the filter would otherwise accept a token in the query string too.
        # The scheme is of any case (RFC 9110 §11.1); the filter compares it letter by letter.
        "from_headers": [{"name": "authorization", "value_prefix": scheme} for scheme in _SCHEMES],
        "payload_in_metadata": PAYLOAD,
        "normalize_payload_in_metadata": {"space_delimited_claims": ["scope"]},
        "jwt_cache_config": {"jwt_cache_size": settings.token_cache},
        "require_expiration": True,
        "clock_skew_seconds": 5,
    }
    # A provider has one issuer: while tokens under an older name may be about, each name has a provider of its own.
    providers = {f"{PROVIDER}-{n}": {"issuer": name, **common} for n, name in enumerate(settings.issuers)}
    either = {"requires_any": {"requirements": [{"provider_name": name} for name in providers]}}
    only = {"provider_name": next(iter(providers))}
    return {
        "@type": f"{_TYPE}.jwt_authn.v3.JwtAuthentication",
        "providers": providers,
        "rules": [{"match": {"prefix": "/"}, "requires": either if len(providers) > 1 else only}],
    }


def _rate(settings: EdgeSettings) -> dict[str, object]:
    path = [{"key": PAYLOAD}, {"key": "sub"}]
    sub = {"metadata": {"descriptor_key": "client", "metadata_key": {"key": JWT, "path": path}}}
    return {
        "@type": f"{_TYPE}.local_ratelimit.v3.LocalRateLimit",
        "stat_prefix": "rate",
        "filter_enabled": {"default_value": {"numerator": 100}},
        "filter_enforced": {"default_value": {"numerator": 100}},
        "max_dynamic_descriptors": settings.rate_buckets,
        "descriptors": [_bucket(rate, *settings.bucket(rate)) for rate in Rate],
        "rate_limits": [_caller("client", sub), _caller("address", {"remote_address": {}})],
        "response_headers_to_add": [overwrite(name, value) for name, value in RETRY_AFTER.items()],
    }


def _caller(kind: str, caller: Mapping[str, object]) -> dict[str, object]:
    """A descriptor of class and caller; none is made for a route whose buckets are of the other kind."""
    key = {"key": ROUTE, "path": [{"key": kind}]}
    of_class = {"metadata": {"descriptor_key": "class", "metadata_key": key, "source": "ROUTE_ENTRY"}}
    return {"actions": [of_class, caller]}


def _bucket(rate: Rate, per_second: int, burst: int) -> dict[str, object]:
    """A descriptor without a value stands for every client: each gets a bucket of its own."""
    whose = "remote_address" if rate.by_address else "client"
    tokens = {"max_tokens": burst, "tokens_per_fill": per_second, "fill_interval": "1s"}
    return {"entries": [{"key": "class", "value": rate.value}, {"key": whose}], "token_bucket": tokens}


def _scopes(route: Route) -> dict[str, object]:
    """Any one scope suffices, compared whole, so that `xcards:write` does not pass for `cards:write`; and, of the
    kinds of callers, one that may. How long ago two factors were shown is the service's to compare with the clock."""
    scope = {"or_ids": {"ids": [_claim("scope", _in_list(scope.value)) for scope in route.scopes]}}
    kind = {"or_ids": {"ids": [_claim("kind", _exactly(kind.value)) for kind in sorted(route.callers)]}}
    wanted = [scope, kind]
    if route.step_up:
        wanted.append({"or_ids": {"ids": [_claim("acr", _exactly(acr)) for acr in sorted(STRONG)]}})
    policy = {"permissions": [{"any": True}], "principals": [{"and_ids": {"ids": wanted}}]}
    return {"rules": {"policies": {"scope": policy}}}


def _claim(name: str, value: dict[str, object]) -> dict[str, object]:
    path = [{"key": PAYLOAD}, {"key": name}]
    return {"sourced_metadata": {"metadata_matcher": {"filter": JWT, "path": path, "value": value}}}


def _exactly(text: str) -> dict[str, object]:
    return {"string_match": {"exact": text}}


def _in_list(text: str) -> dict[str, object]:
    return {"list_match": {"one_of": _exactly(text)}}
