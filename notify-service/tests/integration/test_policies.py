"""Policies by two persons: entered by one, in force by another's decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policybook.testing import check_policies_by_two

if TYPE_CHECKING:
    from ..conftest import Desk


async def test_policies_by_two(desk: Desk) -> None:
    await check_policies_by_two(desk.client, desk.issuer, "notify", "/v1/policies/notify")
