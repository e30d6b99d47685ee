"""Whose client, whose terminal: every operation of the gateway, tried by a stranger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from api_gateway.signin.sessions import service as sessions
from api_gateway.signin.sessions.models import Proof
from chassis.ids import new_id
from chassis.principal import AAL2
from chassis.testing_walk import ISMAILIA, PORT_SAID, Call, walk
from policybook.testing import policy_calls

from .conftest import Gateway, GatewaySigner
from .staff import Member, member, new_national_id

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
                for one in (
                    "second-factor",
                    "office",
                    "invitation",
                    "password",
                    "authenticator",
                    "new-passkey",
                    "notice",
                )
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
    "GET /v1/citizens/{citizen_id}/disclosure-delays": "people of the nation's offices: test_disclosures",
    "POST /v1/citizens/{citizen_id}/disclosure-delays": "people of the nation's offices: test_disclosures",
    "POST /v1/citizens/{citizen_id}/disclosure-delays/{delay_id}/approval": "a second of them: test_disclosures",
    "POST /v1/role-grants/{grant_id}/withdrawal": "whoever asked takes back their own: test_role_grants tries others",
    "GET /v1/roles": "the table of roles is the same for everybody who grants any",
    "GET /v1/areas": "the governorates and districts are no secret",
    "GET /v1/people/count": "a number of the caller's own authority and area: test_people counts it",
    "GET /v1/governorates": "the governorates and districts are no secret",
    "GET /v1/authorities": "bounded by the caller's authority: test_people tries it",
    "GET /openapi.json": "the documentation is public",
    "GET /": "what this is, and where to go on",
    "GET /docs": "the documentation is public",
    "GET /docs/{asset}": "the documentation is public",
    "GET /problems/{code}": "the documentation is public",
}
# What needs other services, or somebody's own sign-in: test_overview, test_disclosures and `signin` do it.
OF_THEIR_OWN = {
    "GET /v1/overview/{card_id}",
    "GET /v1/citizens/{citizen_id}/disclosures",
    "GET /v1/citizens/{citizen_id}/data-export",
    "GET /v1/self/sessions",
    "DELETE /v1/self/sessions/{session_id}",
}


async def test_every_operation_asks_whose_it_is(gateway: Gateway) -> None:
    async def sign(scopes: str, person: bool = False, own: Member | None = None, **bound: Any) -> dict[str, str]:
        if own is not None:
            return own.headers(scope=scopes)
        if person:
            said = bound["governorate"]
            made = await member(gateway, "administrator", area=said or "03", authority="health-authority")
            return made.headers(scope=scopes, gov=said)
        names = {"governorate": "gov", "authority": "org", "site_id": "site"}
        return gateway.signed(*scopes.split(), **{names.get(name, name): value for name, value in bound.items()})

    client, _ = await gateway.new_client("sites:read", governorate="03")
    terminal, _ = await gateway.new_terminal()
    path = f"/v1/clients/{client}"

    clerk = await member(gateway, area="03", authority="health-authority")
    invited = await member(gateway, area="03", authority="health-authority", active=False)
    other = await member(gateway, area="03", authority="health-authority")
    asker = await member(gateway, "administrator")
    grant = await _asked_for(gateway, clerk)

    await walk(
        gateway.app,
        gateway.client,
        sign,
        {
            **await policy_calls(gateway.client, GatewaySigner(gateway), "gateway", "/v1/policies/gateway"),
            "POST /v1/signing-keys": Call(
                "/v1/signing-keys", "keys:rotate", mine={}, refused=403, body={"json": {"reason": "a walk"}}
            ),
            "POST /v1/clients": _clients(),
            "GET /v1/clients": Call("/v1/clients?limit=500", "clients:read", refused=200, mark=client),
            "GET /v1/clients/{client_id}": Call(path, "clients:read"),
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
            **_people(str(clerk.person_id), str(invited.person_id), await _signed_in(gateway, clerk)),
            **_grants(str(clerk.person_id), grant),
        },
        ANYONE,
        elsewhere=OF_THEIR_OWN,
        acts={
            "GET /v1/policies/gateway": Call("/v1/policies/gateway", "policies:read"),
            "GET /v1/roles": _call("/v1/roles", "people:read"),
            "GET /v1/areas": _call("/v1/areas", "people:read"),
            "GET /v1/people/count": _call("/v1/people/count", "people:read"),
            "GET /v1/authorities": _call("/v1/authorities", "people:read"),
            **await _delays(gateway),
            "POST /v1/role-grants/{grant_id}/withdrawal": Call(
                f"/v1/role-grants/{await _asked_for(gateway, other, asker)}/withdrawal",
                "grants:ask",
                {"own": asker},
                body={"json": {"reason": "x"}},
            ),
        },
    )


def _clients() -> list[Call]:
    """Making clients, each time by who reaches as far as the new one, and by who does not."""

    def new(governorate: str, owner: str = "ministry", **more: Any) -> dict[str, Any]:
        made = {"client_id": f"c{new_id().hex}", "name": "c", "scopes": ["sites:read"], "governorate": governorate}
        return {"json": {**made, "owner": owner, **more}}

    return [
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
    ]


async def _delays(gateway: Gateway) -> dict[str, Call]:
    """Holding back what was seen for a case, asked for by one and decided by another."""
    path = f"/v1/citizens/{new_id()}/disclosure-delays"
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    body = {"case_number": "2026/9", "reason": "an inquiry into fraud", "until": until}
    asked = await gateway.client.post(path, headers=gateway.person("privacy:write"), json=body)
    assert asked.status_code == 201, asked.text
    nation = {"governorate": "*", "person": True}
    delays = "POST /v1/citizens/{citizen_id}/disclosure-delays"
    return {
        delays: Call(path, "privacy:write", nation, body={"json": body}),
        delays.replace("POST", "GET"): Call(path, "privacy:write", nation),
        f"{delays}/{{delay_id}}/approval": Call(f"{path}/{asked.json()['delay_id']}/approval", "privacy:write", nation),
    }


async def _asked_for(gateway: Gateway, clerk: Member, asker: Member | None = None) -> str:
    """A role somebody has asked for in Port Said."""
    asker = asker or await member(gateway, "administrator")
    asked = await asker.ask(clerk, "registry-clerk", area="03", authority_id="health-authority")
    return str(asked["grant_id"])


async def _signed_in(gateway: Gateway, clerk: Member) -> str:
    """A session of somebody's."""
    proof = Proof(("pwd", "otp"), AAL2, datetime.now(UTC))
    async with gateway.runtime.sessions() as session, session.begin():
        begun = await sessions.begin(
            session,
            gateway.settings,
            proof,
            client_id="console",
            device="a walk",
            person_id=clerk.person_id,
            office="health-authority/03",
        )
    return str(begun.sid)


