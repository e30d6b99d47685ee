"""Tests stand beside a running system."""

from __future__ import annotations

import asyncio

import pytest

from devstack.engines import free_ports
from devstack.engines.ports import LOOPBACK
from devstack.settings import PORTS


async def test_no_test_reaches_a_default_port() -> None:
    with pytest.raises(AssertionError, match=f"default port {PORTS['card'][1]}"):
        await asyncio.open_connection(LOOPBACK, PORTS["card"][1])


def test_no_port_is_given_twice_and_none_is_a_default() -> None:
    ports = [port for _ in range(50) for port in free_ports(12)]
    assert len(set(ports)) == len(ports)
    assert not {usual for _, usual in PORTS.values()}.intersection(ports)
