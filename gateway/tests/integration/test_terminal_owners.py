"""Whose terminal: codes from who registered it, a live key that cannot be taken over, a copied key that is noticed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from prometheus_client import REGISTRY

from chassis.ids import new_id
from chassis.testing import eventually
from contracts.gateway import TerminalKeyReplaced, TerminalOverlapped
from contracts.supply import TerminalRegistered, TerminalReinstated, TerminalSuspended

from .test_enrolment import enrol, key_pair, replacing
from .test_tokens import assertion, form


def counted(happening: str) -> float:
    return REGISTRY.get_sample_value("unicard_security_events_total", {"happening": happening}) or 0.0


async def ask_code(gateway: Any, terminal_id: UUID, **claims: str) -> tuple[int, str]:
    reply = await gateway.client.post(
        "/v1/enrolment-codes",
        json={"terminal_id": str(terminal_id)},
        headers=gateway.signed("terminals:enrol", **claims),
    )
    return reply.status_code, reply.json().get("code", "")


class TestCodes:
    """The health authority took over a grocer's terminal with a code of its own."""

    @pytest.mark.parametrize(("kind", "owner", "other"), [
        ("grocer", "ministry", "health-authority"), ("clinic", "health-authority", "ministry"),
    ])  # fmt: skip
    async def test_only_from_who_registered_it(self, gateway: Any, kind: str, owner: str, other: str) -> None:
        terminal_id, _ = await gateway.new_terminal(kind)
        assert await ask_code(gateway, terminal_id, org=other) == (404, "terminal_unknown")
        assert await ask_code(gateway, terminal_id, org=owner, gov="19") == (404, "terminal_unknown")
        assert await ask_code(gateway, terminal_id, org=owner, gov="") == (404, "terminal_unknown")
        status, code = await ask_code(gateway, terminal_id, org=owner, gov="03")
        assert (status, len(code)) == (201, 11)

    async def test_the_registration_says_whose_it_is(self, gateway: Any) -> None:
        terminal_id = new_id()
        event = TerminalRegistered(
            terminal_id=terminal_id, outlet_id=new_id(), kind="grocer", governorate="03", authority="local-government"
        )
        await gateway.outside.tell(event)
        await eventually(lambda: gateway.known(terminal_id), seconds=20)
        assert await ask_code(gateway, terminal_id, org="ministry") == (404, "terminal_unknown")
        assert (await ask_code(gateway, terminal_id, org="local-government"))[0] == 201


class TestLiveKeys:
    async def test_not_taken_over(self, gateway: Any, database: Any) -> None:
        terminal_id, outlet_id = await gateway.new_terminal()
        key, first = key_pair()
        shop = await enrol(gateway, terminal_id, await gateway.new_code(terminal_id), first)
        refused = counted("key_replacement_refused")
        stranger, theirs = key_pair()
        for signature in ({}, {"replaces": replacing(stranger, terminal_id, theirs)}):
            reply = await enrol(gateway, terminal_id, await gateway.new_code(terminal_id), theirs, **signature)
            assert (reply.status_code, reply.json()["code"]) == (409, "key_live")
        assert counted("key_replacement_refused") == refused + 2
        reply = await gateway.client.post("/oauth/token", data=form(assertion(terminal_id, key)))
        assert reply.status_code == 200  # the shop goes on
        _, second = key_pair()
        signed = replacing(key, terminal_id, second)
        other = await enrol(gateway, terminal_id, await gateway.new_code(terminal_id), second, replaces=signed)
        assert other.status_code == 201
        told = await gateway.outside.heard(TerminalKeyReplaced, lambda event: event.terminal_id == terminal_id)
        assert (told.outlet_id, told.replaced_key_id, told.suspended_before) == (
            outlet_id, shop.json()["key_id"], False,
        )  # fmt: skip
        history = await database.fetch(
            "SELECT key_id, valid_to IS NULL AS live FROM terminal_key WHERE terminal_id = $1 ORDER BY valid_from",
            terminal_id,
        )
        assert [tuple(row) for row in history] == [(shop.json()["key_id"], False), (other.json()["key_id"], True)]
        back = await enrol(gateway, terminal_id, await gateway.new_code(terminal_id), first, replaces=signed)
        assert (back.status_code, back.json()["code"]) == (409, "key_taken")  # a key that has ended does not return

    async def test_replaced_after_a_suspension(self, gateway: Any, database: Any) -> None:
        terminal_id, outlet_id = await gateway.new_terminal()
        await enrol(gateway, terminal_id, await gateway.new_code(terminal_id), key_pair()[1])
        await gateway.outside.tell(TerminalSuspended(terminal_id=terminal_id, outlet_id=outlet_id, reason="broken"))
        await gateway.outside.tell(TerminalReinstated(terminal_id=terminal_id, outlet_id=outlet_id))

        async def replaceable() -> bool:
            query = "SELECT replaceable AND suspended_at IS NULL FROM terminal WHERE terminal_id = $1"
            return bool(await database.fetchval(query, terminal_id))

        await eventually(replaceable, seconds=20)
        reply = await enrol(gateway, terminal_id, await gateway.new_code(terminal_id), key_pair()[1])
        assert reply.status_code == 201, reply.text
        again = await enrol(gateway, terminal_id, await gateway.new_code(terminal_id), key_pair()[1])
        assert again.json()["code"] == "key_live"  # once


class TestCopies:
    async def test_two_places_in_turns_raise_one_alarm(self, gateway: Any) -> None:
        terminal_id, _ = await gateway.new_terminal()
        key, public_key = key_pair()
        await enrol(gateway, terminal_id, await gateway.new_code(terminal_id), public_key)

        async def ask(address: str) -> int:
            headers = {"X-Forwarded-For": f"10.9.9.9, {address}"}  # the edge adds the last one
            reply = await gateway.client.post("/oauth/token", data=form(assertion(terminal_id, key)), headers=headers)
            return int(reply.status_code)

        alarms = counted("terminal_overlap")
        assert [await ask(one) for one in ("192.0.2.1", "192.0.2.1", "192.0.2.2")] == [200] * 3
        assert counted("terminal_overlap") == alarms  # it may have moved
        assert [await ask(one) for one in ("192.0.2.1", "192.0.2.2", "192.0.2.1")] == [200] * 3
        assert counted("terminal_overlap") == alarms + 1
        assert await gateway.outside.heard(TerminalOverlapped, lambda event: event.terminal_id == terminal_id)


async def test_failed_sign_ins_name_whom_they_claim_to_be(gateway: Any, caplog: Any) -> None:
    failed, refused = counted("client_sign_in_failed"), counted("enrolment_refused")
    for client_id, secret in (("ministry", "wrong"), ("x\ny", "wrong")):
        credentials = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        assert (await gateway.client.post("/oauth/token", data=credentials)).status_code == 401
    await enrol(gateway, new_id(), "00000-00000", key_pair()[1])
    assert (counted("client_sign_in_failed"), counted("enrolment_refused")) == (failed + 2, refused + 1)
    coded = {"method": "POST", "route": "/oauth/token", "code": "invalid_client"}
    assert (REGISTRY.get_sample_value("unicard_refusals_total", coded) or 0) >= 2
    said = [record.msg for record in caplog.records if record.name == "chassis.security"]
    failures = [line for line in said if line["event"] == "client_sign_in_failed"]
    assert [line["client"] for line in failures] == ["ministry", "unreadable"]
    assert "wrong" not in str(failures)
