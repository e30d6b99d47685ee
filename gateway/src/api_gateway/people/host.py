"""`python -m api_gateway.people.host`: what is done about people on the host, where nobody has signed in.

Whom it is about comes as JSON on standard input, so that no national id stands on a command line; what it answers is
JSON, the last line of standard output behind what was logged. `invite`: the first two administrators, together; they
need no decision, and with them the host's part ends. `recover`: a replacement when fewer than two administrators are
left, with the database owner's address. `list` and `check` read.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.database import MACHINE_TIME
from api_gateway.people import grant_repository, invitations, notices, places, repository, service
from api_gateway.people.desk import Desk
from api_gateway.people.identities import Identities
from api_gateway.people.models import Grant, GrantState
from api_gateway.people.schemas import SIGN_IN_NAME, Words
from api_gateway.people.service import Newcomer
from api_gateway.people.staffing import Post, missing
from api_gateway.sealing import Secrets
from api_gateway.settings import Settings
from chassis import outbox
from chassis.area import NATION
from chassis.auth import Revocations
from chassis.db import create_engine
from chassis.ids import new_id
from chassis.logging import configure, get_logger
from chassis.problems import Conflict
from chassis.refusals import Refusal
from chassis.sealing import Keyring
from contracts.gateway import AdministratorRecovered
from contracts.notices import Notice

log = get_logger(__name__)

FIRST = 2
_HOST = "host"
_OWNS = text("SELECT pg_get_userbyid(relowner) = current_user FROM pg_class WHERE oid = 'person'::regclass")
_PRESENT = text(
    "SELECT p.person_id, g.role, g.authority_id FROM person p JOIN role_grant g USING (person_id)"
    " WHERE p.status = 'active' AND g.state = 'granted' AND g.valid_from <= :now AND g.valid_to > :now"
)
_ALL = text(
    "SELECT p.person_id, p.sign_in_name, p.authority_id, p.area, p.status, COALESCE(array_agg(g.role ORDER BY g.role)"
    " FILTER (WHERE g.state = 'granted' AND g.valid_to > :now), '{}') AS roles FROM person p"
    " LEFT JOIN role_grant g USING (person_id) GROUP BY p.person_id ORDER BY p.sign_in_name"
)


class HostRefused(Conflict):
    """This is not done on the host now"""

    code = "people_host_refused"
    title_ar = "لا يتم هذا الإجراء من الخادم الآن"


class AdministratorIn(BaseModel):
    """Somebody to be invited as an administrator."""

    model_config = ConfigDict(extra="forbid")

    sign_in_name: str = Field(pattern=SIGN_IN_NAME)
    national_id: str
    full_name: Words
    mobile: str | None = None


_GIVEN = TypeAdapter(list[AdministratorIn])


async def invite_first(session: AsyncSession, desk: Desk, given: list[AdministratorIn]) -> list[dict[str, object]]:
    """Invite the first two administrators. Raises HostRefused once there is anybody, or for another number than two."""
    await repository.alone(session)
    if await repository.anybody(session):
        raise HostRefused("There are people already: they invite others. See recover.")
    if len(given) != FIRST:
        raise HostRefused("The first two administrators are invited together.")
    return [await _invite(session, desk, one, "one of the first two administrators") for one in given]


async def recover(session: AsyncSession, desk: Desk, given: list[AdministratorIn]) -> list[dict[str, object]]:
    """Invite a replacement. Raises HostRefused while two administrators are active, or without the owner's rights."""
    await repository.alone(session)
    if not (await session.execute(_OWNS)).scalar_one():
        raise HostRefused("This needs the address of the database's owner: UNICARD_OWNER_URL.")
    now = MACHINE_TIME.now()
    if await repository.administrators(session, now, MACHINE_TIME.today()) >= FIRST:
        raise HostRefused("There are two administrators: they invite others.")
    if not await repository.anybody(session):
        raise HostRefused("There is nobody yet: see invite.")
    if len(given) != 1:
        raise HostRefused("One replacement is invited at a time.")
    made = await _invite(session, desk, given[0], "replaces a lost administrator")
    person_id = UUID(str(made["person_id"]))
    told = await notices.tell(session, Notice.ADMINISTRATOR_RECOVERED, person_id)
    await outbox.add(session, AdministratorRecovered(person_id=person_id))
    log.error("an administrator was recovered on the host", person=made["person_id"], told=told)
    return [made]


