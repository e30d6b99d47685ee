"""The route table as Envoy's: for each path its methods, then 405; at the end 404."""

from __future__ import annotations

from api_gateway.edge import filters, fronts
from api_gateway.edge.refusals import overwrite
from api_gateway.route import SWALLOW, Route, Upstream
from api_gateway.routes import ROUTES, by_path
from chassis.endpoints import MIB, Rate, Retry

_RETRY_ON = "connect-failure,refused-stream,reset"
_OTHER_HOST = {
    "name": "envoy.retry_host_predicates.previous_hosts",
    "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate",
    },
}
_BACK_OFF = {"base_interval": "0.025s", "max_interval": "0.25s"}


_SWALLOWED_AT_MOST = 256 * MIB


def virtual_host() -> dict[str, object]:
    """Every route of the table and the refusals of what is not in it."""
    large = [route for route in ROUTES if route.body > MIB]
    routes = [*(_oversized(_path(route), route.body) for route in large), *(_forward(route) for route in large)]
    routes.append(_oversized({"prefix": "/"}, MIB))
    for _, same_path in by_path():
        routes.extend(_forward(route) for route in same_path)
        routes.append(_method_not_allowed(same_path))
    routes.extend(route for front in fronts.FRONTS for route in front.routes())
    routes.append(_refuse("not found", {"prefix": "/"}, 404))
    return {"name": "api", "domains": ["*"], "routes": routes}


def _forward(route: Route) -> dict[str, object]:
    method = [{"name": ":method", "string_match": {"exact": route.method}}]
    action: dict[str, object] = {
        "cluster": route.upstream.value,
        "timeout": f"{route.deadline:g}s",
    }
    if route.retry is not Retry.NEVER:
        action["retry_policy"] = _retry(route.retry)
    return {
        "name": route.name,
        "match": {**_path(route), "headers": method},
        "route": action,
        "metadata": filters.rate_of(route.rate),
        "typed_per_filter_config": filters.of_route(route),
    }


def _oversized(match: dict[str, object], limit: int) -> dict[str, object]:
    """Answer a body that is announced as too large only after swallowing it.

    Many clients read no answer before they have sent everything: cut off, they would see a broken connection
    instead of the reason. Bodies without a length, and absurd ones, are cut off by the buffer filter.
    """
    length = {"name": "content-length", "range_match": {"start": limit + 1, "end": _SWALLOWED_AT_MOST}}
    to_app = {"regex": "^/.*$"}
    return {
        "name": f"oversized {match.get('path', '')}".strip(),
        "match": {**match, "headers": [length]},
        "route": {
            "cluster": Upstream.GATEWAY.value,
            "timeout": "60s",
            "regex_rewrite": {"pattern": to_app, "substitution": SWALLOW},
        },
        "metadata": filters.rate_of(Rate.BULK),
        "typed_per_filter_config": filters.any_token(),
    }


def _retry(retry: Retry) -> dict[str, object]:
    policy: dict[str, object] = {
        "retry_on": _RETRY_ON, "num_retries": 2, "retry_back_off": _BACK_OFF,
        # Another replica where there is one: the one that just failed would only fail again. Replicas are drawn at
        # random: of two, ten draws give the same one each time once in a thousand.
        "retry_host_predicate": [_OTHER_HOST], "host_selection_retry_max_attempts": 10,
    }  # fmt: skip
    if retry is Retry.KEYED:
        policy["retriable_request_headers"] = [{"name": "idempotency-key", "present_match": True}]
    return policy


def _path(route: Route) -> dict[str, object]:
    return {"safe_regex": {"regex": route.pattern}} if route.pattern else {"path": route.path}


def _method_not_allowed(same_path: list[Route]) -> dict[str, object]:
    refusal = _refuse(f"other {same_path[0].path}", _path(same_path[0]), 405)
    allowed = ", ".join(sorted(route.method for route in same_path))
    return {**refusal, "response_headers_to_add": [overwrite("allow", allowed)]}


def _refuse(name: str, match: dict[str, object], status: int) -> dict[str, object]:
    answer = {"status": status}
    return {
        "name": name,
        "match": match,
        "direct_response": answer,
        "typed_per_filter_config": filters.public(),
    }
