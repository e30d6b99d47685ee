"""Cover by family: enrolled without asking, paid, suspended and begun again, exempt; told once each time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.ids import new_id
from chassis.testing import MakeDatabase, TestIssuer, execute_as_owner, worked_off
from contracts.card import CardServiceEnabled, HouseholdChanged, ProgrammeService
from contracts.health import CoverageChanged
from health_service import MIGRATIONS, POLICIES, upkeep
from policybook.files import PolicyFileError

from ..support import HEALTH, Family, Health, family_events, serve, settings_for

JANUARY = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


async def states(health: Health, family: Family) -> list[tuple[str, str, bool]]:
    told = [e for e in await health.told(CoverageChanged) if e.household_id == family.household_id]
    return [(e.state, e.since.isoformat(), e.exempt) for e in told]


async def pay(health: Health, family: Family, first: str, months: int, amount: int, **more: Any) -> Any:
    body = {
        "household_id": str(family.household_id),
        "reference": str(new_id()),
        "category": "employee",
        "insured_wage": 700_000,
        "first_month": f"{first}-01",
        "months": months,
        "amount": amount,
        **more,
    }
    return await health.admin("POST", "/v1/contributions", "contributions:write", json=body)


async def exempt(health: Health, family: Family, **body: Any) -> Any:
    path = f"/v1/coverage/{family.household_id}/exemption"
    document = {"first_day": "2026-11-01", "reference": "decision 1", **body}
    return await health.admin("PUT", path, "coverage:write", json=document)


async def test_a_family_is_enrolled_by_its_card_and_suspended_after_the_grace(health: Health) -> None:
    health.at(JANUARY)
    family = await health.family(activated_at=JANUARY)
    assert await states(health, family) == [("active", "2026-01-05", False)]
    health.at(datetime(2026, 6, 30, 12, tzinfo=UTC))
    await upkeep.DUE.run(health.runtime)
    assert len(await states(health, family)) == 1
    health.at(datetime(2026, 7, 1, 12, tzinfo=UTC))
    await worked_off(lambda: upkeep.DUE.run(health.runtime))
    assert (await states(health, family))[1:] == [("suspended", "2026-07-01", False)]
    desk = await health.desk()
    answer = await health.ask(desk, family)
    assert (answer["covered"], answer["state"]) == (False, "suspended")
    assert [reason["code"] for reason in answer["reasons"]] == ["cover_suspended"]
    assert "2026-01-01" in answer["reasons"][0]["detail_ar"]
    assert (await health.visit(desk, family)).json()["code"] == "cover_suspended"
    assert (await health.visit(desk, family, emergency=True)).status_code == 201
    paid = await pay(health, family, "2026-01", 7, 7 * 35_000)
    assert (paid.status_code, paid.json()["state"], paid.json()["unpaid_from"]) == (201, "active", "2026-08-01")
    assert (await states(health, family))[2:] == [("active", "2026-01-05", False)]
    assert (await health.visit(desk, family)).status_code == 201


async def test_contributions_are_what_the_policies_make_of_the_wage(health: Health) -> None:
    family = await health.family()
    short = await pay(health, family, "2026-11", 1, 34_999)
    assert (short.status_code, short.json()["code"], short.json()["due"]) == (409, "contribution_differs", 35_000)
    first = await pay(health, family, "2026-11", 2, 2 * 70_000, spouses=1, children=2, reference="r-1")
    assert first.status_code == 201, first.text
    again = await pay(health, family, "2027-01", 1, 35_000, reference="r-1")
    assert again.json()["code"] == "contribution_reference_used"
    twice = await pay(health, family, "2026-12", 2, 70_000)
    assert (twice.json()["code"], twice.json()["months"]) == ("month_already_paid", ["2026-12-01"])
    rows = await health.fetch("SELECT count(*) FROM contribution WHERE household_id = $1", family.household_id)
    assert rows[0]["count"] == 1, "a refused contribution leaves nothing behind"
    assert (await pay(health, family, "2026-11", 1, 0, category="duke")).json()["code"] == "category_unknown"
    assert (await pay(health, family, "2018-03", 1, 0)).json()["code"] == "category_unknown"
    assert (await pay(health, Family(), "2026-11", 1, 35_000)).json()["code"] == "household_not_enrolled"
    half = await pay(health, family, "2026-11", 1, 0, first_month="2026-11-02")
    assert half.json()["code"] == "invalid_request"


async def test_the_unable_are_enrolled_by_the_decision_and_pay_nothing(health: Health) -> None:
    family, desk = await health.family(services=()), await health.desk()
    assert await states(health, family) == []
    longest = {"kind": "unable", "last_day": "2029-11-01"}
    reply = await exempt(health, family, **longest)
    assert reply.status_code == 200, reply.text
    assert (reply.json()["state"], reply.json()["exempt"], reply.json()["suspends_on"]) == ("active", True, None)
    enabled = CardServiceEnabled(
        card_id=family.card_id, household_id=family.household_id, service=ProgrammeService.HEALTH
    )
    await health.deliver(enabled)
    assert await states(health, family) == [("active", "2026-11-05", False), ("active", "2026-11-05", True)]
    answer = await health.ask(desk, family)
    assert (answer["exempt"], answer["exemption"]) == (True, "unable")
    visit = (await health.visit(desk, family)).json()
    assert (visit["copayment"], visit["copayment_state"], visit["exempt"]) == (0, "none", True)
    for body in ({"kind": "unable"}, {"kind": "unable", "last_day": "2029-11-02"}):
        assert (await exempt(health, family, **body)).json()["code"] == "exemption_too_long"
    ended = await exempt(health, family, kind="unable", last_day="2026-11-04")
    assert (ended.json()["exempt"], len(ended.json()["exemptions"])) == (False, 1)
    history = await health.fetch("SELECT count(*) FROM exemption WHERE household_id = $1", family.household_id)
    assert history[0]["count"] == 2, "the decision before is kept"


async def test_a_disease_frees_one_person_and_is_not_named(health: Health) -> None:
    family, desk = await health.family(), await health.desk()
    reply = await exempt(health, family, kind="tumour", citizen_id=str(family.child_id), codes=["C50"])
    assert reply.status_code == 200, reply.text
    assert reply.json()["exemptions"] == [
        {"kind": "medical", "citizen_id": str(family.child_id), "first_day": "2026-11-01", "last_day": None}
    ]
    assert "tumour" not in reply.text
    others = await health.admin("GET", f"/v1/coverage/{family.card_id}", "coverage:read")
    assert others.json()["exemptions"] == []
    assert (await health.visit(desk, family)).json()["copayment"] == 1_000
    tumour: dict[str, Any] = {"patient_id": str(family.child_id), "diagnosis": {"system": "ICD-10", "code": "C50.1"}}
    free = (await health.visit(desk, family, **tumour)).json()
    assert (free["copayment"], free["exempt"]) == (0, True)
    answer = await health.ask(desk, family, patient_id=str(family.child_id))
    assert (answer["exemption"], answer["state"]) == ("medical", "active")
    for body in (
        {"kind": "tumour"},
        {"kind": "unable", "citizen_id": str(family.child_id)},
        {"kind": "tumour", "citizen_id": str(new_id())},
    ):
        assert (await exempt(health, family, **body)).json()["code"] == "exemption_of_no_one"
    assert (await exempt(health, Family(), kind="unable")).json()["code"] == "household_unknown"
    outside = await health.family(services=())
    refused = await exempt(health, outside, kind="tumour", citizen_id=str(outside.child_id))
    assert refused.json()["code"] == "household_not_enrolled"


async def test_a_disease_frees_what_is_related_to_it(health: Health) -> None:
    """Truth 3.14 d: a diabetic's insulin 0, an X-ray of an arm 2,000 -> 200 (law, youm7 3561325)."""
    family, pharmacy, imaging = await health.family(), await health.desk("pharmacy"), await health.desk("imaging")
    sick: dict[str, Any] = {"patient_id": str(family.child_id)}
    reply = await exempt(health, family, kind="chronic_disease", citizen_id=sick["patient_id"], codes=["E10", "A10"])
    assert reply.status_code == 200, reply.text

    async def visit(desk: Any, service: str, *lines: tuple[str, int], **more: Any) -> tuple[int, int, bool]:
        body = [{"code": code, "price": price} for code, price in lines]
        made = (await health.visit(desk, family, service, lines=body, **sick, **more)).json()
        return made["copayment"], made["insurer_part"], made["exempt"]

    diabetes, broken = ({"system": "ICD-10", "code": code} for code in ("E10.9", "S52.5"))
    assert await visit(pharmacy, "medicines", ("A10AB01", 50_000)) == (0, 50_000, True)
    assert await visit(pharmacy, "medicines", ("N02BE01", 50_000), diagnosis=diabetes) == (0, 50_000, True)
    assert await visit(imaging, "imaging", ("XR-ARM", 200_000), diagnosis=broken) == (20_000, 180_000, False)
    assert await visit(imaging, "imaging", ("XR-ARM", 200_000)) == (20_000, 180_000, False)
    mixed = await visit(pharmacy, "medicines", ("A10AB01", 50_000), ("N02BE01", 10_000))
    assert mixed == (1_000, 59_000, False), "what is not related is charged"
    said = await visit(imaging, "imaging", ("XR-ARM", 200_000), for_disease=True)
    assert said == (20_000, 180_000, False), "the decision's codes decide, not the clinic's word"
    answer = await health.ask(pharmacy, family, **sick)
    assert (answer["exempt"], answer["exemption"]) == (False, "medical")


