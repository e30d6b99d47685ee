"""Health insurance as a table of examples: who is covered when, who pays what, what care costs.

Each row names its example of the domain's rules and where the rule was read.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from devstack.terminal.proof import by_pin

from .town import HEALTH, PIN, Home, Town, refused

AUTHORITY = "health-authority"
CABINET = "Cabinet, 30 October 2024; masress masrawy/702783509"
ARTICLE_41 = "art. 41 as quoted by elbalad 6848254"
DISEASE = "law, youm7 3561325"
EACH_TIME = "«في المرة الواحدة»: youm7 6148874; elbalad 6821417"


async def family(town: Town, day: str, members: int = 2, **changed: Any) -> Home:
    """A family with a card for health insurance from a day on."""
    home = town.home(members, services=HEALTH, **changed)
    await town.on(day)
    return await town.settle(home)


async def cover(town: Town, home: Home) -> Any:
    return await town.clients["cards"].get(f"/v1/coverage/{home.card}")


async def active(town: Town, home: Home) -> Any:
    """The cover once it is active, or as it is after a while."""
    return await town.sees(lambda: cover(town, home), lambda seen: bool(seen["state"] == "active"))


async def pays(town: Town, home: Home, who: int, wage: int, amount: int, month: str = "2026-11", **more: Any) -> str:
    """A contribution of one month; `paid`, or the code of the refusal."""
    body = {
        "household_id": home.household_id, "insured_id": home.members[who], "reference": f"town-{town.serial()}",
        "category": "employee", "insured_wage": wage, "first_month": f"{month}-01", "months": 1, "amount": amount,
        **more,
    }  # fmt: skip
    said = await refused(town.clients[AUTHORITY].post("/v1/contributions", body))
    return "paid" if said.startswith("done") else said


async def visit(
    town: Town, home: Home, kind: str, service: str, *lines: tuple[str, int], agreed: bool = True, **more: Any
) -> Any:
    """A visit at the town's clinic of a kind, each line at its price in piastres; the card's holder types the PIN."""
    shop = await town.shop(kind)
    body = {
        "card_id": home.card, "service": service, "lines": [{"code": code, "price": price} for code, price in lines],
        **more,
    }  # fmt: skip
    if agreed and not more.get("emergency"):
        body["holder_proof"] = await by_pin(shop, home.card, PIN, "visit")(sum(price for _, price in lines))
    return await shop.post("/v1/encounters", body)


async def grace(town: Town) -> list[Any]:
    home = await family(town, "2024-12-01")
    found = []
    for day in ("2025-05-31", "2025-06-01"):
        await town.on(day)
        seen = await cover(town, home)
        found.append((day, seen["state"], seen["suspends_on"]))
    return found


async def both_work(town: Town) -> list[str]:
    home = await family(town, "2026-11-05", 2)
    return [await pays(town, home, who, 700_000, 35_000) for who in (0, 1, 1)]


async def no_work(town: Town) -> list[str]:
    home = await family(town, "2026-11-05", 2)
    return [await pays(town, home, 0, 700_000, 56_000, spouses=1)]


async def no_rate(town: Town) -> str:
    """No rate was found anywhere: the contribution waits for a row, and nothing is guessed."""
    home = await family(town, "2026-11-05")
    return await pays(town, home, 0, 700_000, 14_000, category="widow")


async def by_the_list(town: Town) -> dict[str, Any]:
    """Families whose legal basis is on the list are covered and exempt without doing anything; others are not."""
    found = {}
    await town.on("2026-11-05")
    for basis in ("takaful", "karama", "social_pension", "low_income"):
        home = await town.settle(town.home(2, services=HEALTH, legal_basis=basis))
        seen = await active(town, home)
        care = await visit(town, home, "pharmacy", "medicines", ("C09", 100_000))
        found[basis] = (seen["state"], seen["exempt"], care["copayment"])
    return found


async def bounds(town: Town) -> dict[str, str]:
    home = await family(town, "2026-11-05")
    rows = {
        "1 piastre": (1, 1, "2026-11"), "nothing paid": (700_000, 0, "2026-11"),
        "year 2072": (700_000, 35_000, "2072-01"), "before cover": (700_000, 35_000, "2026-10"),
        "above 16,700": (1_670_001, 83_500, "2026-11"), "as it should be": (700_000, 35_000, "2026-11"),
    }  # fmt: skip
    return {name: await pays(town, home, 0, *row) for name, row in rows.items()}


async def diabetic(town: Town) -> dict[str, int]:
    home = await family(town, "2026-11-05")
    exemption = {
        "kind": "chronic_disease", "citizen_id": home.members[0], "first_day": "2026-11-05", "reference": "decision 7",
        "codes": ["E10", "A10"],
    }  # fmt: skip
    await town.clients[AUTHORITY].put(f"/v1/coverage/{home.household_id}/exemption", exemption)
    insulin = await visit(town, home, "pharmacy", "medicines", ("A10AB01", 300_000))
    arm = await visit(town, home, "imaging", "imaging", ("XR", 200_000), diagnosis={"system": "ICD-10", "code": "S52"})
    return {"insulin": insulin["copayment"], "X-ray of an arm": arm["copayment"]}


async def prescriptions(town: Town) -> list[int]:
    home = await family(town, "2026-11-05")
    prices = (800_000, 800_000, 800_000, 2_000_000)
    return [(await visit(town, home, "pharmacy", "medicines", ("C09", price)))["copayment"] for price in prices]


async def emergencies(town: Town) -> dict[str, tuple[str, list[str]]]:
    home = await family(town, "2026-11-05")
    await town.clients["cards"].post(f"/v1/cards/{home.card}/block", {"reason": "lost"})
    usual = await town.sees(
        lambda: refused(visit(town, home, "hospital", "inpatient", ("OP", 600_000), agreed=False)),
        lambda code: code == "card_blocked",
    )
    urgent: dict[str, Any] = {"emergency": True, "national_id": home.people[1]["national_id"]}
    blocked = await visit(town, home, "hospital", "inpatient", ("OP", 600_000), **urgent)
    unknown = await visit(town, home, "hospital", "inpatient", ("OP", 600_000), **urgent | {"card_id": None})
    return {
        "no emergency": (usual, []),
        "blocked card": (blocked["review"], blocked["review_reasons"]),
        "by national id alone": (unknown["review"], unknown["review_reasons"]),
    }


async def those_who_left(town: Town) -> dict[str, str]:
    home = await family(town, "2026-11-05", 4)
    await town.request(home, "removal", citizen_id=home.members[2], reason="travel")
    await town.request(home, "death", citizen_id=home.members[3])

    async def treated(who: int) -> str:
        care = visit(town, home, "pharmacy", "medicines", ("C09", 1_000), patient_id=home.members[who])
        return (await refused(care)).partition(":")[0]

    return {
        "stayed": await treated(1),
        "left": await town.sees(lambda: treated(2), lambda said: said != "done"),
        "died": await town.sees(lambda: treated(3), lambda said: said != "done"),
    }


async def exempt_before_the_card(town: Town) -> list[Any]:
    async def exempt(home: Home) -> None:
        body = {"kind": "unable", "first_day": "2027-06-01", "last_day": "2028-05-31", "reference": "decision 8"}
        path = f"/v1/coverage/{home.household_id}/exemption"
        put = await town.sees(
            lambda: refused(town.clients[AUTHORITY].put(path, body)), lambda said: said.startswith("done")
        )
        assert put.startswith("done"), put

    home = await family(town, "2026-11-05", before_the_card=exempt)
    found = await active(town, home)
    return [found["enrolled_on"], found["state"]]


async def on_its_day(town: Town) -> dict[str, bool]:
    home = await family(town, "2026-11-05")
    found = {}
    for day in ("2019-05-01", "2026-11-04", "2026-11-05", "2027-04-30", "2040-01-01"):
        body = {
            "resourceType": "CoverageEligibilityRequest", "status": "active", "purpose": ["validation"],
            "patient": {"reference": f"Patient/{home.members[0]}"}, "created": "2026-11-05",
            "insurer": {"display": "UHIA"}, "servicedDate": day,
        }  # fmt: skip
        answer = await town.clients[AUTHORITY].post("/fhir/CoverageEligibilityRequest", body)
        found[day] = any(one["inforce"] for one in answer.get("insurance", []))
    return found


async def second_stage(town: Town) -> dict[str, Any]:
    """Supply first, the rest of the cohort's services later."""
    every = ("supply", "health", "payment")
    home = town.home(3, cohort=every)
    await town.on("2026-11-05")
    await town.settle(home)
    first = await town.clients["cards"].get(f"/v1/cards/{home.card}")
    wallet = await refused(town.clients["cards"].get(f"/v1/wallets/{home.card}"))
    await town.on("2026-11-20")
    job = await town.activate(await town.phase(every), ["health", "payment"])
    then = await town.clients["cards"].get(f"/v1/cards/{home.card}")
    covered = await town.sees(lambda: refused(cover(town, home)), lambda said: said.startswith("done"))
    paying = await town.sees(
        lambda: refused(town.clients["cards"].get(f"/v1/wallets/{home.card}")), lambda said: said.startswith("done")
    )
    return {
        "first": first["services"], "wallet before": wallet, "cards of the second stage": job["activated"],
        "then": sorted(then["services"]), "covered": covered[:4], "pays": paying[:4],
    }  # fmt: skip


