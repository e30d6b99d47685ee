"""What a visit was about leaves to its own provider only: not in logs, events, problems, or any table."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from chassis import idempotency
from chassis.testing import everything_stored
from contracts import health as contract
from contracts.event import Event, registry
from contracts.privacy import ErasureOutcome
from contracts.records import ChainHead
from contracts.restated import Restated

from ..support import Health

DIAGNOSIS = {"system": "ICD-10", "code": "Q99.CANARY"}
DRUG = "DRUG-CANARY"
WORDS = ("CANARY", "tumour")


async def test_no_diagnosis_in_logs_events_or_tables(
    health: Health, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    desk, stranger, family = await health.desk(), await health.desk(), await health.family()
    lines = [{"code": DRUG, "price": 10_000}]
    path = f"/v1/coverage/{family.household_id}/exemption"
    exemption = {
        "kind": "tumour", "citizen_id": str(family.child_id), "first_day": "2026-11-01", "reference": "x",
    }  # fmt: skip
    assert (await health.admin("PUT", path, "coverage:write", json=exemption)).status_code == 200
    replies = [
        await health.visit(desk, family, diagnosis=DIAGNOSIS, lines=lines, key="first"),
        await health.visit(desk, family, diagnosis=DIAGNOSIS, lines=lines, key="first"),
        await health.visit(desk, family, diagnosis=DIAGNOSIS | {"code": "CANARY?"}),
        await health.visit(desk, family, diagnosis=DIAGNOSIS, lines=lines, service="inpatient"),
        await health.visit(desk, family, diagnosis=DIAGNOSIS, lines=[{"code": DRUG, "price": "CANARY"}]),
    ]
    assert [reply.status_code for reply in replies] == [201, 201, 422, 409, 422]
    assert not [reply.text for reply in replies if any(word in reply.text for word in WORDS)]
    encounter_id = replies[0].json()["encounter_id"]
    hidden = await health.client.get(f"/v1/encounters/{encounter_id}", headers=stranger.headers())
    assert hidden.status_code == 404
    seen = await health.read(desk, encounter_id)
    assert (seen["diagnosis"], seen["lines"][0]["code"]) == (DIAGNOSIS, DRUG)
    output = capfd.readouterr()
    stored = await everything_stored(health.runtime.settings.database_url)
    for word in WORDS:
        assert word not in output.out + output.err + caplog.text
        found = {name for name, text in stored.items() if word in text}
        assert found - ({"policy"} if word == "tumour" else set()) == set()


async def test_not_even_the_hash_of_a_visit_can_be_guessed_at(health: Health) -> None:
    desk, family, key = await health.desk(), await health.family(), "hashed"
    sent = await health.visit(desk, family, diagnosis=DIAGNOSIS, key=key)
    assert sent.status_code == 201
    guess = idempotency.fingerprint("POST", "/v1/encounters", sent.request.content)
    (stored,) = await health.fetch("SELECT request_hash FROM idempotency WHERE key = $1", key)
    assert bytes(stored["request_hash"]) != guess
    again = await health.visit(desk, family, diagnosis=DIAGNOSIS, key=key)
    assert again.headers["Idempotency-Replayed"] == "true"


def test_no_event_has_a_place_for_a_diagnosis() -> None:
    """Messages to citizens are made of events: what no event carries, no message says."""
    events = [event for event in registry().values() if event.__module__ == contract.__name__]
    declared = {kind for kind in vars(contract).values() if isinstance(kind, type) and issubclass(kind, Event)}
    assert set(events) == declared - {Event, ChainHead, Restated, ErasureOutcome}
    assert contract.EncounterRecorded in events
    for event in events:
        members: dict[str, Any] = event.model_json_schema()["properties"]
        assert not {"diagnosis", "lines", "code", "kind_of_exemption", "exemption"} & members.keys(), event
