"""What a token says of its holder."""

from __future__ import annotations

import pytest

from api_gateway.route import Upstream
from api_gateway.routes import ROUTES
from api_gateway.terminals.models import Terminal
from api_gateway.tokens.errors import ScopeRefused
from api_gateway.tokens.grants import of_terminal
from chassis.ids import new_id
from contracts.roles import TERMINALS
from contracts.scopes import Scope

SELLING = {
    Scope.REDEMPTIONS_CREATE, Scope.REDEMPTIONS_READ, Scope.ENTITLEMENTS_READ, Scope.DAYS_CLOSE, Scope.CATALOGUE_READ,
}  # fmt: skip
WALLET = {Scope.PAYMENTS_CREATE}
CARE = {Scope.ELIGIBILITY_CHECK, Scope.ENCOUNTERS_CREATE, Scope.ENCOUNTERS_READ}
WALLET_KINDS = {"grocer", "gameaty", "complex"}
SUPPLY_KINDS = {*WALLET_KINDS, "bakery", "depot"}


def terminal(kind: str) -> Terminal:
    return Terminal(new_id(), new_id(), kind, "03", None, None, None, None, "ministry", False, None)


@pytest.mark.parametrize("kind", sorted(SUPPLY_KINDS))
def test_a_shops_terminal_sells_and_sees_nothing_else(kind: str) -> None:
    grant = of_terminal(terminal(kind))
    takes_payments = kind in WALLET_KINDS
    assert grant.scopes == SELLING | (WALLET if takes_payments else set())
    assert "gov" in grant.claims("1")
    opened = {route.upstream for route in ROUTES if grant.scopes.intersection(route.scopes)}
    assert opened == {Upstream.SUPPLY, Upstream.CARD} | ({Upstream.PAYMENT} if takes_payments else set())
    on_cards = [route.name for route in ROUTES if route.upstream is Upstream.CARD and grant.scopes & {*route.scopes}]
    proofs = ["POST /v1/holder-proof-codes", "POST /v1/holder-proofs"]
    others = [
        "GET /v1/cards/{card_id}/credential",
        "GET /v1/hot-list",
        "POST /v1/bread-code-proofs",
        "POST /v1/cards/{card_id}/pin-checks",
    ]
    assert sorted(on_cards) == [*others, *proofs]


def test_a_bakery_has_no_use_for_a_wallet() -> None:
    assert set(TERMINALS) == {*SUPPLY_KINDS, "clinic"}
    assert WALLET.isdisjoint(of_terminal(terminal("bakery")).scopes)


def test_a_shops_terminal_moves_no_money_but_its_own_sales() -> None:
    scopes_of = of_terminal(terminal("grocer")).scopes
    opened = {route.path for route in ROUTES if route.upstream is Upstream.PAYMENT and scopes_of & {*route.scopes}}
    assert {path.split("/")[2] for path in opened} == {"payments"}


def test_a_terminal_of_an_unknown_kind_may_do_nothing() -> None:
    assert of_terminal(terminal("cinema")).scopes == frozenset()


def test_a_clinics_terminal_gives_care_and_a_shops_never() -> None:
    care = of_terminal(terminal("clinic")).scopes
    assert care == CARE
    opened = [route for route in ROUTES if care.intersection(route.scopes)]
    assert {route.upstream for route in opened} == {Upstream.HEALTH, Upstream.CARD}
    on_cards = sorted(route.name for route in opened if route.upstream is Upstream.CARD)
    assert on_cards == ["POST /v1/holder-proof-codes", "POST /v1/holder-proofs"]
    for kind in SUPPLY_KINDS:
        assert care.isdisjoint(of_terminal(terminal(kind)).scopes)


def test_no_scope_opens_both_rations_and_care_but_those_of_operators() -> None:
    def of(upstream: Upstream) -> set[str]:
        return {scope for route in ROUTES if route.upstream is upstream for scope in route.scopes}

    operators = {"operations:read", "operations:write", "operations:approve", "training:clock"}
    operators |= {"policies:read", "policies:write", "policies:approve", "records:read", "records:collect"}
    operators |= {"terminals:suspend"}  # stops terminals of either kind, and shows nothing of rations or care
    assert of(Upstream.SUPPLY) & of(Upstream.HEALTH) == operators
    payouts = {"payouts:submit", "payouts:approve"}
    assert payouts.isdisjoint(of(Upstream.SUPPLY) | of(Upstream.HEALTH))


def test_scopes_may_be_fewer_never_more() -> None:
    grant = of_terminal(terminal("bakery"))
    assert grant.narrowed(frozenset({"redemptions:create"})).scope == "redemptions:create"
    assert grant.narrowed(None) is grant
    with pytest.raises(ScopeRefused):
        grant.narrowed(frozenset({"redemptions:create", "policies:write"}))
