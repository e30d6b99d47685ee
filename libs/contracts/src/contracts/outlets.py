"""Events of supply-service about where outlets are, as citizens ask."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.event import Event
from contracts.supply import TOPIC


class NearOutlet(BaseModel):
    """An outlet of the citizen's district that sells now."""

    model_config = ConfigDict(frozen=True)

    kind: str  # bakery, grocer, gameaty, complex
    name_ar: str
    name_en: str


class OutletsStated(Event):
    """The answer of supply-service to a citizen who asks for the nearest outlets.

    Those of the household's district that are not suspended and have a working terminal, bakeries and others, a few of
    each, those with most terminals first; none where the household or its district is not known.
    """

    TOPIC = TOPIC
    KEY = "household_id"

    inquiry_id: UUID
    citizen_id: UUID
    household_id: UUID
    outlets: list[NearOutlet]
