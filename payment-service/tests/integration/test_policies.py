"""Policies by two persons: entered by one, in force by another's decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policybook.testing import check_policies_by_two

if TYPE_CHECKING:
    from ..support import House


async def test_policies_by_two(house: House) -> None:
    await check_policies_by_two(house.client, house.issuer, "payment", "/v1/policies/payment")