@dataclass(frozen=True)
class Example:
    """What a story must come to."""

    name: str
    source: str
    story: Callable[[Town], Coroutine[Any, Any, Any]]
    comes_to: Any


EXAMPLES = (
    Example("2.9, 3.14 c bounds of wage and month", ARTICLE_41, bounds,
            {"1 piastre": "below_minimum", "nothing paid": "contribution_differs", "year 2072": "month_not_payable",
             "before cover": "month_not_payable", "above 16,700": "above_maximum", "as it should be": "paid"}),
    Example("2.10, 3.14 b both work: 70 and 280 of each", ARTICLE_41, both_work,
            ["paid", "paid", "month_already_paid"]),
    Example("3.14 b a spouse without work: 3 %", ARTICLE_41, no_work, ["paid"]),
    Example("2.11, 3.14 f emergencies whatever the card", "domain, care", emergencies,
            {"no emergency": ("card_blocked", []), "blocked card": ("open", ["card_blocked"]),
             "by national id alone": ("open", ["card_unknown"])}),
    Example("2.12 who left or died is no patient", "domain, family", those_who_left,
            {"stayed": "done", "left": "patient_unknown", "died": "patient_unknown"}),
    Example("2.16 a cohort's second stage", "roll-out in stages", second_stage,
            {"first": ["supply"], "wallet before": "wallet_unknown", "cards of the second stage": 1,
             "then": ["health", "payment", "supply"], "covered": "done", "pays": "done"}),
    Example("2.22 an exemption from June, entered before the card", CABINET, exempt_before_the_card,
            ["2026-11-05", "active"]),
    Example("2.23 care is judged by its day", "FHIR R4B, servicedDate", on_its_day,
            {"2019-05-01": False, "2026-11-04": False, "2026-11-05": True, "2027-04-30": True, "2040-01-01": False}),
    Example("3.14 a Suez, unpaid", CABINET, grace,
            [("2025-05-31", "active", "2025-06-01"), ("2025-06-01", "suspended", "2025-06-01")]),
    Example("3.14 d a diabetic pays for an arm", DISEASE, diabetic, {"insulin": 0, "X-ray of an arm": 20_000}),
    Example("3.14 g widows: no rate is known", "none found", no_rate, "category_unknown"),
    Example("3.14 h the unable by list", "PM decree 4586 of 2023: darelhilal 569237", by_the_list,
            {"takaful": ("active", True, 0), "karama": ("active", True, 0), "social_pension": ("active", True, 0),
             "low_income": ("active", False, 10_000)}),
    Example("3.14 e a cap for each prescription", EACH_TIME, prescriptions, [80_000, 80_000, 80_000, 160_600]),
)  # fmt: skip


def stories(town: Town) -> dict[str, Coroutine[Any, Any, Any]]:
    """Every row's story by its name."""
    return {example.name: example.story(town) for example in EXAMPLES}
