"""What crosses the wire about messages from citizens."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

MAX_BATCH = 500


class InboundIn(BaseModel):
    """A message from a handset. Its text is read once and not kept."""

    model_config = ConfigDict(populate_by_name=True)

    provider_id: str = Field(pattern=r"^[!-~]{1,128}$", description="the aggregator's id: a repeat is a copy")
    sender: str = Field(alias="from", min_length=1, max_length=64)
    text: str = Field(max_length=2000)
    received_at: AwareDatetime


class InboundBatch(BaseModel):
    """A batch of messages from handsets."""

    messages: list[InboundIn] = Field(min_length=1, max_length=MAX_BATCH)


class InboundTaken(BaseModel):
    """`accepted` were new, `duplicates` had come before."""

    accepted: int
    duplicates: int
