"""What the role of the service may do in its database."""

from __future__ import annotations

from chassis.testing import MakeDatabase
from chassis.testing_grants import check_grants
from notify_service import MIGRATIONS


async def test_the_role_may_do_what_is_stated_and_no_more(make_database: MakeDatabase) -> None:
    await check_grants(await make_database(MIGRATIONS), "notify_service", "policybook", "approvals")
