"""Every SQL statement of cards."""

# ruff: noqa: S608 - a part of a statement takes only text of the statement around it
from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards.lifecycle import ENDED, EXPIRES, WAITING, Action, CardState, among
from card_service.cards.models import ActivatedCard, Card, NewCard, Step
from card_service.cards.pins import StoredPin
from card_service.cards.validity import Made, made_before
from card_service.weeks import day_of
from chassis.clock import day_begins
from chassis.db import raw
from chassis.isolation import not_aside
from chassis.row_arrays import statement, transposed

WAITING_NOW = f"state IN {among(WAITING)}"
ENDED_NOW = f"state IN {among(ENDED)}"
# What an update of `card` says of the step it is; a trigger keeps it (`card_step`).
_STEP = "moved = :action, moved_at = :at, moved_by = :by, moved_where = :where, moved_because = :because"

_CARD = (
    "SELECT c.card_id, c.citizen_id, c.household_id, c.governorate, h.district, c.number_sealed, c.state,"
    " c.state_before_block, c.site_id, c.phase_id, c.services, c.replaces, c.issued_at, c.activated_at, c.blocked_at,"
    " c.block_reason, c.lapses_at, c.bound_for, c.expected_on, c.pin_salt, c.pin_digest, c.pin_failures,"
    " CAST(extract(year FROM z.birth_date) AS integer) AS birth_year"
    " FROM card c JOIN citizen z USING (citizen_id) JOIN household h ON h.household_id = c.household_id"
)
_FIND = text(f"{_CARD} WHERE c.card_id = :card_id")
_LOCK = text(f"{_CARD} WHERE c.card_id = :card_id FOR UPDATE OF c")
_OF_CITIZEN = text(f"{_CARD} WHERE c.citizen_id = :citizen_id ORDER BY c.card_id DESC LIMIT 100")
_OF_HOUSEHOLD = text(f"{_CARD} WHERE c.household_id = :household_id ORDER BY c.card_id DESC LIMIT 100")
_TRANSFER = text(
    f"UPDATE card SET governorate = :governorate WHERE household_id = :household_id AND NOT {ENDED_NOW}"
    " AND governorate <> :governorate"
)
_REPLACEMENT = text("SELECT card_id FROM card WHERE replaces = :card_id")
_WAITING_REPLACEMENT = text(f"SELECT EXISTS (SELECT FROM card WHERE citizen_id = :citizen_id AND {WAITING_NOW})")
_SITE = text(
    "SELECT s.governorate, s.ends_on, (SELECT max(c.ends_at) FROM site_closure c WHERE c.site_id = s.site_id"
    "  AND c.withdrawn_at IS NULL AND c.begins_at <= :now AND c.ends_at > :now) AS closed_until"
    " FROM pickup_site s WHERE s.site_id = :site_id"
)
_BY_BUREAU = text("SELECT production = 'bureau' FROM rollout_phase WHERE phase_id = :phase_id")
_TAKEN = text("SELECT number_hash FROM card WHERE number_hash = ANY(CAST(:hashes AS bytea[]))")
_HOLDERS = text(
    "SELECT number_hash, citizen_id, state, governorate FROM card WHERE number_hash = ANY(CAST(:hashes AS bytea[]))"
)
_BLOCK = text(
    "UPDATE card SET state = 'blocked', state_before_block = state, block_reason = :because, blocked_at = :at,"
    f" lapses_at = :lapses_at, {_STEP} WHERE card_id = :card_id"
)
_UNBLOCK = text(
    "UPDATE card SET state = state_before_block, state_before_block = NULL, block_reason = NULL, blocked_at = NULL,"
    f" lapses_at = NULL, {_STEP} WHERE card_id = :card_id"
)
LAPSES = "lost_blocks"
# What nobody has asked a replacement for by then; whoever blocks, frees or replaces a card locks its row before.
_LAPSED = text(
    f"{_CARD} WHERE c.lapses_at <= :now AND c.state = 'blocked' AND c.block_reason = 'lost'"
    f" AND NOT EXISTS (SELECT FROM card w WHERE w.citizen_id = c.citizen_id AND w.{WAITING_NOW})"
    f" AND {not_aside(LAPSES, 'c.card_id')} ORDER BY c.lapses_at, c.card_id LIMIT :limit FOR UPDATE OF c SKIP LOCKED"
)
UNDATED = "lost_blocks_undated"
# Blocked as lost by a version that set no day, or whose replacement has come to nothing: nobody waits for another card.
_UNDATED = text(
    f"{_CARD} WHERE c.state = 'blocked' AND c.block_reason = 'lost' AND c.lapses_at IS NULL"
    f" AND NOT EXISTS (SELECT FROM card w WHERE w.citizen_id = c.citizen_id AND w.{WAITING_NOW})"
    f" AND {not_aside(UNDATED, 'c.card_id')} ORDER BY c.card_id LIMIT :limit FOR UPDATE OF c SKIP LOCKED"
)
EXPIRED = "cards_expired"
# By the months for which cards of their time are good, of whole months of Cairo.
_EXPIRED = statement(
    f"{_CARD} JOIN <rows> ON {day_of('c.created_at')} >= r.since"
    f"  AND {day_of('c.created_at')} < r.until"
    " WHERE date_trunc('month', c.created_at AT TIME ZONE 'Africa/Cairo')"
    "  + make_interval(years => r.years, months => 1) <= CAST(:today AS date)"
    " AND c.created_at < :before AND c.state = ANY(CAST(:states AS text[]))"
    f" AND NOT c.{ENDED_NOW} AND {not_aside(EXPIRED, 'c.card_id')}"
    " ORDER BY c.created_at, c.card_id LIMIT :limit FOR UPDATE OF c SKIP LOCKED",
    since="date",
    until="date",
    years="integer",
)
# What the version before this one wrote, in today's words; it is no step of a card's life.
_TODAYS_WORDS = text(
    "UPDATE card SET state = CASE state WHEN 'ready' THEN 'in_stock' ELSE 'replaced' END WHERE card_id IN ("
    " SELECT card_id FROM card WHERE state = 'ready' OR (state = 'closed' AND close_reason = 'replaced')"
    " ORDER BY card_id LIMIT :limit FOR UPDATE SKIP LOCKED) RETURNING card_id"
)
_LAPSES_AT = text("UPDATE card SET lapses_at = :lapses_at WHERE card_id = :card_id")
# Where it lies already, there is nothing to travel.
_COLLECTED_AT = text(
    "UPDATE card SET bound_for = CASE WHEN site_id = :site_id THEN NULL ELSE CAST(:site_id AS uuid) END,"
    " expected_on = CASE WHEN site_id = :site_id THEN NULL ELSE CAST(:expected_on AS date) END"
    " WHERE card_id = ANY(CAST(:cards AS uuid[]))"
)
_STAYS = text("UPDATE card SET lapses_at = NULL WHERE card_id = :card_id")
# A card that waits may have been given an hour, one at its end has none of a block.
_END = (
    "state_before_block = NULL, block_reason = NULL, blocked_at = NULL, lapses_at = NULL, closed_at = :at,"
    f" close_reason = :because, {_STEP}"
)
_CLOSE = text(f"UPDATE card SET state = :state, {_END} WHERE card_id = :card_id")
_CLOSE_ALL = text(
    f"UPDATE card SET state = 'closed', {_END} WHERE citizen_id = :citizen_id AND NOT {ENDED_NOW}"
    " RETURNING card_id, household_id"
)
# Cards handed over become active; those that are, or were before they were blocked, get the services they lack. What
# somebody has switched off on a card stays off.
_ACTIVATE = text(
    "WITH cohort AS ("
    "  SELECT c.card_id, ARRAY(SELECT unnest(string_to_array(:services, ',')) EXCEPT SELECT unnest(c.services)"
    "   EXCEPT SELECT unnest(c.switched_off) ORDER BY 1) AS added"
    "  FROM card c JOIN citizen z USING (citizen_id)"
    "  WHERE c.phase_id = :phase_id AND (c.state = 'issued' OR ((c.state = 'active' OR c.state_before_block = 'active')"
    f"   AND NOT c.{ENDED_NOW} AND NOT (c.services || c.switched_off) @> string_to_array(:services, ',')))"
    "  AND (CAST(:after AS uuid) IS NULL OR c.card_id > :after) AND (CAST(:everyone AS boolean) OR z.role = 'head')"
    "  ORDER BY c.card_id LIMIT :limit FOR UPDATE OF c"
    ")"
    " UPDATE card c SET state = CASE c.state WHEN 'issued' THEN 'active' ELSE c.state END,"
    " activated_at = CASE c.state WHEN 'issued' THEN :now ELSE c.activated_at END,"
    " services = CASE c.state WHEN 'issued' THEN string_to_array(:services, ',')"
    " ELSE ARRAY(SELECT unnest(c.services || cohort.added) ORDER BY 1) END,"
    # who only gets more services takes no step
    " moved = CASE c.state WHEN 'issued' THEN 'activate' ELSE c.moved END,"
    " moved_at = CASE c.state WHEN 'issued' THEN :now ELSE c.moved_at END,"
    " moved_by = CASE c.state WHEN 'issued' THEN :by ELSE c.moved_by END,"
    " moved_where = CASE c.state WHEN 'issued' THEN NULL ELSE c.moved_where END,"
    " moved_because = CASE c.state WHEN 'issued' THEN :because ELSE c.moved_because END"
    " FROM cohort, household h WHERE c.card_id = cohort.card_id AND h.household_id = c.household_id"
    " RETURNING c.card_id, c.citizen_id, c.household_id, c.governorate, h.district, h.members, cohort.added,"
    " old.state = 'issued' AS handed_over"
)
_ACTIVATE_OF = text(
    f"UPDATE card c SET state = 'active', activated_at = :at, services = string_to_array(:services, ','), {_STEP}"
    " FROM household h WHERE h.household_id = c.household_id AND c.state = 'issued'"
    " AND c.household_id = ANY(CAST(:households AS uuid[]))"
    " RETURNING c.card_id, c.citizen_id, c.household_id, c.governorate, h.district, h.members"
)
# What is made again is another piece: the serial of the one before is the card's no more.
_MOVE_ALL = text(
    "UPDATE card SET state = :state, serial = CASE WHEN :state = 'approved' THEN NULL ELSE serial END,"
    f" {_STEP} WHERE card_id = ANY(CAST(:ids AS uuid[]))"
)
_LEAVE = text(
    "UPDATE card SET state = 'produced', site_id = NULL,"
    " expected_on = CASE WHEN bound_for = :to_site THEN CAST(:expected_on AS date) ELSE expected_on END,"
    f" {_STEP} WHERE card_id = ANY(CAST(:ids AS uuid[]))"
)
_ARRIVE = text(
    "UPDATE card SET state = 'in_stock', site_id = :site_id, bound_for = nullif(bound_for, :site_id),"
    f" expected_on = CASE WHEN bound_for = :site_id THEN NULL ELSE expected_on END, {_STEP}"
    " WHERE card_id = ANY(CAST(:ids AS uuid[]))"
)
_CLOSE_THESE = text(f"UPDATE card SET state = 'closed', {_END} WHERE card_id = ANY(CAST(:ids AS uuid[]))")
_TAKE_SERIALS = statement(
    f"UPDATE card c SET state = 'produced', serial = r.serial, {_STEP} FROM <rows> WHERE c.card_id = r.card_id",
    card_id="uuid",
    serial="text",
)
_SET_PIN = text(
    "UPDATE card SET pin_salt = :salt, pin_digest = :digest, pin_failures = :failures WHERE card_id = :card_id"
)
_SET_SERVICES = text(
    "UPDATE card SET services = string_to_array(:services, ','), switched_off = ARRAY(SELECT unnest(switched_off ||"
    " services) EXCEPT SELECT unnest(string_to_array(:services, ',')) ORDER BY 1) WHERE card_id = :card_id"
)
_COUNT_FAILURES = text("UPDATE card SET pin_failures = :failures WHERE card_id = :card_id")

