"""Files of the register: killed in the middle, of one moment, refused where too large or too many."""

from __future__ import annotations

import csv
import io
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import pytest

from card_service.exports import models
from chassis.security import EVENTS
from chassis.testing import eventually

from ..registers import READ
from .test_crashes import Torment
from .test_registered import EXPORTS, fetched

if TYPE_CHECKING:
    from card_service.settings import Settings

    from ..conftest import Office, OpenOffice

HOUSEHOLDS = 30_000
_MANY = """
    INSERT INTO household (household_id, governorate, district, address, members, registered_at)
    SELECT gen_random_uuid(), '03', '03.02', 'شارع ' || n, 1, clock_timestamp() - n * interval '1 second'
    FROM generate_series(1, $1) n
"""
ORDER: dict[str, Any] = {"asked": {}, "format": "csv", "purpose": "اختبار"}


async def ordered(office: Office, **changed: Any) -> str:
    """A file that is ordered: its path."""
    made = await office.call("POST", EXPORTS, READ, json=ORDER | changed)
    return f"{EXPORTS}/{made['export_id']}"


async def rows_of(office: Office, path: str) -> list[list[str]]:
    """The rows of a finished file, without the first line."""
    one = await office.finished(path, READ, seconds=180)
    assert one["status"] == "done"
    text = (await fetched(office, one)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))[1:]


@pytest.mark.slow
async def test_a_killed_worker_leaves_a_file_that_has_each_row_once(
    open_office: OpenOffice, make_settings: Callable[..., Awaitable[Settings]]
) -> None:
    settings = await make_settings()
    # The API process never makes a file itself: its workers look for jobs once an hour.
    patient = settings.model_copy(update={"card_job_poll_seconds": 3600.0})
    torment = Torment(settings)
    async with open_office(patient) as office:
        await office.runtime.pool.execute(_MANY, HOUSEHOLDS)
        path = await ordered(office)

        async def done() -> int:
            return int((await office.call("GET", path, READ))["done"])

        async def noted() -> int:
            return int((await office.call("GET", path, READ))["noted"])

        try:
            await torment.kill_during(done, times=2)
            assert (await office.call("GET", path, READ))["status"] == "running", "killed while it was written"
            await torment.end()
            await torment.kill_during(noted, times=2)
            assert (await office.call("GET", path, READ))["status"] == "noting", "killed while it was recorded"
            rows = await rows_of(office, path)
        finally:
            await torment.end()
        known = {str(row["household_id"]) for row in await office.fetch("SELECT household_id FROM household")}
        assert len(rows) == HOUSEHOLDS
        assert {row[0] for row in rows} == known
        ((records, subjects),) = await office.fetch(
            "SELECT count(*), count(DISTINCT household_id) FROM record"
            " WHERE request_id = $1::text::uuid AND action = 'read'",
            path.rpartition("/")[2],
        )
        assert (records, subjects) == (HOUSEHOLDS, HOUSEHOLDS)


async def test_a_file_is_of_one_moment(open_office: OpenOffice) -> None:
    """Every household changes, and others are entered, while the file is written: it shows all before or all after."""
    async with open_office() as office:
        await office.runtime.pool.execute(_MANY, HOUSEHOLDS)
        path = await ordered(office)

        async def begun() -> bool:
            one = await office.call("GET", path, READ)
            return bool(one["done"] > 0)

        await eventually(begun, seconds=60, every=0.005)
        await office.runtime.pool.execute("UPDATE household SET members = 9")
        await office.runtime.pool.execute(_MANY, 100)
        rows = await rows_of(office, path)
        assert {row[5] for row in rows} == {"1"}
        assert len(rows) == HOUSEHOLDS
        assert {row[5] for row in await rows_of(office, await ordered(office))} == {"9", "1"}
        alarms = EVENTS.labels("mass_lookup")
        before = alarms._value.get()
        await office.call(
            "POST", EXPORTS, READ, json=ORDER, subject="watched"
        )  # raised once in a while for each caller
        assert alarms._value.get() == before + 1, "a file is a look at everybody in it"


async def test_files_beyond_the_bounds_are_refused(open_office: OpenOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_office(card_job_poll_seconds=3600.0) as office:
        await office.runtime.pool.execute(_MANY, 20)
        monkeypatch.setitem(models.MOST_ROWS, "xlsx", 19)
        refused = await office.call("POST", EXPORTS, READ, json=ORDER | {"format": "xlsx"}, expect=422)
        assert (refused["code"], refused["rows"], refused["most"]) == ("export_too_large", 20, 19)
        for wrong in ({"purpose": "x"}, {"purpose": "a\nb"}, {"format": "pdf"}, {"asked": {"name": "x"}}):
            await office.call("POST", EXPORTS, READ, json=ORDER | wrong, expect=422)
        paths = [await ordered(office) for _ in range(models.OPEN_AT_ONCE)]
        refused = await office.call("POST", EXPORTS, READ, json=ORDER, expect=409)
        assert refused["code"] == "too_many_exports"
        assert (await office.call("GET", f"{paths[0]}/parts/1", READ, expect=409))["code"] == "export_not_ready"
        await office.call("POST", EXPORTS, READ, json=ORDER, subject="another", expect=202)
