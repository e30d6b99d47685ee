"""Routes of a citizen's own change of mobile."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from card_service.context import Running
from card_service.own import mobile
from card_service.own.errors import MobileChangesOften
from card_service.registry.changes import errors as changes
from card_service.registry.requests import errors
from card_service.registry.requests.kinds import State
from card_service.registry.requests.models import ChangeRequest
from card_service.registry.requests.schemas import Code
from card_service.registry.schemas import MobileText
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import CITIZENS
from chassis.personal import Personal, Whose
from chassis.problems import NotFound
from chassis.records.acts import Rows
from chassis.routing import router
from contracts.scopes import Scope

routes = router(prefix="/v1/self", tags=["own card"])
_OWN: Final = "citizens see and do it for themselves"
_ROWS: Final = Rows("change_request", "request_id", without=("details_sealed", "subject_mark", "before_sealed"))
_CARRYING: Final = (
    changes.NotInHousehold,
    changes.HouseholdEnded,
    changes.NothingChanges,
    errors.ChangeRefused,
)


class MobileIn(BaseModel):
    """The number by which one wants to be reached."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"mobile": "01012345678"}]})

    mobile: MobileText


class BothCodes(BaseModel):
    """The codes that came to both numbers."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"new_number": "123456", "old_number": "654321"}]}
    )

    new_number: Code = Field(repr=False)
    old_number: Code = Field(repr=False)


class OwnMobileChange(BaseModel):
    """How one's change of mobile stands; once done, the old number may object for a while."""

    request_id: UUID
    citizen_id: Annotated[UUID | None, Whose.CITIZEN]
    state: Annotated[State, Personal.CONTACT]
    entered_at: datetime
    decided_at: datetime | None

    @classmethod
    def of(cls, found: ChangeRequest) -> OwnMobileChange:
        """A request as whoever asked for it sees it."""
        return cls(**{name: getattr(found, name) for name in cls.model_fields})


@routes.get(
    "/mobile-change",
    scopes=Scope.SELF_CARD,
    callers=CITIZENS,
    problems=(NotFound, errors.RequestUnknown),
    purpose="own",
    despite_restriction=_OWN,
)
async def read_own_mobile_change(caller: Caller, session: Reading, running: Running) -> OwnMobileChange:
    """What one asked for last: not proven yet, or within a day."""
    return OwnMobileChange.of(await mobile.latest(session, running, caller))


@routes.post(
    "/mobile-change",
    scopes=Scope.SELF_CARD,
    callers=CITIZENS,
    status_code=201,
    problems=(
        *_CARRYING,
        NotFound,
        MobileChangesOften,
        errors.TrialHousehold,
        errors.RequestOpen,
        errors.NoOldNumber,
        errors.NumberTooNew,
    ),
    rows=_ROWS,
    purpose="own",
    despite_restriction=_OWN,
)
async def begin_own_mobile_change(given: MobileIn, caller: Caller, session: Work, running: Running) -> OwnMobileChange:
    """Ask for another mobile: codes go to it and to the number of now. What one has not proven yet is withdrawn."""
    return OwnMobileChange.of(await mobile.begin(session, running, caller, given.mobile))


@routes.post(
    "/mobile-change/codes",
    scopes=Scope.SELF_CARD,
    callers=CITIZENS,
    problems=(*_CARRYING, NotFound, errors.RequestUnknown, errors.RequestState, errors.CodesRefused),
    rows=_ROWS,
    purpose="own",
    despite_restriction=_OWN,
)
async def prove_own_mobile_change(given: BothCodes, caller: Caller, session: Work, running: Running) -> OwnMobileChange:
    """Enter both codes: the number changes at once, and the old one is told."""
    return OwnMobileChange.of(await mobile.prove(session, running, caller, given.new_number, given.old_number))