async def test_an_exemption_entered_before_codes_were_asked_for_is_what_the_clinic_says_is_related(
    health: Health,
) -> None:
    family, desk = await health.family(), await health.desk()
    assert (await exempt(health, family, kind="tumour", citizen_id=str(family.child_id))).status_code == 200
    sealed = (await health.fetch("SELECT exemption_id FROM exemption WHERE citizen_id = $1", family.child_id))[0][0]
    before = health.runtime.state.vault.seal(sealed, b"tumour")
    await health.runtime.pool.execute("UPDATE exemption SET sealed = $1 WHERE exemption_id = $2", before, sealed)
    patient: dict[str, Any] = {"patient_id": str(family.child_id)}
    assert (await health.visit(desk, family, **patient)).json()["copayment"] == 1_000
    assert (await health.visit(desk, family, for_disease=True, **patient)).json()["copayment"] == 0
    assert (await health.visit(desk, family, for_disease=True)).json()["copayment"] == 1_000, "of nobody else"


async def test_husband_and_wife_both_pay(health: Health) -> None:
    """Truth 2.10 and 3.14 b: both 7,000 in 2026: 70 each and 280 each of the employers (art. 41)."""
    family = await health.family()
    husband = await pay(health, family, "2026-11", 1, 35_000)
    assert (husband.status_code, husband.json()["insured_id"]) == (201, str(family.head_id))
    wife = await pay(health, family, "2026-11", 1, 35_000, insured_id=str(family.child_id))
    assert (wife.status_code, wife.json()["insured_id"]) == (201, str(family.child_id))
    for insured in ({}, {"insured_id": str(family.head_id)}, {"insured_id": str(family.child_id)}):
        assert (await pay(health, family, "2026-11", 1, 35_000, **insured)).json()["code"] == "month_already_paid"
    stranger = await pay(health, family, "2026-12", 1, 35_000, insured_id=str(new_id()))
    assert stranger.json()["code"] == "insured_unknown"
    seen = (await health.admin("GET", f"/v1/coverage/{family.card_id}", "coverage:read")).json()
    assert [one["insured_id"] for one in seen["contributions"]] == [str(family.child_id), str(family.head_id)]


