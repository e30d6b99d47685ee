"""Likely duplicates: planted ones are all found among generated people, and nobody else; decisions are remembered."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chassis.national_id import check_digit
from chassis.testing import eventually

from ..conftest import OpenOffice

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ..conftest import Office

READ, WRITE = "citizens:read", "citizens:write"
GIVEN = (
    "منى", "أحمد", "علي", "حسن", "سيد", "هدى", "كريم", "سارة", "خالد", "ليلى", "يوسف", "مريم", "طارق", "نور", "عمر",
    "دينا", "وليد", "آية", "سامي", "رانيا", "هاني", "إيمان",
)  # fmt: skip
FAMILIES = (
    "الشرقاوي", "منصور", "بدوي", "غنيم", "شاهين", "الجندي", "عوض", "رزق", "الخولي", "النجار", "سليم", "مراد", "قنديل",
    "عزام", "فرج", "حجازي", "صبري", "زيدان",
)  # fmt: skip
POPULATION = 900


def number_of(born: date, serial: int) -> str:
    century = "3" if born.year >= 2000 else "2"
    body = f"{century}{born:%y%m%d}03{serial:04d}"
    return body + check_digit(body)


def generated(count: int) -> list[dict[str, Any]]:
    """People with names of four words, each a household of one; no two with the same name and day of birth."""
    rng, made = random.Random(20_261_129), []
    for n in range(count):
        born = date(1940, 1, 1) + timedelta(days=rng.randrange(30_000 - 5_000))
        name = " ".join([rng.choice(GIVEN), rng.choice(GIVEN), rng.choice(GIVEN), rng.choice(FAMILIES)])
        made.append({
            "full_name": name, "national_id": number_of(born, n), "born": born, "mobile": f"0100{n:07d}",
            "address": f"شارع {n}",
        })  # fmt: skip
    return made


def again(person: dict[str, Any], serial: int, **changed: Any) -> dict[str, Any]:
    """Somebody registered a second time, under another national id."""
    other = {**person, "mobile": f"0111{serial:07d}", "address": f"حارة {serial}", **changed}
    return other | {"national_id": number_of(other["born"], serial)}


def slipped(person: dict[str, Any]) -> dict[str, Any]:
    """The same person with one digit of the year of birth typed wrongly, and nothing else in common but the name."""
    number = person["national_id"]
    wrong = number[:2] + str((int(number[2]) + 1) % 10) + number[3:]
    return {**person, "national_id": wrong, "mobile": "01112222222", "address": "حارة 7"}


async def renumbered(office: Office, citizen: str, mobile: str) -> None:
    home = (await office.call("GET", f"/v1/citizens/{citizen}", READ))["household_id"]
    await office.changed("mobile", home, citizen_id=citizen, mobile=mobile, proof="old_number")


async def entered(office: Office, people: list[dict[str, Any]], tag: str) -> None:
    rows = [
        office.row(f"{tag}{n}", **{name: value for name, value in one.items() if name != "born"})
        for n, one in enumerate(people)
    ]
    job, rejected = await office.imported(*rows)
    assert (job["status"], rejected) == ("done", {})


async def looked_at(office: Office) -> None:
    """Until the job has looked at everybody there is."""

    async def done() -> bool:
        (row,) = await office.fetch(
            "SELECT NOT EXISTS (SELECT FROM name_pending) AND NOT EXISTS (SELECT FROM citizen c, duplicate_cursor d"
            " WHERE (c.posted, c.citizen_id) > (d.posted, d.citizen_id)) AS done"
        )
        return bool(row["done"])

    await eventually(done, seconds=90)


async def ids(office: Office, *people: dict[str, Any]) -> list[str]:
    found = []
    for one in people:
        items = (await office.call("POST", "/v1/citizens/search", READ, json={"national_id": one["national_id"]}))[
            "items"
        ]
        found.append(items[0]["citizen_id"])
    return found


async def likely(office: Office, state: str = "open") -> dict[frozenset[str], dict[str, Any]]:
    items, after = [], ""
    while True:
        page = await office.call("GET", f"/v1/duplicates?limit=50&state={state}{after}", READ)
        items += page["items"]
        if page["next"] is None:
            return {frozenset((one["first"]["citizen_id"], one["second"]["citizen_id"])): one for one in items}
        after = f"&after={page['next']}"


@pytest.fixture(scope="module")
async def town(open_office: OpenOffice) -> AsyncIterator[Office]:
    """A service that knows the generated people."""
    async with open_office() as office:
        await entered(office, generated(POPULATION), "g")
        yield office


async def test_nobody_of_the_generated_people_is_likely_another(town: Office) -> None:
    await looked_at(town)
    assert await likely(town) == {}


async def test_planted_ones_are_all_found_and_nobody_else(town: Office) -> None:
    people = generated(POPULATION)
    pairs = [
        (people[10], again(people[10], 5010)),
        (people[11], again(people[11], 5011, full_name=people[11]["full_name"].replace("أ", "ا").replace("ى", "ي"))),
        (people[12], again(people[12], 5012, full_name=" ".join(people[12]["full_name"].split()[:3]))),
        (people[13], again(people[13], 5013, full_name="عبد الرحمن " + people[13]["full_name"])),
        (
            people[14],
            again(people[14], 5014, mobile=people[14]["mobile"], born=people[14]["born"] + timedelta(days=365)),
        ),
        (people[15], slipped(people[15])),
    ]
    pairs[3] = (again(people[13], 5113, full_name="عبدالرحمن " + people[13]["full_name"]), pairs[3][1])
    first = people[16]
    twin = again(first, 5016, full_name="توفيق " + first["full_name"].split(" ", 1)[1], mobile=first["mobile"],
                 address=first["address"])  # fmt: skip
    elder = again(people[17], 5017, born=date(1925, 2, 14), address=people[17]["address"])
    await entered(town, [pairs[3][0], *(other for _, other in pairs), twin, elder], "p")
    await looked_at(town)
    wanted = {frozenset(await ids(town, *pair)) for pair in pairs}
    found = await likely(town)
    assert set(found) == wanted
    assert len(wanted) == len(pairs)
    assert all(one["score"] >= 60 and one["reasons"] for one in found.values())
    assert "same_birth_date" in found[frozenset(await ids(town, *pairs[0]))]["reasons"]


async def test_different_people_are_remembered_and_one_person_is_settled(town: Office) -> None:
    people = generated(POPULATION)
    others = [again(people[20], 5020), again(people[21], 5021)]
    await entered(town, others, "d")
    await looked_at(town)
    different, same = [frozenset(await ids(town, people[n], other)) for n, other in zip((20, 21), others, strict=True)]
    found = await likely(town)
    decide = decider(town, found)
    assert (await decide(different, 0, outcome="different", reason="cousins of one name"))["state"] == "different"
    assert (await decide(different, 409, outcome="different", reason="once more"))["code"] == "duplicate_decided"
    keep, leave = await ids(town, people[21], others[1])
    assert (await decide(same, 422, outcome="same", reason="nobody kept"))["code"] == "kept_invalid"
    assert (await decide(same, 422, outcome="same", reason="x y z", kept=people_id()))["code"] == "kept_invalid"
    decided = await decide(same, 0, outcome="same", kept=keep, reason="typed twice")
    assert (decided["state"], decided["kept"], decided["settled"]) == ("same", keep, False)
    # whoever changes is looked at again, and what was decided stays
    for one in await ids(town, people[20]):
        await renumbered(town, one, "01555555555")
    await looked_at(town)
    assert different not in await likely(town)
    assert different in await likely(town, "different")
    assert leave in {one["citizen_id"] for one in decided["citizens"]}


async def test_who_is_alike_no_more_is_dropped(town: Office) -> None:
    people = generated(POPULATION)
    other = again(people[30], 5030)
    await entered(town, [other], "n")
    await looked_at(town)
    pair = frozenset(await ids(town, people[30], other))
    assert pair in await likely(town)
    (_, second) = await ids(town, people[30], other)
    home = (await town.call("GET", f"/v1/citizens/{second}", READ))["household_id"]
    await town.changed("correct_name", home, citizen_id=second, full_name="زينب محمود عبد الله")
    await looked_at(town)
    assert pair not in await likely(town)
    assert pair in await likely(town, "dropped")


async def test_a_pair_is_shown_to_whom_both_belong_and_decided_by_people(town: Office) -> None:
    people = generated(POPULATION)
    other = again(people[40], 5040, governorate="19", district="19.07", mobile=people[40]["mobile"])
    await entered(town, [other], "a")
    await looked_at(town)
    pair = frozenset(await ids(town, people[40], other))
    item = (await likely(town))[pair]
    path = f"/v1/duplicates/{item['duplicate_id']}"
    both = await town.call("GET", path, READ)
    assert [one["citizen_id"] for one in both["citizens"]] == sorted(pair)
    for governorate in ("03", "19"):
        bound = {"governorate": governorate}
        listed = await town.call("GET", "/v1/duplicates?limit=500", READ, claims=bound)
        assert item["duplicate_id"] not in {one["duplicate_id"] for one in listed["items"]}
        await town.call("GET", path, READ, expect=404, claims=bound)
    body = {"outcome": "different", "reason": "a machine says so"}
    assert (await town.call("POST", f"{path}/decision", WRITE, expect=403, json=body))["code"] == "caller_kind_refused"


def people_id() -> str:
    """Of neither."""
    return "01890000-0000-7000-8000-000000000000"


def decider(office: Office, found: dict[frozenset[str], dict[str, Any]]) -> Callable[..., Awaitable[dict[str, Any]]]:
    """A person who decides; 0 stands for success."""

    async def decide(pair: frozenset[str], expect: int, **given: Any) -> dict[str, Any]:
        reply = await office.client.post(
            f"/v1/duplicates/{found[pair]['duplicate_id']}/decision", headers=office.issuer.person(WRITE), json=given
        )
        assert reply.status_code == (expect or 200), reply.text
        body: dict[str, Any] = reply.json()
        return body

    return decide


async def test_an_import_names_at_its_rows_who_is_likely_somebody_else(town: Office) -> None:
    person = generated(POPULATION)[300]
    twin = again(person, 5300)
    values = {name: value for name, value in twin.items() if name != "born"}
    job, _ = await town.imported(town.row("dup30", **values), town.row("dup31", full_name="كيرلس فانوس"))
    await looked_at(town)
    path = f"/v1/imports/{job['id']}/rows"
    rows = (await town.call("GET", path, "citizens:import"))["items"]
    assert [len(row["duplicates"]) for row in rows] == [1, 0]
    pair = await town.call("GET", f"/v1/duplicates/{rows[0]['duplicates'][0]}", READ)
    known = (await ids(town, person))[0]
    assert {pair["first"]["citizen_id"], pair["second"]["citizen_id"]} == {rows[0]["citizen_id"], known}
    far = (await town.call("GET", path, "citizens:import", claims={"governorate": "03"}, expect=404))["code"]
    assert far == "import_not_found"
