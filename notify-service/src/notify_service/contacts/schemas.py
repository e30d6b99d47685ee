"""What crosses the wire about what citizens choose."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.personal import Personal, Whose


class ChoicesIn(BaseModel):
    """In which language a citizen gets messages, and whether only those that are necessary."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"language": "en", "only_necessary": False}]}
    )

    language: Literal["ar", "en"]
    only_necessary: bool


class Choices(BaseModel):
    """The same as it holds from now on."""

    citizen_id: Annotated[UUID, Whose.CITIZEN]
    language: Annotated[Literal["ar", "en"], Personal.CONTACT]
    only_necessary: Annotated[bool, Personal.CONTACT] = Field(description="as after «إلغاء» by SMS")