async def test_what_was_paid_for_the_family_before_each_had_their_own_counts_for_its_head(health: Health) -> None:
    family = await health.family()
    made = (await pay(health, family, "2026-11", 1, 35_000)).json()["contribution_id"]
    await execute_as_owner(
        health.runtime.state.settings.database_url,
        f"UPDATE contribution_month SET insured_id = NULL WHERE contribution_id = '{made}'",
        f"UPDATE contribution SET insured_id = NULL WHERE contribution_id = '{made}'",
    )
    assert (await pay(health, family, "2026-11", 1, 35_000)).json()["code"] == "month_already_paid"
    assert (await pay(health, family, "2026-11", 1, 35_000, insured_id=str(family.child_id))).status_code == 201


@pytest.mark.parametrize(
    ("wage", "amount", "code"),
    [
        (1, 0, "below_minimum"),
        (269_999, 13_500, "below_minimum"),
        (270_000, 13_500, None),
        (1_670_000, 83_500, None),
        (1_670_001, 83_500, "above_maximum"),
    ],
)
async def test_the_insured_wage_of_2026_lies_between_its_bounds(
    health: Health, wage: int, amount: int, code: str | None
) -> None:
    """2,700 and 16,700 (elbalad 6848254); wage 1 is no wage: truth 3.14 c, findings A14."""
    family = await health.family()
    reply = await pay(health, family, "2026-11", 1, amount, insured_wage=wage)
    assert reply.json().get("code") == code, reply.text
    assert (reply.status_code == 201) == (code is None)


