"""Policies by two persons: entered by one, in force by another's decision."""

from __future__ import annotations

from policybook.testing import check_policies_by_two

from .conftest import Gateway, GatewaySigner


async def test_policies_by_two(gateway: Gateway) -> None:
    await check_policies_by_two(gateway.client, GatewaySigner(gateway), "gateway", "/v1/policies/gateway")
