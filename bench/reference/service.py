"""The service: one ORM session and one transaction a request."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from bench.reference.models import Card, Household, Line, OutboxEvent, Pot, Sale, StoredAnswer
from bench.reference.tokens import Caller, Verified
from chassis.urls import async_url

LOAVES, DAYS, PRICE = 5, 30, 20

engine = create_async_engine(async_url(os.environ["REFERENCE_DATABASE_URL"]), pool_size=20, max_overflow=20)
sessions = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class LineIn(BaseModel):
    programme: str
    item: str
    quantity: int = Field(gt=0)


class RedemptionIn(BaseModel):
    card_id: UUID
    lines: list[LineIn] = Field(min_length=1)


class LineOut(LineIn):
    amount: int


class RemainingOut(BaseModel):
    programme: str
    unit: str
    remaining: int
    period: date


class RedemptionOut(BaseModel):
    redemption_id: UUID
    card_id: UUID
    business_day: date
    occurred_at: datetime
    lines: list[LineOut]
    cash_due: int
    remaining: list[RemainingOut]
    message_ar: str
    message_en: str


async def session() -> AsyncIterator[AsyncSession]:
    async with sessions() as opened:
        yield opened


@app.post("/v1/redemptions", status_code=201)
async def sell(
    body: RedemptionIn,
    caller: Verified,
    db: Annotated[AsyncSession, Depends(session)],
    idempotency_key: Annotated[str, Header()],
) -> RedemptionOut:
    """Sell bread."""
    query = select(StoredAnswer).where(
        StoredAnswer.terminal_id == caller.terminal_id, StoredAnswer.key == idempotency_key
    )
    if (stored := (await db.execute(query)).scalar_one_or_none()) is not None:
        return RedemptionOut.model_validate(stored.body)
    card = await db.get(Card, body.card_id)
    if card is None:
        raise HTTPException(404, "card unknown")
    await db.execute(select(Household).where(Household.household_id == card.household_id).with_for_update())
    answer = await _draw(db, caller, card, body)
    db.add(StoredAnswer(terminal_id=caller.terminal_id, key=idempotency_key, body=answer.model_dump(mode="json")))
    await db.commit()
    return answer


async def _draw(db: AsyncSession, caller: Caller, card: Card, body: RedemptionIn) -> RedemptionOut:
    if card.state != "active" or card.blocked or card.household.governorate != caller.governorate:
        raise HTTPException(409, "card not usable here")
    today = datetime.now(UTC).date()
    pot = await _pot(db, card.household, today.replace(day=1))
    day = pot.drawn_days + 1  # the reference has no calendar: a sale is the household's next day
    loaves = sum(line.quantity for line in body.lines)
    if loaves != LOAVES * card.household.members or pot.remaining < loaves or day > DAYS:
        raise HTTPException(409, "more than is left")
    pot.remaining -= loaves
    pot.drawn_days = day
    sale = Sale(
        redemption_id=uuid4(), household_id=card.household_id, card_id=card.card_id, terminal_id=caller.terminal_id,
        outlet_id=caller.outlet_id, business_day=today, occurred_at=datetime.now(UTC), cash=loaves * PRICE,
    )  # fmt: skip
    sale.lines = [Line(**line.model_dump(), amount=line.quantity * PRICE) for line in body.lines]
    db.add(sale)
    answer = RedemptionOut(
        redemption_id=sale.redemption_id,
        card_id=card.card_id,
        business_day=today,
        occurred_at=sale.occurred_at,
        lines=[LineOut(**line.model_dump(), amount=line.quantity * PRICE) for line in body.lines],
        cash_due=sale.cash,
        remaining=[RemainingOut(programme="bread", unit="loaf", remaining=pot.remaining, period=pot.period)],
        message_ar=f"تم صرف {loaves} رغيف",
        message_en=f"{loaves} loaves drawn",
    )
    db.add(
        OutboxEvent(
            event_id=uuid4(), type="Redeemed", key=str(card.household_id), payload=answer.model_dump(mode="json")
        )
    )
    return answer


async def _pot(db: AsyncSession, household: Household, period: date) -> Pot:
    pot = await db.get(Pot, (household.household_id, period, "bread"))
    if pot is None:
        granted = LOAVES * DAYS * household.members
        pot = Pot(
            household_id=household.household_id, period=period, programme="bread", granted=granted,
            remaining=granted, drawn_days=0,
        )  # fmt: skip
        db.add(pot)
    return pot