def _call(url: str, scope: str, mine: str = "03", **more: Any) -> Call:
    """What people do, an administrator of Ismailia first."""
    bounds = {"mine": {"governorate": mine, "person": True}, "stranger": {**ISMAILIA, "person": True}}
    return Call(url, scope, **{**bounds, **more})


def _people(clerk: str, invited: str, sid: str) -> dict[str, Call]:
    """The operations on people of an authority and area, the last of them gone at the end."""
    body = {"sign_in_name": f"w{new_id().hex[-12:]}", "national_id": new_national_id(), "full_name": "x"}
    why, path = {"json": {"reason": "x"}}, f"/v1/people/{clerk}"
    there = {"authority_id": "health-authority", "area": "03"}
    below = {"authority_id": f"a{new_id().hex[-12:]}", "name_en": "x", "name_ar": "x", "parent": "health-authority"}
    return {
        "POST /v1/people": _call("/v1/people", "people:write", refused=403, body={"json": {**body, **there}}),
        "GET /v1/people": _call("/v1/people?limit=200", "people:read", refused=200, mark=clerk),
        "GET /v1/people/names": _call(f"/v1/people/names?person_id={clerk}", "people:read", refused=200, mark=clerk),
        "GET /v1/people/{person_id}": _call(path, "people:read"),
        "POST /v1/people/{person_id}/invitations": _call(f"/v1/people/{invited}/invitations", "people:write"),
        "GET /v1/people/{person_id}/sessions": _call(f"{path}/sessions", "people:read"),
        "DELETE /v1/people/{person_id}/sessions/{session_id}": _call(f"{path}/sessions/{sid}", "people:suspend"),
        "DELETE /v1/people/{person_id}/sessions": _call(f"{path}/sessions", "people:suspend"),
        "POST /v1/people/{person_id}/suspension": _call(f"{path}/suspension", "people:suspend", body=why),
        "DELETE /v1/people/{person_id}/suspension": _call(f"{path}/suspension", "people:write"),
        "POST /v1/people/{person_id}/departure": _call(f"/v1/people/{invited}/departure", "people:write", body=why),
        "POST /v1/authorities": _call(
            "/v1/authorities", "authorities:write", refused=403, body={"json": below}, mine="*"
        ),
    }


def _grants(clerk: str, grant: str) -> dict[str, Call]:
    """The operations on roles in an authority and area, in the order in which they can be done."""
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    wanted = {"person_id": clerk, "role": "service-desk", "area": "03", "valid_to": until, "reason": "x"}
    yes, why = {"json": {"approve": True}}, {"json": {"reason": "x"}}
    path = f"/v1/role-grants/{grant}"
    return {
        "POST /v1/role-grants": _call(
            "/v1/role-grants",
            "grants:ask",
            refused=403,
            body={"json": {**wanted, "authority_id": "health-authority"}},
        ),
        "GET /v1/role-grants": _call("/v1/role-grants?limit=200", "people:read", refused=200, mark=grant),
        "GET /v1/role-grants/{grant_id}": _call(path, "people:read"),
        "POST /v1/role-grants/{grant_id}/decision": _call(f"{path}/decision", "grants:decide", body=yes),
        "POST /v1/role-grants/{grant_id}/confirmation": _call(f"{path}/confirmation", "grants:decide"),
        "POST /v1/role-grants/{grant_id}/revocation": _call(f"{path}/revocation", "grants:decide", body=why),
    }
