"""What crosses the wire of the hot list."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from card_service.hotlist.examples import PART, PART_CLAIMS

TYPE: Final = "unicard-hot-list+jws"


class HotListPart(BaseModel):
    """A signed part of the hot list of a governorate: what changed between two positions.

    A terminal applies it where `from` is the `to` of the part before it, and refuses any other. One whose `from` is
    null begins the whole list: it takes the place of what the terminal has once a part without `more` has come, and is
    refused where its `at` is earlier than that of the list it has. Ids of cards, nothing else of anybody.
    """

    gov: Annotated[str, Field(description="governorate whose cards these are, two digits")]
    since: Annotated[str | None, Field(alias="from", description="position behind which it begins; null: the whole")]
    to: Annotated[str, Field(description="position up to which it goes, for the next `after`")]
    add: Annotated[list[UUID], Field(description="cards to be refused from now on")]
    remove: Annotated[list[UUID], Field(description="cards that are no longer refused")]
    more: Annotated[bool, Field(description="another part follows at once; the list is not complete before")]
    keys: Annotated[list[str], Field(description="`kid`s by which credentials are genuine; of any other they are not")]
    at: Annotated[int, Field(description="when it was made, seconds since 1970")]
    exp: Annotated[int, Field(description="from when on nothing is sold without a network by a list that ends here")]


class HotListReply(BaseModel):
    """A part of the hot list: compact JWS (EdDSA) with `typ` `unicard-hot-list+jws`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"part": PART}]})

    part: Annotated[
        str,
        Field(
            json_schema_extra={
                "contentMediaType": "application/jose",
                "contentSchema": {**HotListPart.model_json_schema(), "examples": [PART_CLAIMS]},
                "x-jose-header": {"alg": "EdDSA", "typ": TYPE, "kid": "a `kid` of `GET /v1/hot-list-keys`"},
                "examples": [PART],
            }
        ),
    ]
