"""Changes of accounts made on the pages (account events): each leaves a row in the record, and its owner is told.

The pages are public routes, so that the chassis cannot know who acts: what they do says so here, in the transaction of
the change. A row names what was changed, never a secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.database import MACHINE_TIME
from api_gateway.people import notices
from api_gateway.signin.sessions import service as sessions
from api_gateway.signin.sessions.models import Session
from chassis.auth import Revocations
from chassis.db import raw
from chassis.ids import new_id
from chassis.principal import CallerKind
from chassis.records.rows import CHANGE, DONE, Record, append
from contracts.notices import Notice

ACCOUNT: Final = "account"  # the client of whoever has come to their own account


class What(StrEnum):
    """What of an account was changed: the kind of object in the record."""

    ACCOUNT = "account"
    PASSWORD = "password"  # noqa: S105 - a kind of object
    AUTHENTICATOR = "authenticator"
    PASSKEY = "passkey"
    RECOVERY_CODES = "recovery-codes"
    SESSION = "session"


_CHANGED: Final = {
    Notice.ACCOUNT_SET_UP: What.ACCOUNT,
    Notice.ACCOUNT_LINKED: What.ACCOUNT,
    Notice.PASSWORD_SET: What.PASSWORD,
    Notice.AUTHENTICATOR_CONNECTED: What.AUTHENTICATOR,
    Notice.PASSKEY_ADDED: What.PASSKEY,
    Notice.PASSKEY_REMOVED: What.PASSKEY,
    Notice.RECOVERY_CODES_RENEWED: What.RECOVERY_CODES,
    Notice.RECOVERY_CODE_USED: What.RECOVERY_CODES,
}


@dataclass(frozen=True)
class Acting:
    """Who changes something of an account: its owner, in which of their sessions (None before there is one).

    `operation`: method and path; `client_id`: through which client they came.
    """

    operation: str
    person_id: UUID
    client_id: str = ACCOUNT
    session: Session | None = None
    device: str = ""


def operation_of(request: Request) -> str:
    """Method and path of a request to the pages: none has anything of a caller's in its path."""
    return f"{request.method} {request.url.path}"


async def note(session: AsyncSession, acting: Acting, *changes: Notice, object_id: str | None = None) -> None:
    """Record changes, and tell their owner of the first, which the others come with."""
    who = f"person:{acting.person_id}"
    rows = [
        _row(acting.operation, who, acting.client_id, acting.session, _CHANGED[one], object_id, one) for one in changes
    ]
    await append(await raw(session), rows)
    await notices.tell_owner(session, changes[0], acting.person_id, acting.device)


async def end_session(
    session: AsyncSession,
    revocations: Revocations,
    ended: Session,
    why: str,
    operation: str,
    *,
    within: Session | None = None,
    through: str | None = None,
) -> None:
    """End a session everywhere, and record it as its owner's doing; one that has ended stays so, unrecorded.

    `within`: the session from which its owner ends it, where that is another; `through`: by whose word, where it is
    not the client's.
    """
    if not await sessions.end(session, revocations, ended, why):
        return
    of = within or ended
    row = _row(operation, of.subject, through or of.client_id, of, What.SESSION, str(ended.sid), f"session_ended:{why}")
    await append(await raw(session), [row])


def _row(
    operation: str, who: str, through: str, of: Session | None, what: What, object_id: str | None, change: str
) -> Record:
    """A row of the record: `change` stands where others say their purpose."""
    return Record(
        record_id=new_id(),
        at=MACHINE_TIME.now(),
        who=who,
        kind=CallerKind.CITIZEN if of and of.citizen_id else CallerKind.PERSON,
        through=through,
        session=str(of.sid) if of else None,
        office=of.office.partition("/")[0] if of and of.office else None,
        roles="",
        purpose=change,
        case_number=None,
        request_id=new_id(),
        operation=operation,
        action=CHANGE,
        outcome=DONE,
        classes="",
        object_kind=what,
        object_id=object_id,
        citizen_id=of.citizen_id if of else None,
        household_id=None,
        card_id=None,
    )
