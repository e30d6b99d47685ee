"""The route table: complete, unambiguous, and in an order in which nothing hides anything."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from api_gateway.route import Route
from api_gateway.routes import ROUTES, by_path
from chassis.endpoints import MIB, Rate, Retry


def matches(route: Route, path: str) -> bool:
    return re.fullmatch(route.pattern, path) is not None if route.pattern else route.path == path


def test_every_route_is_there_once() -> None:
    assert [name for name, times in Counter(route.name for route in ROUTES).items() if times > 1] == []


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_the_first_match_is_the_route_itself(route: Route) -> None:
    path = re.sub(r"\{[a-z_]+\}", "0199f3a2-7c31-7a10-9a53-0242ac120002", route.path)
    first = next(group for group in by_path() if matches(group[1][0], path))
    assert first[0] == route.path


def test_hot_paths_come_first() -> None:
    hot = {"/v1/redemptions", "/v1/entitlements/{card_id}", "/v1/payments/authorizations"}
    assert {path for path, _ in by_path()[: len(hot)]} == hot


def test_only_what_cannot_happen_twice_is_retried() -> None:
    assert {route.method for route in ROUTES if route.retry is Retry.ALWAYS} == {"GET"}
    unkeyed = {route.name for route in ROUTES if route.retry is Retry.NEVER}
    found = {"POST /v1/citizens/search", "POST /v1/citizens/lookup"}
    assert {"POST /oauth/token", "POST /v1/enrolments", *found} <= unkeyed
    assert not any(route.method == "GET" for route in ROUTES if route.retry is not Retry.ALWAYS)


def test_only_files_and_lists_may_be_large() -> None:
    assert {route.name: route.body for route in ROUTES if route.body > MIB} == {
        "POST /v1/imports": 16 * MIB,
        "PUT /v1/imports/{import_id}/parts/{number}": 16 * MIB,
        "POST /v1/payout-batches/{batch_id}/items": 16 * MIB,
        "POST /v1/production-batches/{batch_id}/returns": 8 * MIB,
        "POST /v1/change-requests/{request_id}/evidence": 5 * MIB,
        "POST /v1/household-lists/{kind}/{name}": 4 * MIB,
        "POST /v1/transfers": 2 * MIB,
    }


def test_public_routes_are_few_and_counted_by_address() -> None:
    public = {route.path for route in ROUTES if route.public}
    assert public == {
        "/",
        "/oauth/token",
        "/.well-known/jwks.json",
        "/openapi.json",
        "/docs",
        "/docs/{asset}",
        "/problems/{code}",
        "/v1/enrolments",
        # a browser, or a client that proves itself there
        "/.well-known/openid-configuration",
        "/oauth/authorize",
        "/oauth/userinfo",
        "/oauth/backchannel-logout",
        "/sign-in/external/start",
        "/sign-in/external/callback",
        "/v1/citizen-sign-ins",
        "/v1/citizen-sign-ins/{sign_in_id}/code",
        "/oauth/revoke",
        "/oauth/end-session",
        "/account",
        "/account/change",
        "/account/sessions/end",
        "/sign-in",
        "/sign-in/assets/{asset}",
        "/sign-in/authenticator",
        "/sign-in/continue",
        "/sign-in/invitation",
        "/sign-in/language",
        "/sign-in/new-passkey",
        "/sign-in/office",
        "/sign-in/passkey",
        "/sign-in/password",
        "/sign-in/notice",
        "/sign-in/second-factor",
        "/fhir/metadata",
        "/v1/governorates",
        "/v1/pin-key",
        "/v1/credential-keys",
        "/v1/holder-proof-keys",
        "/v1/hot-list-keys",
        "/v1/production-keys",
        "/v1/public/pickup-sites",
        "/v1/public/progress",
        "/v1/printed-code-keys",
        "/v1/terminal-configuration-keys",
    }
    assert all(route.rate.by_address == route.public for route in ROUTES)


def test_deadlines_and_classes() -> None:
    assert all(0 < route.deadline <= 60 for route in ROUTES)
    assert {route.rate for route in ROUTES} == set(Rate)