async def test_nothing_and_the_far_future_are_no_contribution(health: Health) -> None:
    """Findings A14, truth 2.9: 36 months of nothing bought cover until 2072."""
    family = await health.family()
    pension = {"category": "pensioner", "insured_wage": 1}
    assert (await pay(health, family, "2026-11", 36, 0, **pension)).json()["code"] == "below_minimum"
    for month, months in (("2072-01", 1), ("2026-10", 1), ("2026-11", 36), ("2027-12", 1), ("2024-01", 1)):
        wage = {"insured_wage": 700_000, "category": "pensioner"}
        refused = await pay(health, family, month, months, 14_000 * months, **wage)
        assert refused.json()["code"] == "month_not_payable", (month, refused.text)
    assert (await pay(health, family, "2026-11", 13, 13 * 35_000)).status_code == 201
    assert (await pay(health, await health.family(governorate="01"), "2026-11", 1, 35_000)).json()["code"] == (
        "month_not_payable"
    ), "where the system has not begun no month can be paid for"


async def test_the_self_employed_pay_on_the_largest_of_their_incomes(health: Health) -> None:
    family = await health.family()
    body = {"category": "self_employed", "insured_wage": 700_000, "declared_income": 2_000_000}
    assert (await pay(health, family, "2026-11", 1, 35_000, **body)).json()["due"] == 100_000
    assert (await pay(health, family, "2026-11", 1, 100_000, **body)).status_code == 201
    employee = {"insured_wage": 700_000, "declared_income": 2_000_000}
    assert (await pay(health, family, "2026-12", 1, 35_000, **employee)).status_code == 201


async def test_an_exemption_that_begins_later_keeps_no_card_from_opening_care(health: Health) -> None:
    """Findings A5, truth 2.22: exempt from June, entered before the first card; covered from the card's day."""
    family = Family()
    await health.deliver(*family_events(family, "03", JANUARY, ())[:3])
    health.at(JANUARY)
    june = await exempt(health, family, kind="unable", first_day="2026-06-01", last_day="2027-06-01")
    assert (june.json()["enrolled_on"], june.json()["state"]) == ("2026-06-01", "pending")
    await health.deliver(family_events(family, "03", JANUARY, HEALTH)[3])
    seen = (await health.admin("GET", f"/v1/coverage/{family.card_id}", "coverage:read")).json()
    assert (seen["enrolled_on"], seen["state"], seen["exempt"]) == ("2026-01-05", "active", False)
    health.at(datetime(2026, 6, 1, 8, tzinfo=UTC))
    seen = (await health.admin("GET", f"/v1/coverage/{family.card_id}", "coverage:read")).json()
    assert (seen["enrolled_on"], seen["state"], seen["exempt"]) == ("2026-01-05", "active", True)
    late = CardServiceEnabled(card_id=family.card_id, household_id=family.household_id, service=ProgrammeService.HEALTH)
    await health.deliver(late)
    seen = (await health.admin("GET", f"/v1/coverage/{family.card_id}", "coverage:read")).json()
    assert seen["enrolled_on"] == "2026-01-05", "a later day moves nothing"


