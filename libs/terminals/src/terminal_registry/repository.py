"""Every SQL statement of a registry of terminals. The table is the service's own, in its own migrations."""

# ruff: noqa: S608 - nothing but the names of tables and columns that a service gives is put into a statement

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging

Version = Callable[[AsyncSession], Awaitable[int]]


class Terminals:
    """A table of terminals: `terminal_id`, the place's id, `serial`, `model`, `authority`, `status`, why, keys.

    `places` is the table of the places, with governorate and district. Where every process keeps a copy of the
    terminals, `version` gives the next value of `changed`, by which they find what to read again; it comes before any
    terminal's own row is locked, since a consumer changes many terminals in one transaction.
    """

    def __init__(
        self, table: str, place: str, places: str, *, keys: tuple[str, ...], version: Version | None = None
    ) -> None:
        """`place`: the column of the place's id in both tables; `keys`: what is kept of the key a terminal enrolled."""
        self._version = version
        self._keys = keys
        shown = (
            f"t.terminal_id, t.{place}, t.serial, t.model, t.status, t.suspension_reason,"
            f" t.{keys[-1]} IS NOT NULL AS enrolled, t.registered_at"
        )
        added = [
            "terminal_id",
            place,
            "serial",
            "model",
            "registered_at",
            "authority",
            *(["changed"] if version else []),
        ]
        values = ["place_id" if name == place else name for name in added]
        changed = ", changed = :changed" if version else ""
        find = (
            f"SELECT {shown}, p.governorate, p.district FROM {table} t JOIN {places} p USING ({place})"
            " WHERE t.terminal_id = :terminal_id"
        )
        self._listed = BoundedStatement(
            f"SELECT {shown} FROM {table} t JOIN {places} p USING ({place}) WHERE t.terminal_id > :after AND <bound>"
            f" AND (CAST(:place_id AS uuid) IS NULL OR t.{place} = :place_id)"
            " AND (CAST(:status AS text) IS NULL OR t.status = :status)"
            " AND (CAST(:serial AS text) IS NULL OR t.serial = :serial) ORDER BY t.terminal_id LIMIT :limit",
            **{"governorate": "p.governorate", "district": "p.district", place: f"t.{place}"},
        )
        self._find, self._lock = text(find), text(f"{find} FOR UPDATE OF t")
        self._add = text(
            # allow: unnamed-table the service names it, and owns it
            f"INSERT INTO {table} AS t ({', '.join(added)}) VALUES ({', '.join(f':{name}' for name in values)})"
            f" ON CONFLICT (serial) DO NOTHING RETURNING {shown}"
        )
        self._set_status = text(
            # allow: unnamed-table the service names it, and owns it
            f"UPDATE {table} t SET status = :status, suspension_reason = :reason{changed}"
            f" WHERE terminal_id = :terminal_id RETURNING {shown}"
        )
        self._set_key = text(
            # allow: unnamed-table the service names it, and owns it
            f"UPDATE {table} t SET {', '.join(f'{name} = :{name}' for name in keys)}{changed}"
            " WHERE terminal_id = :terminal_id"
        )

    async def find(self, session: AsyncSession, terminal_id: UUID, *, lock: bool = False) -> RowMapping | None:
        """A terminal and where it stands, or None; with `lock` nobody else changes it until the commit."""
        statement = self._lock if lock else self._find
        return (await session.execute(statement, {"terminal_id": terminal_id})).mappings().one_or_none()

    async def listed(
        self, session: AsyncSession, bound: Bound, asked: Mapping[str, object], page: Paging[UUID]
    ) -> Sequence[RowMapping]:
        """A page of the terminals the caller may see; `asked`: `place_id`, `status` and `serial`, each or None."""
        return (await session.execute(*self._listed.within(bound, {**asked, **page.bounds}))).mappings().all()

    async def add(
        self,
        session: AsyncSession,
        *,
        terminal_id: UUID,
        place_id: UUID,
        serial: str,
        model: str,
        authority: str | None,
        at: datetime,
    ) -> RowMapping | None:
        """Enter a terminal that an authority registers; None where its serial number is taken."""
        values = {"terminal_id": terminal_id, "place_id": place_id, "serial": serial, "model": model}
        values |= {"registered_at": at, "authority": authority, "changed": await self.next_version(session)}
        return (await session.execute(self._add, values)).mappings().one_or_none()

    async def set_status(
        self, session: AsyncSession, terminal_id: UUID, status: str, reason: str | None, version: int
    ) -> RowMapping:
        """Suspend or reinstate a terminal."""
        values = {"terminal_id": terminal_id, "status": status, "reason": reason, "changed": version}
        return (await session.execute(self._set_status, values)).mappings().one()

    async def set_key(self, session: AsyncSession, terminal_id: UUID, key_id: str, public_key: str) -> None:
        """Know that a terminal has enrolled; one that stands elsewhere changes nothing."""
        values = {"terminal_id": terminal_id, "key_id": key_id, "public_key": public_key}
        await session.execute(self._set_key, values | {"changed": await self.next_version(session)})

    async def next_version(self, session: AsyncSession) -> int:
        """The version of the change that is about to be written; 0 where nobody asks for one."""
        return await self._version(session) if self._version else 0
