"""A running payment-service on a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from chassis.testing import TestIssuer, running
from chassis.testing_events import Outside
from chassis.testing_proofs import PROVER
from payment_service import MIGRATIONS, POLICIES
from payment_service.main import create_app
from payment_service.settings import Settings
from policybook.testing import changed_copy

from .support import House


@pytest.fixture
def outside(kafka_bootstrap: str) -> Outside:
    """The rest of the system."""
    return Outside(kafka_bootstrap)


@pytest.fixture
async def house(make_database: Any, outside: Outside, issuer: TestIssuer, tmp_path: Path) -> AsyncIterator[House]:
    url = await make_database(MIGRATIONS)
    options: dict[str, Any] = {**outside.settings}
    settings = Settings(
        database_url=url,
        **options,
        jwks=issuer.jwks,
        holder_proof_keys=PROVER.jwks,
        policies=changed_copy(POLICIES, tmp_path / "policies", payment__hold_grace_seconds=0),
        expiry_poll_seconds=0.2,
        payout_poll_seconds=0.05,
        payout_chunk=700,
    )
    app = create_app(settings)
    async with running(app) as client:
        yield House(app, client, issuer)