async def test_whoever_moves_away_is_no_longer_covered(health: Health) -> None:
    family = await health.family()

    async def move(governorate: str, revision: int) -> None:
        await health.deliver(
            HouseholdChanged(
                household_id=family.household_id,
                governorate=governorate,
                district="03.02",
                members=2,
                revision=revision,
            )
        )

    await move("01", 2)
    assert [state for state, _, _ in await states(health, family)] == ["active", "ended"]
    await move("03", 1)
    assert [state for state, _, _ in await states(health, family)] == ["active", "ended"], "late word changes nothing"
    assert (await health.visit(await health.desk(), family)).json()["code"] == "cover_ended"
    await move("35", 3)
    assert [state for state, _, _ in await states(health, family)] == ["active", "ended", "active"]


async def test_who_may_see_cover(health: Health) -> None:
    family = await health.family()
    path = f"/v1/coverage/{family.card_id}"
    seen = (await health.admin("GET", path, "coverage:read")).json()
    assert (seen["household_id"], seen["governorate"], seen["state"]) == (str(family.household_id), "03", "active")
    bound = health.issuer.headers("cairo", "coverage:read coverage:write contributions:write", governorate="01")
    assert (await health.client.get(path, headers=bound)).status_code == 404
    body = {"kind": "unable", "first_day": "2026-11-01", "last_day": "2027-11-01", "reference": "x"}
    reply = await health.client.put(f"/v1/coverage/{family.household_id}/exemption", json=body, headers=bound)
    assert reply.status_code == 404
    assert (await health.admin("GET", f"/v1/coverage/{new_id()}", "coverage:read")).json()["code"] == "card_unknown"
    other = await health.family(services=())
    unknown = await health.admin("GET", f"/v1/coverage/{other.card_id}", "coverage:read")
    assert unknown.json()["code"] == "household_not_enrolled"


async def test_policy_files_are_entered_once_and_never_contradicted(
    make_database: MakeDatabase, issuer: TestIssuer, tmp_path: Any
) -> None:
    for path in POLICIES.glob("*.yaml"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    settings = settings_for(await make_database(MIGRATIONS), issuer, policies=tmp_path)
    for _ in range(2):
        async with serve(settings, issuer) as first:
            rows = await first.fetch("SELECT count(*) FROM policy")
            assert rows[0]["count"] > 50
    care = tmp_path / "care.yaml"
    words = care.read_text(encoding="utf-8")
    care.write_text(words.replace("value: 30\n", "value: 31\n"), encoding="utf-8")
    with pytest.raises(PolicyFileError, match="another value"):
        async with serve(settings, issuer):
            pass
    ending = words.replace(
        "    value: 300\n    effective_from: 2019-07-01\n",
        "    value: 300\n    effective_from: 2019-07-01\n    effective_to: 2999-12-31\n",
    )
    assert ending != words
    care.write_text(ending, encoding="utf-8")
    with pytest.raises(PolicyFileError, match=r"no approved policy health\.clock_skew_seconds .* on 3000-01-01"):
        async with serve(settings, issuer):
            pass
    following = "  - {key: health.clock_skew_seconds, value: 200, effective_from: 3000-01-01, legal_reference: law,"
    care.write_text(f"{ending}\n{following} source: none, confidence: chosen}}\n", encoding="utf-8")
    async with serve(settings, issuer) as changed:
        rows = await changed.fetch(
            "SELECT value, effective_to FROM policy WHERE key = 'health.clock_skew_seconds' ORDER BY effective_from"
        )
        assert [(row["value"], row["effective_to"] and row["effective_to"].year) for row in rows] == [
            ("300", 2999),
            ("200", None),
        ]
