"""The answer to «رصيد» is put together from two services: one message, whatever comes when."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from contracts.payment import WalletStated
from contracts.supply import BalanceStated, Remaining

from .test_inquiries import NUMBER, send, text

if TYPE_CHECKING:
    from ..conftest import Desk

POT = Remaining(programme="bread", unit="loaf", remaining=135, period=datetime(2026, 4, 1, tzinfo=UTC).date())


async def ask(desk: Desk, number: str = NUMBER, **known: Any) -> dict[str, Any]:
    """A citizen asks; what the answers must carry."""
    contact = await desk.know(number, **known)
    await send(desk, text("رصيد", number))
    inquiry = [data for kind, data in await desk.published() if kind == "InquiryReceived"][-1]
    return {
        "inquiry_id": UUID(inquiry["inquiry_id"]),
        "citizen_id": contact.citizen_id,
        "household_id": contact.household_id,
    }


async def patience_ends(desk: Desk) -> None:
    await desk.runtime.pool.execute("UPDATE inquiry SET answer_by = clock_timestamp() - interval '1 second'")
    await desk.look_after()


async def texts(desk: Desk) -> list[str]:
    await desk.sender.step()
    return desk.aggregator.texts_to(NUMBER)


def supply(asked: dict[str, Any], *, known: bool = True) -> BalanceStated:
    return BalanceStated(**asked, remaining=[POT] if known else [], known=known)


def wallet(asked: dict[str, Any], *, known: bool = True) -> WalletStated:
    return WalletStated(**asked, known=known, balance=30_000 if known else 0, held=5_000 if known else 0)


@pytest.mark.parametrize("wallet_first", [False, True])
async def test_both_are_told_in_one_message(desk: Desk, wallet_first: bool) -> None:
    asked = await ask(desk)
    first, second = (wallet(asked), supply(asked)) if wallet_first else (supply(asked), wallet(asked))
    await desk.hear(first)
    assert await texts(desk) == []
    await desk.hear(second)
    (said,) = await texts(desk)
    assert said.endswith("خبز 135 رغيف، محفظة 250 جنيه")
    await desk.hear(first, second)
    await patience_ends(desk)
    assert len(await texts(desk)) == 1


async def test_a_number_that_took_anothers_place_lately_hears_nothing_of_the_wallet(desk: Desk) -> None:
    asked = await ask(desk, new_until=desk.runtime.clock.now() + timedelta(hours=72))
    await desk.hear(wallet(asked), supply(asked))
    (said,) = await texts(desk)
    assert said.endswith("خبز 135 رغيف")
    assert "محفظة" not in said


async def test_after_a_few_seconds_with_what_there_is(desk: Desk) -> None:
    asked = await ask(desk)
    await desk.hear(supply(asked))
    await desk.look_after()
    assert await texts(desk) == []
    await patience_ends(desk)
    (said,) = await texts(desk)
    assert said.endswith("خبز 135 رغيف")
    await desk.hear(wallet(asked))  # too late for this answer
    assert len(await texts(desk)) == 1


async def test_nothing_came_in_time_and_the_first_word_is_told_at_once(desk: Desk) -> None:
    asked = await ask(desk)
    await patience_ends(desk)
    assert await texts(desk) == []
    await desk.hear(wallet(asked))
    (said,) = await texts(desk)
    assert said.endswith(": محفظة 250 جنيه")


async def test_a_wallet_without_supply_is_told_without_it(desk: Desk) -> None:
    asked = await ask(desk)
    await desk.hear(supply(asked, known=False), wallet(asked))
    (said,) = await texts(desk)
    assert said.endswith(": محفظة 250 جنيه")


async def test_who_has_neither_hears_so(desk: Desk) -> None:
    asked = await ask(desk)
    await desk.hear(supply(asked, known=False), wallet(asked, known=False))
    (said,) = await texts(desk)
    assert "لا يوجد كارت مفعل" in said


async def test_two_processes_make_one_message(desk: Desk) -> None:
    asked = await ask(desk)
    await asyncio.gather(desk.hear(supply(asked)), desk.hear(wallet(asked)), desk.look_after())
    assert len(await texts(desk)) == 1
    kept = await desk.runtime.pool.fetch("SELECT supply, wallet FROM inquiry WHERE answered_at IS NOT NULL")
    assert [(row["supply"], row["wallet"]) for row in kept] == [(None, None)]
