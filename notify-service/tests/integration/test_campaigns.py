"""Campaigns: approved by two, counted as they are queued, at their rate, stopped at once, each citizen once."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from approvals.testing import decide
from chassis.clock import CAIRO
from chassis.ids import new_id
from chassis.testing import check_pages, execute_as_owner, worked_off
from contracts.card import CardBlocked, HouseholdChangedByMonth, PersonDied
from contracts.household import HouseholdMember
from notify_service.campaigns import dry_runs

from ..campaigning import DECIDES, NOON, TEXT, VALUES, Office, people
from .test_sending import set_clock

if TYPE_CHECKING:
    from contracts.card import ContactChanged

    from ..conftest import Desk


@pytest.fixture
def office(desk: Desk) -> Office:
    set_clock(desk, NOON)
    return Office(desk)


def died(contact: ContactChanged) -> PersonDied:
    return PersonDied(
        citizen_id=contact.citizen_id, household_id=contact.household_id, died_on=date(2026, 1, 1), was_head=False,
        effective_month="2026-01", change_id=new_id(),
    )  # fmt: skip


def household(contact: ContactChanged, *, trial: bool = False, district: str = "03.02", members: int = 1) -> Any:
    return HouseholdChangedByMonth(
        household_id=contact.household_id, revision=1, status="active", governorate="03", district=district,
        governorate_of_issue="03", legal_basis=None, sizes=[], trial=trial, effective_month="2026-01",
        members=[HouseholdMember(citizen_id=new_id(), role="head", since=date(2020, 1, 1)) for _ in range(members)],
    )  # fmt: skip


async def test_a_campaign_reaches_each_citizen_once_and_none_who_must_not_hear_of_it(office: Office) -> None:
    desk = office.desk
    reached = await desk.know("+201011111111", governorate="03")
    english = await desk.know("+201022222222", governorate="19", language="en")
    out, dead, tester, held = [await desk.know(f"+20103333333{n}", governorate="03") for n in range(4)]
    await desk.know(None, governorate="03")
    await desk.hear(household(tester, trial=True), died(dead))
    pool = desk.runtime.pool
    await pool.execute("UPDATE contact SET opted_out_at = now() WHERE citizen_id = $1", out.citizen_id)
    await pool.execute(
        "INSERT INTO restriction (restriction_id, citizen_id, ground, starts_on) VALUES ($1, $2, 'objection', $3)",
        new_id(), held.citizen_id, date(2026, 1, 1),
    )  # fmt: skip
    campaign_id = await office.campaign()
    dry = (await office.dry_run(campaign_id))["result"]
    assert dry == {
        "reached": 2, "dead": 1, "trial": 1, "restricted": 1, "opted_out": 1, "without_number": 1,
        "by_language": {"ar": 1, "en": 1}, "parts": 2, "cost": 40,
    }  # fmt: skip
    assert await office.start(campaign_id) == dry
    await office.work()
    assert await office.citizens() == sorted([reached.citizen_id, english.citizen_id])
    await office.send()
    assert desk.aggregator.texts_to("+201011111111") == ["منحة 400 جنيه على كارتك حتى الخميس 30 أبريل. اتصل 19765"]
    assert desk.aggregator.texts_to("+201022222222") == ["A grant of 400 EGP is on your card until Thu 30 Apr."]
    await office.work()
    done = await office.read(campaign_id)
    assert (done["state"], done["progress"]["sent"], done["progress"]["remaining"]) == ("ended", 2, 0)
    assert done["progress"]["parts"] == 2


async def test_who_opts_out_or_dies_after_the_queueing_is_not_sent_it(office: Office) -> None:
    desk = office.desk
    out, dead = await desk.know("+201011111111"), await desk.know("+201022222222")
    campaign_id = await office.campaign(parts_per_second=1)
    await office.start(campaign_id)
    await office.work()
    await desk.runtime.pool.execute("UPDATE contact SET opted_out_at = now() WHERE citizen_id = $1", out.citizen_id)
    await desk.hear(died(dead))
    await desk.runtime.pool.execute("UPDATE message SET ready = true WHERE status = 'queued'")
    await office.send()
    assert desk.aggregator.messages == {}
    reasons = {message["citizen_id"]: message["reason"] for message in await desk.messages(status="cancelled")}
    assert reasons == {str(out.citizen_id): "opted_out", str(dead.citizen_id): "deceased"}


async def test_a_queue_full_of_a_campaign_keeps_no_code_waiting(office: Office) -> None:
    desk = office.desk
    await people(desk, 5000)
    campaign_id = await office.campaign()
    await office.start(campaign_id)
    await office.work()
    assert (await office.read(campaign_id))["progress"]["queued"] == 5000
    citizen = await desk.know("+201055555555")
    blocked = CardBlocked(
        card_id=new_id(), citizen_id=citizen.citizen_id, household_id=citizen.household_id, reason="stolen",
        blocked_at=NOON,
    )  # fmt: skip
    await desk.hear(blocked)
    await desk.sender.step()
    assert len(desk.aggregator.requests) == 1
    assert len(desk.aggregator.texts_to("+201055555555")) == 1


async def test_a_campaign_keeps_its_rate_and_its_week(office: Office) -> None:
    desk = office.desk
    await people(desk, 300)
    campaign_id = await office.campaign(parts_per_second=10, messages_per_week=60)
    await office.start(campaign_id)
    begins = desk.runtime.clock.now()

    async def gone_after(passed: timedelta) -> int:
        set_clock(desk, begins + passed)
        await office.work(1)
        await office.send()
        return len(desk.aggregator.messages)

    assert await gone_after(timedelta()) <= 20
    assert await gone_after(timedelta(seconds=1)) <= 30
    begun = await gone_after(timedelta(seconds=3))
    assert 20 <= begun <= 50
    for seconds in range(4, 12):
        await gone_after(timedelta(seconds=seconds))
    assert len(desk.aggregator.messages) == 60
    assert await gone_after(timedelta(days=6)) == 60
    assert await gone_after(timedelta(days=7)) > 60
    progress = (await office.read(campaign_id))["progress"]
    assert progress["remaining"] == 300 - len(desk.aggregator.messages)


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 4, 1, 22, 0, tzinfo=CAIRO),  # a quiet hour
        datetime(2026, 4, 3, 12, 0, tzinfo=CAIRO),  # a Friday
        datetime(2026, 10, 8, 12, 0, tzinfo=CAIRO),  # a holiday, a Thursday
    ],
)
async def test_nothing_leaves_in_quiet_hours_or_on_holidays(office: Office, at: datetime) -> None:
    set_clock(office.desk, at)
    await people(office.desk, 3)
    campaign_id = await office.campaign()
    await office.start(campaign_id)
    await office.work()
    await office.send()
    progress = (await office.read(campaign_id))["progress"]
    assert (progress["queued"], office.desk.aggregator.messages) == (3, {})
    ends = datetime.fromisoformat(progress["expected_end"])
    assert ends > at
    assert 9 <= ends.astimezone(CAIRO).hour < 21


async def test_a_campaign_is_paused_at_once_goes_on_and_is_cancelled_for_good(office: Office) -> None:
    desk = office.desk
    await people(desk, 500)
    campaign_id = await office.campaign()
    await office.start(campaign_id)
    await office.work()
    await desk.sender.step()
    sent = len(desk.aggregator.messages)
    assert 0 < sent < 500
    assert (await office.move(campaign_id, "pause"))["state"] == "paused"
    await office.send()
    await office.work()
    await office.send()
    assert len(desk.aggregator.messages) == sent
    assert (await office.move(campaign_id, "pause", expect=409))["code"] == "campaign_state"
    assert (await office.read(campaign_id))["progress"]["expected_end"] is None
    await office.move(campaign_id, "resume")
    await office.work(1)
    await desk.sender.step()
    more = len(desk.aggregator.messages)
    assert more > sent
    await office.move(campaign_id, "cancellation")
    await office.send()
    assert len(desk.aggregator.messages) == more
    await office.work()
    over = await office.read(campaign_id)
    assert (over["state"], over["progress"]["cancelled"], over["progress"]["sent"]) == ("cancelled", 500 - more, more)
    assert over["ended_at"] is not None
    cancelled = await desk.messages(status="cancelled")
    assert {message["reason"] for message in cancelled} == {"campaign_cancelled"}
    assert (await office.move(campaign_id, "resume", expect=409))["code"] == "campaign_state"


async def test_what_has_not_left_when_a_campaign_is_over_has_expired(office: Office) -> None:
    desk = office.desk
    await people(desk, 3)
    campaign_id = await office.campaign(messages_per_week=1)
    await office.start(campaign_id)
    await office.work()
    await office.send()
    await desk.runtime.pool.execute("UPDATE message SET expires_at = now() WHERE status = 'queued'")
    await desk.look_after()
    await office.work()
    over = await office.read(campaign_id)
    assert (over["state"], over["progress"]["expired"], over["progress"]["sent"]) == ("ended", 2, 1)
    assert {message["reason"] for message in await desk.messages(status="expired")} == {"expired"}


async def test_a_refused_start_is_a_draft_again_and_nobody_decides_alone(office: Office) -> None:
    await people(office.desk, 2)
    campaign_id = await office.campaign()
    proposed = await office.propose(campaign_id)
    assert (await office.read(campaign_id))["state"] == "proposed"
    assert (await office.move(campaign_id, "cancellation", expect=409))["code"] == "campaign_state"
    desk = office.desk
    await decide(desk.client, desk.issuer, "notify", proposed["proposal_id"], DECIDES, decision="refuse")
    assert (await office.read(campaign_id))["state"] == "draft"
    await office.work()
    assert await office.citizens() == []
    assert proposed["content"]["dry_run"]["reached"] == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ar": "رقمك 29001011234567 {amount} {until}"}, "national_id"),
        ({"en": "Your PIN 4821 {amount} {until}"}, "pin"),
        ({"en": "Diabetes {amount} {until}"}, "diagnosis"),
        ({"ar": "{name} {amount} {until}"}, "variable_unknown"),
        ({"variables": {**TEXT["variables"], "national_id": "count"}, "ar": "{national_id}"}, "variable_forbidden"),
        ({"variables": {**TEXT["variables"], "more": "count"}}, "variable_unused"),
    ],
)
async def test_a_text_that_must_not_be_sent_is_refused_when_it_is_proposed(
    office: Office, changes: dict[str, Any], code: str
) -> None:
    refused = await office.call("POST", "/v1/campaign-texts", expect=422, json=TEXT | changes)
    assert refused["code"] == "campaign_text_refused"
    assert code in {error["code"] for error in refused["errors"]}
    assert all(error["reason_ar"] for error in refused["errors"])


async def test_values_are_those_of_the_text_and_carry_no_personal_data(office: Office) -> None:
    text_id = await office.text(variables={"place": "words"}, ar="{place}", en="{place}", name="place")
    given = {"name": "x", "text_id": text_id, "ends_at": (NOON + timedelta(days=1)).isoformat()}
    for values, code in (
        ({}, "campaign_values_refused"),
        ({"place": {"type": "count", "value": 1}}, "campaign_values_refused"),
        ({"place": {"type": "words", "ar": "29001011234567", "en": "x"}}, "campaign_text_refused"),
    ):
        refused = await office.call("POST", "/v1/campaigns", expect=422, json=given | {"values": values})
        assert refused["code"] == code
    unknown = await office.call("POST", "/v1/campaigns", expect=404, json=given | {"text_id": str(new_id())})
    assert unknown["code"] == "campaign_text_unknown"
    past = given | {"values": {"place": {"type": "words", "ar": "x", "en": "x"}}, "ends_at": "2026-03-01T00:00:00Z"}
    assert (await office.call("POST", "/v1/campaigns", expect=422, json=past))["code"] == "campaign_times"


async def test_a_text_approved_again_is_its_next_version(office: Office) -> None:
    await office.text()
    await office.text(en="Another {amount}, {until}.")
    items = (await office.call("GET", "/v1/campaign-texts"))["items"]
    assert [(item["name"], item["version"]) for item in items] == [("grant", 1), ("grant", 2)]


async def test_lists_are_read_page_by_page(office: Office) -> None:
    for _ in range(3):
        await office.campaign()
    headers = office.desk.issuer.headers("office", DECIDES)
    for path in ("/v1/campaigns", "/v1/campaign-texts", "/v1/campaigns?state=draft"):
        await check_pages(office.desk.client, headers, path, 3)


async def test_a_step_done_again_after_a_crash_queues_nobody_twice(office: Office) -> None:
    """As if the process was killed after a chunk was committed and forgot how far it had come."""
    await people(office.desk, 100)
    campaign_id = await office.campaign()
    await office.start(campaign_id)
    await office.work(1)
    await office.desk.runtime.pool.execute("UPDATE campaign SET state = 'queueing', after = NULL, all_queued = false")
    await office.work(1)
    citizens = await office.citizens()
    assert len(citizens) == len(set(citizens)) == 100


@pytest.mark.slow
async def test_fifty_thousand_are_queued_in_seconds_while_others_queue_theirs(office: Office) -> None:
    desk = office.desk
    await people(desk, 50_000)
    campaign_id = await office.campaign()
    await office.dry_run(campaign_id)
    await worked_off(lambda: dry_runs.work(desk.runtime))
    await office.start(campaign_id)
    started = time.monotonic()
    await office.work(1)
    assert len(await office.citizens()) == 50_000
    assert time.monotonic() - started < 60


async def test_a_draft_is_edited_by_who_has_read_it_until_it_is_proposed(office: Office) -> None:
    await people(office.desk, 3)
    campaign_id = await office.campaign(None)
    contact = await office.desk.know("+201077777777", governorate="19")
    rows: dict[str, Any] = {"content": f"citizen_id\n{contact.citizen_id}\n", "headers": {"content-type": "text/csv"}}
    await office.call("POST", f"/v1/campaigns/{campaign_id}/recipients", **rows)
    read = await office.read(campaign_id)
    given = {
        "name": "Grant, once more", "text_id": await office.text(en="Until {until}: {amount}."), "values": VALUES,
        "audience": {"governorates": ["03"]}, "ends_at": read["ends_at"], "revision": read["revision"],
    }  # fmt: skip
    path = f"/v1/campaigns/{campaign_id}"
    edited = await office.call("PUT", path, json=given)
    assert edited["name"] == "Grant, once more"
    assert edited["en"] == "Until Thu 30 Apr: 400 EGP."
    assert edited["revision"] == read["revision"] + 1
    assert {**edited, "progress": 0} == {**await office.read(campaign_id), "progress": 0}
    pool = office.desk.runtime.pool
    assert await pool.fetchval("SELECT count(*) FROM campaign_recipient") == 0
    moved = await office.call("PUT", path, expect=409, json=given)
    assert (moved["code"], moved["revision"]) == ("campaign_moved", edited["revision"])
    again = given | {"revision": edited["revision"]}
    wrong = again | {"ends_at": "2020-01-01T00:00:00Z"}
    assert (await office.call("PUT", path, expect=422, json=wrong))["code"] == "campaign_times"
    await office.propose(campaign_id)
    assert (await office.call("PUT", path, expect=409, json=again))["code"] == "campaign_state"
    office.gov = {"governorate": "19"}
    await office.call("PUT", path, expect=404, json=again)


async def test_a_large_audience_is_counted_step_by_step_and_its_start_waits_for_that(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dry_runs, "WINDOW", 4)
    await people(office.desk, 10)
    await execute_as_owner(office.desk.runtime.settings.database_url, "ANALYZE contact")
    campaign_id = await office.campaign()
    path = f"/v1/campaigns/{campaign_id}"
    needed = await office.call("POST", f"{path}/start", expect=409)
    assert needed["code"] == "campaign_dry_run_needed"
    begun = await office.dry_run(campaign_id)
    assert (begun["state"], begun["looked_at"], begun["expected"], begun["result"]) == ("counting", 4, 10, None)
    of_it = f"{path}/dry-runs/{begun['dry_run_id']}"
    assert await dry_runs.work(office.desk.runtime) is not None
    assert (await office.call("GET", of_it))["looked_at"] == 8
    assert await dry_runs.work(office.desk.runtime) is not None
    assert await dry_runs.work(office.desk.runtime) is None
    done = await office.call("GET", of_it)
    assert (done["state"], done["looked_at"], done["result"]["reached"]) == ("done", 10, 10)
    proposed = await office.propose(campaign_id)
    assert proposed["content"]["dry_run"] == done["result"]
    assert proposed["content"]["counted_at"] == done["asked_at"].replace("Z", "+00:00")
    elsewhere = await office.campaign()
    other = await office.call("GET", f"/v1/campaigns/{elsewhere}/dry-runs/{begun['dry_run_id']}", expect=404)
    assert other["code"] == "campaign_dry_run_unknown"


async def test_a_dry_run_is_outdated_by_an_edit_and_by_recipients_and_after_a_day(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    contacts = [await office.desk.know(f"+2010333333{place:02}", governorate="03") for place in range(3)]
    monkeypatch.setattr(dry_runs, "WINDOW", 2)
    rows: dict[str, Any] = {"headers": {"content-type": "text/csv"}}
    campaign_id = await office.campaign(None)
    path = f"/v1/campaigns/{campaign_id}"
    for place, contact in enumerate(contacts):
        await office.call("POST", f"{path}/recipients", content=f"citizen_id\n{contact.citizen_id}\n", **rows)
        run = await office.dry_run(campaign_id)
        assert run["expected"] == place + 1
    before = f"{path}/dry-runs/{run['dry_run_id']}"
    while await dry_runs.work(office.desk.runtime) is not None:
        pass
    assert (await office.call("GET", before))["result"]["reached"] == 3
    set_clock(office.desk, NOON + timedelta(days=1, minutes=1))
    assert (await office.call("POST", f"{path}/start", expect=409))["code"] == "campaign_dry_run_needed"
    read = await office.read(campaign_id)
    given = {"name": "x", "values": VALUES, "audience": None} | {
        name: read[name] for name in ("text_id", "ends_at", "revision")
    }
    await office.call("PUT", path, json=given)
    assert (await office.call("GET", before))["state"] == "outdated"
