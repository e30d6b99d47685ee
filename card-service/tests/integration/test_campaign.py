"""The client's campaign, a thousandth of it: 496 people at 50 a week, over sites of every kind."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from card_service import POLICIES
from card_service.weeks import week_of
from policybook.testing import changed_copy

from ..sites import drafted, saturday

if TYPE_CHECKING:
    from pathlib import Path

    from ..conftest import OpenOffice

CAIRO = ZoneInfo("Africa/Cairo")
PEOPLE, A_WEEK = 496, 50
KINDS = ("post_office", "post_office", "supply_centre", "health_office", "governorate_office")
LONGEST = timedelta(days=92)


async def test_everyone_is_invited_once_within_three_months(open_office: OpenOffice, tmp_path: Path) -> None:
    policies = changed_copy(POLICIES, tmp_path / "policies", pickup__invited_a_week=A_WEEK)
    async with open_office(policies=policies, card_plan_chunk=100) as office:
        for n, kind in enumerate(KINDS):
            await office.site(f"Site {n}", kind=kind, district=f"03.0{n + 1}", hourly_capacity=1)
        rows = [office.row(f"H{n}", district=f"03.0{n % 7 + 1}") for n in range(PEOPLE)]
        job, refused = await office.imported(*rows)
        assert (job["accepted"], refused) == (PEOPLE, {})
        phase_id = await office.phase()
        whole = await drafted(office, phase_id, weeks=12, holders="heads")
        assert (whole["scheduled"], whole["unplaced"]) == (PEOPLE, {})
        weeks, left = 0, PEOPLE
        while left:
            begins = saturday() + timedelta(days=7 * weeks)
            plan = await office.planned(phase_id, limit=1000, week_start=str(begins))
            assert plan["scheduled"] == min(left, A_WEEK)
            assert plan["unplaced"] == ({"week_is_full": left - A_WEEK} if left > A_WEEK else {})
            weeks, left = weeks + 1, left - plan["scheduled"]
        assert weeks == 10
        told = await office.events("PickupScheduled")
        assert len({one["card_id"] for one in told}) == len({one["citizen_id"] for one in told}) == len(told) == PEOPLE
        comes = [datetime.fromisoformat(one["starts_at"]).astimezone(CAIRO) for one in told]
        assert max(Counter(week_of(one.date()) for one in comes).values()) == A_WEEK
        assert max(comes) - min(comes) < LONGEST
        ((over,),) = await office.fetch("SELECT count(*) FROM pickup_slot WHERE taken > offered OR taken > capacity")
        ((taken,),) = await office.fetch("SELECT sum(taken) FROM pickup_slot")
        assert (over, taken) == (0, PEOPLE)
        own = Counter(one["site_id"] for one in told)
        assert len(own) == len(KINDS)
