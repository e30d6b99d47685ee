"""Tables as ORM classes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """Metadata of the reference."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True)}


class Household(Base):
    __tablename__ = "household"
    household_id: Mapped[UUID] = mapped_column(primary_key=True)
    governorate: Mapped[str]
    members: Mapped[int]


class Card(Base):
    __tablename__ = "card"
    card_id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.household_id"), index=True)
    state: Mapped[str]
    blocked: Mapped[bool] = mapped_column(default=False)
    household: Mapped[Household] = relationship(lazy="joined")


class Pot(Base):
    __tablename__ = "pot"
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.household_id"), primary_key=True)
    period: Mapped[date] = mapped_column(primary_key=True)
    programme: Mapped[str] = mapped_column(primary_key=True)
    granted: Mapped[int]
    remaining: Mapped[int]
    drawn_days: Mapped[int] = mapped_column(default=0)


class Sale(Base):
    __tablename__ = "redemption"
    redemption_id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID] = mapped_column(index=True)
    card_id: Mapped[UUID]
    terminal_id: Mapped[str]
    outlet_id: Mapped[str] = mapped_column(index=True)
    business_day: Mapped[date]
    occurred_at: Mapped[datetime] = mapped_column(server_default=func.now())
    cash: Mapped[int]
    lines: Mapped[list[Line]] = relationship(back_populates="sale")


class Line(Base):
    __tablename__ = "line"
    id: Mapped[int] = mapped_column(primary_key=True)
    redemption_id: Mapped[UUID] = mapped_column(ForeignKey("redemption.redemption_id"), index=True)
    programme: Mapped[str]
    item: Mapped[str]
    quantity: Mapped[int]
    amount: Mapped[int]
    sale: Mapped[Sale] = relationship(back_populates="lines")


class StoredAnswer(Base):
    __tablename__ = "stored_answer"
    __table_args__ = (UniqueConstraint("terminal_id", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    terminal_id: Mapped[str]
    key: Mapped[str]
    body: Mapped[dict[str, object]] = mapped_column(JSONB)


class OutboxEvent(Base):
    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    type: Mapped[str]
    key: Mapped[str]
    payload: Mapped[dict[str, object]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
