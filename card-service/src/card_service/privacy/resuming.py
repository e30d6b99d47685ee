"""Erasures that some service has not carried out are told again until all have; how old the oldest is, is a metric."""

from __future__ import annotations

from typing import Final

from prometheus_client import Gauge

from card_service.context import Runtime
from card_service.privacy import repository
from card_service.privacy.service import told_of
from chassis import outbox
from chassis.metrics import BACKGROUND
from chassis.periodic import Periodic

AT_ONCE: Final = 100
OLDEST = Gauge("unicard_erasures_oldest_seconds", "Age of the oldest erasure not carried out", registry=BACKGROUND)


async def _tell(runtime: Runtime) -> bool:
    """Tell again what was told a while ago and is not carried out everywhere; whether there may be more."""
    after = runtime.state.dependencies.settings.card_erasure_retry_seconds
    async with runtime.sessions() as session, session.begin():
        late = await repository.untold(session, after, AT_ONCE)
        await outbox.add(session, *(told_of(one) for one in late))
        await repository.told(session, [one.erasure_id for one in late])
    OLDEST.set(await runtime.pool.fetchval(repository.OLDEST_OPEN))
    if late:
        runtime.wake_relay()
    return len(late) == AT_ONCE


TELLING: Periodic[Runtime] = Periodic(
    "erasures", _tell, lambda runtime: runtime.state.dependencies.settings.card_erasure_retry_seconds / 2
)