_COLUMNS = (
    "card_id", "citizen_id", "household_id", "governorate", "number_hash", "number_sealed", "state", "site_id",
    "phase_id", "replaces", "order_id", "bound_for", "created_at", "moved_at", "moved_by", "moved_because",
)  # fmt: skip


def handed_over(given: str) -> str:
    """The part of a statement that puts cards into their holders' hands.

    `given` gives rows of card_id, state, services (with commas between), the instant and who did it.
    """
    return f"""UPDATE card c SET state = g.state, services = string_to_array(g.services, ','), issued_at = g.at,
            activated_at = CASE WHEN g.state = 'active' THEN g.at END, bound_for = NULL, expected_on = NULL,
            switched_off = coalesce((SELECT o.switched_off FROM card o WHERE o.card_id = c.replaces), '{{}}'),
            moved = '{Action.HAND_OVER}', moved_at = g.at, moved_by = g.by, moved_where = c.site_id,
            moved_because = NULL
        FROM {given} AS g (card_id, state, services, at, by) WHERE c.card_id = g.card_id"""


def _card(row: Row[Any]) -> Card:
    fields = dict(row._mapping)
    salt, digest, failures = fields.pop("pin_salt"), fields.pop("pin_digest"), fields.pop("pin_failures")
    before = CardState(row.state_before_block) if row.state_before_block else None
    fields |= {"state": CardState(row.state), "state_before_block": before, "services": tuple(row.services)}
    return Card(**fields, pin=StoredPin(salt, digest, failures) if salt else None)


