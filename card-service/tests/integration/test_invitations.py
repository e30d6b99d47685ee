"""When appointments of before an upgrade were planned: where the card is older than that, as their ids say."""

from __future__ import annotations

from datetime import UTC, datetime

from card_service import MIGRATIONS
from card_service.distribution.invitations import FIRST, INVITED, INVITED_AT
from chassis.ids import new_id
from chassis.testing import connected_as_owner, migrate, migrated_database

ORDERED = datetime(2026, 1, 5, 9, tzinfo=UTC)
STARTS = datetime(2026, 12, 5, 9, tzinfo=UTC)
_PLACES = (
    "INSERT INTO household (household_id, governorate, district, address, members, registered_at)"
    " SELECT gen_random_uuid(), '03', '03.01', '', 1, now() FROM generate_series(1, 4)",
    "INSERT INTO citizen (citizen_id, household_id, role, national_id_hash, national_id_sealed, full_name_sealed,"
    " birth_date, sex, registered_at) SELECT gen_random_uuid(), household_id, 'head',"
    " sha256(household_id::text::bytea), '', '',"
    " '1990-01-01', 'female', now() FROM household",
    "INSERT INTO pickup_site (site_id, name_ar, name_en, kind, governorate, district, address_ar, hourly_capacity,"
    " opens, closes, working_days, created_at) VALUES (gen_random_uuid(), 'م', 'S', 'post_office', '03', '03.01', 'م',"
    " 9, '08:00', '15:00', '{6}', now())",
    "INSERT INTO rollout_phase (phase_id, name, governorate, sequence, services, state, created_at)"
    " VALUES (gen_random_uuid(), 'P', '03', 1, '{supply}', 'planned', now())",
)
_SLOT = "INSERT INTO pickup_slot (site_id, starts_at, capacity, taken) SELECT site_id, $1, 9, 0 FROM pickup_site"
_CARD = (
    "INSERT INTO card (card_id, citizen_id, household_id, governorate, number_hash, number_sealed, state, site_id,"
    " phase_id, order_id, created_at) SELECT $1::uuid, citizen_id, household_id, '03', sha256($1::uuid::text::bytea),"
    " '', $2::text, site_id, phase_id, $3::uuid, $4 FROM citizen z, pickup_site, rollout_phase"
    " WHERE NOT EXISTS (SELECT FROM card c WHERE c.citizen_id = z.citizen_id) LIMIT 1"
)
_APPOINTMENT = (
    "INSERT INTO appointment (appointment_id, card_id, site_id, starts_at, ends_at, state, number)"
    " SELECT $1, $2, site_id, $3::timestamptz, $3::timestamptz + interval '1 hour', 'kept', 1 FROM pickup_site"
)
_INVITED_AT = f"SELECT {INVITED_AT} AS at FROM card c {FIRST} WHERE c.card_id = $1 AND {INVITED}"


async def test_appointments_of_before_are_dated_as_they_were_planned(postgres_url: str) -> None:
    url = await migrated_database(postgres_url, f"before_dates_{new_id().hex[-8:]}", MIGRATIONS, "0044")
    on_site, by_bureau, uninvited, walked_in = [new_id() for _ in range(4)]
    async with connected_as_owner(url) as connection:
        for statement in _PLACES:
            await connection.execute(statement)
        await connection.execute(_SLOT, STARTS)
        before = datetime.now(UTC)
        for card, order in ((on_site, None), (by_bureau, new_id()), (uninvited, new_id()), (walked_in, new_id())):
            await connection.execute(_CARD, card, "in_stock", order, ORDERED)
            if card in (on_site, by_bureau):
                await connection.execute(_APPOINTMENT, new_id(), card, STARTS)
        await connection.execute(
            "UPDATE card SET state = 'issued', issued_at = $2 WHERE card_id = $1", walked_in, STARTS
        )
        after = datetime.now(UTC)
        await migrate(url, MIGRATIONS)
        dated = {card: await connection.fetchval(_INVITED_AT, card) for card in (on_site, uninvited, walked_in)}
        assert dated == {on_site: ORDERED, uninvited: None, walked_in: STARTS}
        planned = await connection.fetchval(_INVITED_AT, by_bureau)
        assert before.replace(microsecond=before.microsecond // 1000 * 1000) <= planned <= after
        # what the version before this one writes while it still runs
        await connection.execute("DELETE FROM appointment WHERE card_id = $1", by_bureau)
        await connection.execute(_APPOINTMENT, new_id(), by_bureau, STARTS)
        assert await connection.fetchval(_INVITED_AT, by_bureau) >= after