async def _invite(session: AsyncSession, desk: Desk, given: AdministratorIn, why: str) -> dict[str, object]:
    central = await places.central(session)
    newcomer = Newcomer(**given.model_dump(), authority_id=central.authority_id, area=NATION)
    person = await service.enter(session, desk, newcomer, by=_HOST, invited_by=None)
    now = MACHINE_TIME.now()
    grant = Grant(
        grant_id=new_id(),
        person_id=person.person_id,
        role="administrator",
        authority_id=central.authority_id,
        area=NATION,
        object_kind=None,
        object_id=None,
        state=GrantState.GRANTED,
        valid_from=now,
        valid_to=now + timedelta(days=desk.settings.people_grant_days),
        on_host=True,
        asked_by=None,
        asked_at=now,
        asked_why=why,
        confirm_by=now + timedelta(days=desk.settings.people_confirm_days),
    )
    await grant_repository.add(session, grant)
    token = invitations.new_token()
    invitation = await invitations.issue(session, desk, person.person_id, None, token)
    log.warning("administrator invited on the host", person=str(person.person_id))
    return {
        "person_id": str(person.person_id),
        "sign_in_name": person.sign_in_name,
        "accept_at": f"{desk.settings.invitation_url}?token={token}",
        "expires_at": invitation.expires_at.isoformat(),
    }


async def list_people(session: AsyncSession, desk: Desk, _: list[AdministratorIn]) -> list[dict[str, object]]:
    """Everybody by the name they sign in with, and the roles they have; no names, no numbers."""
    rows = await session.execute(_ALL, {"now": MACHINE_TIME.now()})
    return [{**row._mapping, "person_id": str(row.person_id)} for row in rows]


async def check(session: AsyncSession, desk: Desk, _: list[AdministratorIn]) -> list[dict[str, object]]:
    """Every act that nobody present could carry out."""
    rows = await session.execute(_PRESENT, {"now": MACHINE_TIME.now()})
    found = missing(Post(row.person_id, row.role, row.authority_id) for row in rows)
    return [dict(vars(one)) for one in found]


Does = Callable[[AsyncSession, Desk, list[AdministratorIn]], Awaitable[list[dict[str, object]]]]
COMMANDS: dict[str, Does] = {"invite": invite_first, "recover": recover, "list": list_people, "check": check}
_TAKE = frozenset({"invite", "recover"})


@asynccontextmanager
async def opened(settings: Settings, url: str) -> AsyncIterator[tuple[AsyncSession, Desk]]:
    """A transaction on the gateway's database, and what stands beside it."""
    ring = Keyring.parse(settings.gateway_keys.get_secret_value())
    desk = Desk(Identities(ring, Secrets(ring)), settings, Revocations(), _no_sessions)
    engine = create_engine(settings.model_copy(update={"database_url": url}), "people-host")
    try:
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            yield session, desk
    finally:
        await engine.dispose()


async def _no_sessions(session: AsyncSession, person_id: UUID, why: str) -> None:
    """Nobody who is invited has any."""


async def run(command: str, given: list[AdministratorIn], settings: Settings, url: str) -> list[dict[str, object]]:
    """Do one of the commands in a transaction of its own. Raises Refusal."""
    async with opened(settings, url) as (session, desk):
        return await COMMANDS[command](session, desk, given)


def main() -> int:
    """Do what the command line says; 1 with the refusal on standard error."""
    parser = argparse.ArgumentParser(prog="python -m api_gateway.people.host", description=__doc__)
    parser.add_argument("command", choices=sorted(COMMANDS))
    command = parser.parse_args().command
    settings = Settings()
    configure("gateway", settings.log_level)
    url = os.environ.get("UNICARD_OWNER_URL") if command == "recover" else None
    try:
        given = _GIVEN.validate_json(sys.stdin.read()) if command in _TAKE else []
        found = asyncio.run(run(command, given, settings, url or settings.database_url))
    except Refusal as refusal:
        sys.stderr.write(f"{refusal.code}: {refusal.title()}. {refusal.detail}\n")
        return 1
    except ValidationError as fault:
        wrong = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in fault.errors(include_input=False)
        )
        sys.stderr.write(f"standard input: {wrong}\n")
        return 1
    sys.stdout.write(json.dumps(found, default=str) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
