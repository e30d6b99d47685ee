"""What the role of the service may do in its database."""

from __future__ import annotations

from api_gateway import MIGRATIONS
from chassis.testing import MakeDatabase
from chassis.testing_grants import check_grants


async def test_the_role_may_do_what_is_stated_and_no_more(make_database: MakeDatabase) -> None:
    await check_grants(await make_database(MIGRATIONS), "api_gateway", "policybook", "approvals")