async def find(session: AsyncSession, card_id: UUID, *, lock: bool = False) -> Card | None:
    """A card by id, the row locked against other changes if asked."""
    row = (await session.execute(_LOCK if lock else _FIND, {"card_id": card_id})).one_or_none()
    return _card(row) if row else None


async def of_citizen(session: AsyncSession, citizen_id: UUID) -> list[Card]:
    """The cards a citizen ever had, the newest first, at most a hundred."""
    return [_card(row) for row in await session.execute(_OF_CITIZEN, {"citizen_id": citizen_id})]


async def of_household(session: AsyncSession, household_id: UUID) -> list[Card]:
    """The cards that were ever a household's, the newest first, at most a hundred."""
    return [_card(row) for row in await session.execute(_OF_HOUSEHOLD, {"household_id": household_id})]


async def transfer(session: AsyncSession, household_id: UUID, governorate: str) -> None:
    """Make the open cards of a household those of another governorate."""
    await session.execute(_TRANSFER, {"household_id": household_id, "governorate": governorate})


async def replacement_of(session: AsyncSession, card_id: UUID) -> UUID | None:
    """The card that replaces or is to replace this one."""
    found: UUID | None = (await session.execute(_REPLACEMENT, {"card_id": card_id})).scalar()
    return found


async def set_services(session: AsyncSession, card_id: UUID, services: Sequence[str]) -> None:
    """Write which services may be used with a card; one it had before is switched off from now on."""
    await session.execute(_SET_SERVICES, {"card_id": card_id, "services": ",".join(sorted(services))})


