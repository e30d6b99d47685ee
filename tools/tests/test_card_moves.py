"""The table of a card's moves names what there is, and its page is drawn from it."""

from __future__ import annotations

from tools import card_moves
from tools.services import service_app

from api_gateway.route import Upstream
from card_service.cards.moves import MOVES, By
from chassis.app import endpoints_of
from chassis.endpoints import OFFICES, WORKERS

ENDPOINTS = {one.name: one for one in endpoints_of(service_app(Upstream.CARD))}


def test_the_page_is_the_one_that_the_table_gives() -> None:
    assert card_moves.PAGE.read_text(encoding="utf-8") == card_moves.render()


def test_every_move_that_is_offered_can_be_called_by_whom_it_is_offered() -> None:
    for move in MOVES:
        if not move.operation:
            continue
        endpoint = ENDPOINTS[move.operation]
        declared = {str(scope) for scope in endpoint.scopes}
        if move.by is By.CONSEQUENCE:
            assert move.scopes <= declared, move
            continue
        assert move.scopes == declared, move
        assert endpoint.callers == (OFFICES if move.offices_only else WORKERS), move


def test_what_the_service_does_by_itself_has_no_operation() -> None:
    assert not [move for move in MOVES if move.by is By.WORKER and move.operation]
