"""What all facts of messages have in common. Pure."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """Something a message tells: kept with it as it was, and put into words when it leaves."""

    model_config = ConfigDict(frozen=True)