async def collected_at(session: AsyncSession, cards: Sequence[UUID], site_id: UUID, expected_on: date | None) -> None:
    """Write at which site cards are to be collected; those that are elsewhere count there when they are received.

    `expected_on`: by when they are to be there.
    """
    await session.execute(_COLLECTED_AT, {"cards": list(cards), "site_id": site_id, "expected_on": expected_on})


async def has_waiting(session: AsyncSession, citizen_id: UUID) -> bool:
    """Whether a card of the citizen waits to be collected."""
    return bool((await session.execute(_WAITING_REPLACEMENT, {"citizen_id": citizen_id})).scalar())


class CollectingSite(NamedTuple):
    """What a replacement must know of the site where it is to be collected; `closed_until`: where it is shut now."""

    governorate: str
    ends_on: date | None
    closed_until: datetime | None


async def site(session: AsyncSession, site_id: UUID, now: datetime) -> CollectingSite | None:
    """A pick-up site, None where there is no such one."""
    row = (await session.execute(_SITE, {"site_id": site_id, "now": now})).one_or_none()
    return CollectingSite(*row) if row else None


async def made_by_bureau(session: AsyncSession, phase_id: UUID | None) -> bool:
    """Whether the cards of a phase are made by a bureau, not at their sites."""
    return bool((await session.execute(_BY_BUREAU, {"phase_id": phase_id})).scalar())


