"""What an installation begins with may be given at all: else it does not start."""

from __future__ import annotations

import pytest

from contracts.clients import GRANTABLE, ROLES


@pytest.mark.parametrize("name", ROLES)
def test_the_clients_of_an_installation_may_be_given_their_scopes(name: str) -> None:
    role = ROLES[name]
    assert set(role.scopes) <= GRANTABLE[role.owner]
