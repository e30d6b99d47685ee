"""Whose client, whose terminal: every operation of the gateway, tried by a stranger."""

from __future__ import annotations

from typing import Any

from chassis.ids import new_id
from chassis.testing_walk import PORT_SAID, Call, walk
from policybook.testing import policy_calls

from .conftest import Gateway, GatewaySigner

SITE = str(new_id())
HEALTH = {"governorate": "03", "authority": "health-authority"}
HERE = {"governorate": "03", "site_id": SITE}
ELSEWHERE = {"governorate": "03", "site_id": str(new_id())}

PAGES = [
    *(("GET", path) for path in ("/oauth/authorize", "/oauth/end-session", "/account", "/sign-in/assets/{asset}")),
    *(
        ("POST", path)
        for path in ("/oauth/authorize", "/oauth/end-session", "/account/sessions/end", "/account/change")
    ),
    *(
        (method, f"/sign-in{step}")
        for method in ("GET", "POST")
        for step in (
            "",
            *(
                f"/{one}"
                for one in ("second-factor", "office", "invitation", "password", "authenticator", "new-passkey")
            ),
        )
    ),
    *(("POST", f"/sign-in/{step}") for step in ("passkey", "continue", "language")),
]

ANYONE = {
    "POST /sign-in/external/start": "a browser: its own cookies and forms say what it may",
    "GET /sign-in/external/callback": "a browser: its own cookies and forms say what it may",
    "POST /oauth/token": "whoever proves who they are",
    "GET /.well-known/jwks.json": "the keys are public",
    "GET /.well-known/openid-configuration": "what every client must know",
    **{f"{method} {path}": "a browser: its own cookies and forms say what it may" for method, path in PAGES},
    "GET /oauth/userinfo": "the token's holder, and nobody else",
    "POST /v1/citizen-sign-ins": "whoever has the handset",
    "POST /v1/citizen-sign-ins/{sign_in_id}/code": "whoever has the handset",
    "GET /v1/self/sessions": "one's own only",
    "DELETE /v1/self/sessions/{session_id}": "one's own only",
    "POST /oauth/backchannel-logout": "the outside provider signs it",
    "POST /oauth/revoke": "a client proves itself, and the token is its own",
    "POST /v1/enrolments": "whoever has the terminal's one-time code",
    "GET /v1/policies/gateway": "the rules are the same for all",
    "GET /v1/overview/{card_id}": "each service it asks compares for itself",
    "GET /v1/citizens/{citizen_id}/disclosures": "citizens their own, the nation's offices any: test_disclosures",
    "GET /v1/citizens/{citizen_id}/data-export": "citizens their own, the nation's offices any: test_disclosures",
    "POST /v1/citizens/{citizen_id}/disclosure-delays": "people of the nation's offices: test_disclosures",
    "POST /v1/citizens/{citizen_id}/disclosure-delays/{delay_id}/approval": "a second of them: test_disclosures",
    "GET /openapi.json": "the documentation is public",
    "GET /docs": "the documentation is public",
    "GET /docs/{asset}": "the documentation is public",
    "GET /problems/{code}": "the documentation is public",
}


async def test_every_operation_asks_whose_it_is(gateway: Gateway) -> None:
    async def sign(scopes: str, **bound: Any) -> dict[str, str]:
        names = {"governorate": "gov", "authority": "org", "site_id": "site"}
        return gateway.signed(*scopes.split(), **{names.get(name, name): value for name, value in bound.items()})

    client, _ = await gateway.new_client("sites:read", governorate="03")
    terminal, _ = await gateway.new_terminal()
    path = f"/v1/clients/{client}"

    def new(governorate: str, owner: str = "ministry", **more: Any) -> dict[str, Any]:
        made = {"client_id": f"c{new_id().hex}", "name": "c", "scopes": ["sites:read"], "governorate": governorate}
        return {"json": {**made, "owner": owner, **more}}

    await walk(
        gateway.app,
        gateway.client,
        sign,
        {
            **await policy_calls(gateway.client, GatewaySigner(gateway), "gateway", "/v1/policies/gateway"),
            "POST /v1/signing-keys": Call(
                "/v1/signing-keys", "keys:rotate", mine={}, refused=403, body={"json": {"reason": "a walk"}}
            ),
            "POST /v1/clients": [
                Call("/v1/clients", "clients:write", refused=403, body=new("03")),
                Call("/v1/clients", "clients:write", mine={}, refused=403, body=new("*")),
                Call("/v1/clients", "clients:write", mine=PORT_SAID, stranger=HEALTH, refused=403, body=new("03")),
                Call(
                    "/v1/clients",
                    "clients:write",
                    mine=HERE,
                    stranger=ELSEWHERE,
                    refused=403,
                    body=new("03", site_id=SITE),
                ),
                Call("/v1/clients", "clients:write", mine=PORT_SAID, stranger=HERE, refused=403, body=new("03")),
            ],
            "GET /v1/clients": Call("/v1/clients?limit=500", "clients:read", refused=200, mark=client),
            "PUT /v1/clients/{client_id}/scopes": Call(
                f"{path}/scopes", "clients:write", body={"json": {"scopes": ["sites:read"]}}
            ),
            "POST /v1/clients/{client_id}/secrets": [
                Call(f"{path}/secrets", "clients:write", body={"json": {}}),
                Call(f"{path}/secrets", "clients:write", stranger=HEALTH, body={"json": {}}),
            ],
            "POST /v1/clients/{client_id}/recertification": Call(
                f"{path}/recertification", "clients:write", body={"json": {"purpose": "as before"}}
            ),
            "POST /v1/clients/{client_id}/suspension": Call(
                f"{path}/suspension", "clients:write", body={"json": {"reason": "x"}}
            ),
            "DELETE /v1/clients/{client_id}/suspension": Call(f"{path}/suspension", "clients:write"),
            "POST /v1/enrolment-codes": Call(
                "/v1/enrolment-codes", "terminals:enrol", body={"json": {"terminal_id": str(terminal)}}
            ),
        },
        ANYONE,
    )
