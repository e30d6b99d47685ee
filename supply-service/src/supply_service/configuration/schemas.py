"""What crosses the wire of a terminal's configuration."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from supply_service.configuration.examples import CONTENT, KEY, SIGNED

TYPE: Final = "unicard-terminal-configuration+jws"
Piastres = Annotated[int, Field(description="piastres")]
Table = Annotated[list[tuple[int, int]], Field(description="[from members, figure], ascending")]


class Household(BaseModel):
    """What one sale may book on a household: of goods, besides, no more than the balance that was last known."""

    loaves_per_person: Annotated[int, Field(description="loaves a member has a day")]
    loaves_per_day: Annotated[int | None, Field(description="loaves a household has a day at most, if that is bounded")]
    days_per_draw: Table
    single_days_at_month_end: Annotated[int, Field(description="last days of a month that are drawn one by one")]
    loaves_unproven: Annotated[int, Field(description="loaves of one sale where the household's size is not known")]


class Spell(BaseModel):
    """What the terminal may sell without a network: in a Cairo day, by the moment of the sales, and for how long."""

    sales: int
    amount: Piastres
    hours: Annotated[
        int,
        Field(description="hours after its last upload, last sale with the network or the beginning of its key"),
    ]


class Terms(BaseModel):
    """What holds from a day on, until that of the next terms."""

    since: Annotated[date, Field(alias="from", description="first day, in Cairo")]
    price_list: Annotated[str, Field(description="version of the prices: `GET /v1/catalogue?on=` this day gives them")]
    programmes: Annotated[list[str], Field(description="what an outlet of this kind sells")]
    household: Household
    spell: Spell
    upload_days: Annotated[int, Field(description="days after which a sale that was not uploaded is not taken")]
    clock_skew_seconds: Annotated[int, Field(description="seconds the terminal's clock may be off")]


class PrintedNotice(BaseModel):
    """A few lines that receipts of its programmes are printed with, below all else; the sale names it in `notices`."""

    notice: UUID
    programmes: Annotated[list[str], Field(description="`bread`: receipts with bread; `goods`: with anything else")]
    since: Annotated[date, Field(alias="from", description="first day, in Cairo")]
    to: Annotated[date, Field(description="last day, in Cairo")]
    ar: Annotated[list[str], Field(description="line by line")]
    en: list[str]


class TerminalConfiguration(BaseModel):
    """The content of the signed document. It is over at `exp`: then the terminal sells nothing without a network."""

    terminal: UUID
    outlet: UUID
    kind: Annotated[str, Field(description="kind of the outlet")]
    gov: Annotated[str, Field(description="governorate, two digits; cards of it are sold to without a network")]
    at: Annotated[int, Field(description="the beginning of the day that it is of, seconds since 1970")]
    exp: Annotated[int, Field(description="from when on it holds no more, seconds since 1970")]
    terms: Annotated[list[Terms], Field(description="by their first days, ascending; the last one lasts until `exp`")]
    notices: Annotated[
        list[PrintedNotice] | None, Field(description="of the outlet's place; absent where there are none")
    ] = None


class ConfigurationReply(BaseModel):
    """A terminal's configuration: compact JWS (EdDSA) with `typ` `unicard-terminal-configuration+jws`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"configuration": SIGNED}]})

    configuration: Annotated[
        str,
        Field(
            json_schema_extra={
                "contentMediaType": "application/jose",
                "contentSchema": {**TerminalConfiguration.model_json_schema(), "examples": [CONTENT]},
                "x-jose-header": {
                    "alg": "EdDSA",
                    "typ": TYPE,
                    "kid": "a `kid` of `GET /v1/terminal-configuration-keys`",
                },
                "examples": [SIGNED],
            }
        ),
    ]


class ConfigurationKeys(BaseModel):
    """The public keys that check configurations, a JWK set (RFC 7517)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"keys": [KEY]}]})

    keys: list[dict[str, object]]
