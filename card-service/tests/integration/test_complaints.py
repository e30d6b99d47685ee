"""How complaints stand is told by notify-service and measured by governorate, whatever comes twice or out of order."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from card_service.indicators.registry import INDICATORS, Subject
from chassis.ids import new_id
from chassis.testing import eventually
from chassis.testing_events import Outside
from contracts.complaints import ComplaintChanged

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice


def told(complaint_id: UUID, state: str, now: datetime, due: float, **changes: Any) -> ComplaintChanged:
    values = {
        "complaint_id": complaint_id, "governorate": "03", "category": "outlet", "channel": "sms", "state": state,
        "level": "governorate", "entered_at": now - timedelta(days=9), "due_at": now + timedelta(hours=due),
        "changed_at": now,
    }  # fmt: skip
    return ComplaintChanged.model_validate(values | changes)


async def measured(office: Office, name: str) -> int:
    indicator = INDICATORS.find(name)
    assert indicator is not None
    async with office.runtime.sessions() as session:
        found = await indicator.measure(session, office.runtime.state.dependencies, Subject(new_id(), "03"))
    return int(found.part)


async def test_open_and_late_complaints_are_indicators(open_office: OpenOffice) -> None:
    async with open_office() as office:
        now = office.runtime.clock.now()
        late, answered, on_time, elsewhere = (new_id() for _ in range(4))
        notify = Outside(office.settings.kafka_bootstrap, office.settings.topic_prefix)
        await notify.tell(
            told(late, "open", now, -1),
            told(late, "open", now, -1),
            told(answered, "answered", now, -1),
            told(answered, "open", now - timedelta(days=1), -1),
            told(on_time, "open", now, 5),
            told(elsewhere, "open", now, -1, governorate="19"),
        )

        async def heard() -> bool | None:
            return len(await office.fetch("SELECT FROM complaint_state")) == 4 or None

        await eventually(heard, seconds=60)
        assert await measured(office, "complaints_open") == 2
        assert await measured(office, "complaints_late") == 1
