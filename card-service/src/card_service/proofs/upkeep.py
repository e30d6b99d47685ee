"""Codes that were sent and PINs' envelopes that were opened are forgotten when they open nothing any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from card_service.cards import pin_envelopes
from card_service.context import Runtime
from card_service.proofs import repository
from chassis.holder_proofs.form import moment
from chassis.periodic import Periodic

EVERY_SECONDS: Final = 600.0
KEPT: Final = timedelta(days=1)  # codes an hour are counted of them


async def forget(runtime: Runtime) -> None:
    """Forget what is over."""
    async with runtime.sessions() as session, session.begin():
        await repository.forget(session, runtime.clock.now() - KEPT)
        await pin_envelopes.forget(session, moment())


FORGETTING: Final[Periodic[Runtime]] = Periodic("holder_codes_over", forget, EVERY_SECONDS)
