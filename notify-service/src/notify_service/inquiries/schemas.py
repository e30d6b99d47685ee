"""What crosses the wire about messages from citizens."""

from __future__ import annotations

from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

MAX_BATCH = 500


class InboundPart(BaseModel):
    """Which part of a long message a text is: its place of `total`, counted from 1, under the handset's `reference`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reference: int = Field(ge=0, le=0xFFFF)
    place: int = Field(ge=1, le=255)
    total: int = Field(ge=2, le=255)

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.place > self.total:
            raise ValueError("place is at most total")
        return self


class InboundIn(BaseModel):
    """A message from a handset, or a part of one. Its text is read once; what no keyword answers may go to a person."""

    model_config = ConfigDict(populate_by_name=True)

    provider_id: str = Field(pattern=r"^[!-~]{1,128}$", description="the aggregator's id: a repeat is a copy")
    sender: str = Field(alias="from", min_length=1, max_length=64)
    text: str = Field(max_length=2000)
    received_at: AwareDatetime
    part: InboundPart | None = Field(default=None, description="of a long message; without it the text is whole")


class InboundBatch(BaseModel):
    """A batch of messages from handsets."""

    messages: list[InboundIn] = Field(min_length=1, max_length=MAX_BATCH)


class InboundTaken(BaseModel):
    """`accepted` were new, `duplicates` had come before."""

    accepted: int
    duplicates: int