class Holder(NamedTuple):
    """Who holds a card."""

    citizen_id: UUID
    state: str
    governorate: str


async def holders(session: AsyncSession, hashes: Sequence[bytes]) -> dict[bytes, Holder]:
    """The holders of the cards with these numbers."""
    rows = await session.execute(_HOLDERS, {"hashes": list(hashes)})
    return {bytes(row.number_hash): Holder(row.citizen_id, row.state, row.governorate) for row in rows}


async def taken(session: AsyncSession, hashes: Sequence[bytes]) -> set[bytes]:
    """Those of many card numbers that exist already."""
    return {bytes(found) for found in (await session.execute(_TAKEN, {"hashes": list(hashes)})).scalars()}


async def insert(
    session: AsyncSession, cards: Sequence[NewCard], now: datetime, by: str, because: str | None = None
) -> None:
    """Write many cards by COPY, each in its state; `by`: who had them made, `because`: what for."""
    connection = await raw(session)
    records = [
        (
            c.card_id, c.citizen_id, c.household_id, c.governorate, c.number_hash, c.number_sealed,
            c.state, c.site_id, c.phase_id, c.replaces, c.order_id, c.bound_for, now, now, by, because,
        )
        for c in cards
    ]  # fmt: skip
    await connection.copy_records_to_table("card", columns=_COLUMNS, records=records)


async def block(session: AsyncSession, card_id: UUID, step: Step, lapses_at: datetime | None = None) -> None:
    """Block a card, until it lapses where it does; what it was before is kept."""
    await session.execute(_BLOCK, {"card_id": card_id, "lapses_at": lapses_at, **step.values})


async def lapsed(session: AsyncSession, now: datetime, limit: int) -> list[Card]:
    """Lost cards whose block is over by now, the rows locked."""
    return [_card(row) for row in await session.execute(_LAPSED, {"now": now, "limit": limit})]


async def undated(session: AsyncSession, limit: int) -> list[Card]:
    """Lost cards without a day on which their block is over, for which no other one waits; the rows locked."""
    return [_card(row) for row in await session.execute(_UNDATED, {"limit": limit})]


async def expired(session: AsyncSession, made: Sequence[Made], today: date, limit: int) -> list[Card]:
    """Cards whose last day is over, the rows locked."""
    values = {
        **transposed(made, "since", "until", "years"),
        "today": today,
        "before": day_begins(made_before(made, today)),
        "states": [str(state) for state in EXPIRES],
        "limit": limit,
    }
    return [_card(row) for row in await session.execute(_EXPIRED, values)]


async def in_todays_words(session: AsyncSession, limit: int) -> int:
    """Map states that the version before this one has written; how many cards'."""
    return len((await session.execute(_TODAYS_WORDS, {"limit": limit})).all())


async def lapses(session: AsyncSession, card_id: UUID, lapses_at: datetime) -> None:
    """Let a block be over at a moment."""
    await session.execute(_LAPSES_AT, {"card_id": card_id, "lapses_at": lapses_at})


async def stays_blocked(session: AsyncSession, card_id: UUID) -> None:
    """Let a block not lapse: a replacement is asked for."""
    await session.execute(_STAYS, {"card_id": card_id})


async def unblock(session: AsyncSession, card_id: UUID, step: Step) -> None:
    """Let a card be what it was before it was blocked."""
    await session.execute(_UNBLOCK, {"card_id": card_id, **step.values})


async def end(session: AsyncSession, card_id: UUID, state: CardState, step: Step) -> None:
    """End a card."""
    await session.execute(_CLOSE, {"card_id": card_id, "state": str(state), **step.values})


