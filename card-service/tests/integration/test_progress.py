"""The public progress: without a token, of weeks that are over, with nothing about a few."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from card_service.progress import service
from chassis.governorates import GOVERNORATES

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice

_HOUSEHOLDS = (
    "INSERT INTO household (household_id, governorate, district, address, members, registered_at)"
    " SELECT gen_random_uuid(), '03', '03.01', '', 1, $2 FROM generate_series(1, $1::int)"
)


async def published(office: Office, at: datetime) -> list[dict[str, Any]]:
    """What everybody sees at an instant, after the job."""
    office.runtime.clock.move_to(at)  # type: ignore[attr-defined]  # a training system has a clock to move
    while await service.run(office.runtime):
        continue
    reply = await office.client.get("/v1/public/progress")
    assert reply.status_code == 200, reply.text
    found: list[dict[str, Any]] = reply.json()["governorates"]
    return found


def test_a_week_is_over_on_its_friday() -> None:
    assert service.last_week(date(2026, 11, 27)) == date(2026, 11, 14), "a Friday is of the week that runs"
    assert service.last_week(date(2026, 11, 28)) == date(2026, 11, 21)


async def test_everybody_sees_how_far_it_has_come_and_nothing_about_a_few(open_office: OpenOffice) -> None:
    async with open_office() as office:
        assert (await office.client.get("/v1/public/progress")).json()["governorates"] == []
        saturday = datetime.fromisoformat("2027-03-06T10:00:00+00:00")
        week = timedelta(days=7)
        for number, count in enumerate((40, 3, 25)):
            await office.fetch(_HOUSEHOLDS, count, saturday + number * week)
        await office.phase()
        (port_said,) = await published(office, saturday + week)
        assert (port_said["governorate"], port_said["name_en"]) == ("03", GOVERNORATES["03"][0])
        assert [(one["starts_on"], one["registered"], one["invited"]) for one in port_said["weeks"]] == [
            ("2027-03-06", 40, None)
        ]
        (second,) = await published(office, saturday + 2 * week)
        assert second["steps"] == port_said["steps"], "three households wait for others"
        (third,) = await published(office, saturday + 3 * week)
        assert [one["registered"] for one in third["weeks"]] == [40, None, None]
        assert third["steps"][0] == {"step": "registered", "households": 68, "week": "2027-03-20"}
        only = (await office.client.get("/v1/public/progress?governorate=19")).json()
        assert (only["governorates"], only["least"]) == ([], 10)
        strange = await office.client.get("/v1/public/progress?district=03.01")
        assert strange.status_code == 422


async def test_use_is_shown_when_it_is_of_many(open_office: OpenOffice) -> None:
    async with open_office() as office:
        await office.active()
        await office.fetch("INSERT INTO household_use SELECT household_id, current_date, current_date FROM household")
        (shown,) = await published(office, office.runtime.clock.now() + timedelta(days=8))
        assert shown["in_use"] is None, "one household is nobody's business"
        assert shown["steps"] == []