async def move_all(session: AsyncSession, card_ids: Collection[UUID], state: CardState, step: Step) -> None:
    """Let cards whose rows are locked take the same step to a state before they are issued."""
    await session.execute(_MOVE_ALL, {"ids": list(card_ids), "state": str(state), **step.values})


async def take_serials(session: AsyncSession, serials: Mapping[UUID, str], step: Step) -> None:
    """Let cards whose rows are locked be produced, each with the serial of its piece."""
    values = {"card_id": list(serials), "serial": list(serials.values()), **step.values}
    await session.execute(_TAKE_SERIALS, values)


async def leave(
    session: AsyncSession, card_ids: Collection[UUID], step: Step, to_site: UUID | None, expected_on: date
) -> None:
    """Let cards, whose rows are locked, be on their way: they lie at no site, and are to be at `to_site` by a day."""
    way = {"to_site": to_site, "expected_on": expected_on}
    await session.execute(_LEAVE, {"ids": list(card_ids), **way, **step.values})


async def arrive(session: AsyncSession, card_ids: Collection[UUID], site_id: UUID, step: Step) -> None:
    """Let produced cards, whose rows are locked, lie at a site."""
    await session.execute(_ARRIVE, {"ids": list(card_ids), "site_id": site_id, **step.values})


async def close_these(session: AsyncSession, card_ids: Collection[UUID], step: Step) -> None:
    """Close cards, whose rows are locked, that nobody was told of."""
    await session.execute(_CLOSE_THESE, {"ids": list(card_ids), **step.values})


async def close_all(session: AsyncSession, citizen_id: UUID, step: Step) -> list[tuple[UUID, UUID]]:
    """Close all cards of a citizen that are not at their end; card and household of each."""
    rows = await session.execute(_CLOSE_ALL, {"citizen_id": citizen_id, **step.values})
    return [(row.card_id, row.household_id) for row in rows]


async def set_pin(session: AsyncSession, card_id: UUID, pin: StoredPin) -> None:
    """Keep a PIN in the place of any other."""
    values = {"card_id": card_id, "salt": pin.salt, "digest": pin.digest, "failures": pin.failures}
    await session.execute(_SET_PIN, values)


async def count_failures(session: AsyncSession, card_id: UUID, failures: int) -> None:
    """Keep how many wrong tries there were since the last right one."""
    await session.execute(_COUNT_FAILURES, {"card_id": card_id, "failures": failures})


async def activate(
    session: AsyncSession,
    phase_id: UUID,
    services: Sequence[str],
    now: datetime,
    *,
    by: str,
    because: str,
    everyone: bool,
    after: UUID | None,
    limit: int,
) -> list[ActivatedCard]:
    """Activate the next cards of a phase, by their ids; heads' only, or everyone's.

    Cards that were handed over become active; those that are active get the services they lack. `by`: who ordered it,
    `because`: as what.
    """
    values = {
        "phase_id": phase_id,
        "after": after,
        "everyone": everyone,
        "limit": limit,
        "now": now,
        "by": by,
        "because": because,
        "services": ",".join(services),
    }
    activated = [
        ActivatedCard(
            row.card_id,
            row.citizen_id,
            row.household_id,
            row.governorate,
            row.district,
            row.members,
            added=tuple(row.added),
            handed_over=row.handed_over,
        )
        for row in await session.execute(_ACTIVATE, values)
    ]
    return sorted(activated, key=lambda card: card.card_id)


async def activate_of(
    session: AsyncSession, households: Sequence[UUID], services: Sequence[str], step: Step
) -> list[ActivatedCard]:
    """Activate the cards of some households that were handed over, whatever their phase."""
    values = {"households": list(households), "services": ",".join(services), **step.values}
    rows = await session.execute(_ACTIVATE_OF, values)
    activated = [
        ActivatedCard(
            row.card_id,
            row.citizen_id,
            row.household_id,
            row.governorate,
            row.district,
            row.members,
            added=(),
            handed_over=True,
        )
        for row in rows
    ]
    return sorted(activated, key=lambda card: card.card_id)
