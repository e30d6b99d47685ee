"""The two statements of the hot path. Their plans must not depend on how full the tables are.

A lane's connection forbids sequential scans, hash and merge joins (`chassis.lane`): every row is reached through
its key, whatever the statistics say, also when the statement was planned while the tables were empty. Rows are
tied to the households that did change by a hashed subplan (`IN (…) IS TRUE`), which is no join.
"""

from __future__ import annotations

# One row a request: what was answered under its key, its card, its household, and that household's pots: those from
# month $6 on where it is opened already, from the month before ($5) where it is still to be opened.
_READ = """
    SELECT a.fingerprint, a.status, a.body,
           c.card_id, c.household_id, c.state, c.blocked_at, c.supply,
           h.version, h.opened, h.governorate, h.members, h.activated_on, h.debt_bread, h.debt_goods, h.debt_points,
           ARRAY(
               SELECT p FROM pot p
               WHERE p.household_id = h.household_id
                   AND p.period >= CASE WHEN h.opened = $6::date THEN $6::date ELSE $5::date END
           ) AS pots,
           EXISTS (SELECT FROM reversal v WHERE v.redemption_id = r.redemption_id) AS reversed{columns}
    FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[]{more})
        WITH ORDINALITY AS r (terminal_id, key, card_id, redemption_id{names}, n)
    LEFT JOIN LATERAL (
        SELECT s.fingerprint, s.status, s.body FROM stored_answer s
        WHERE s.terminal_id = r.terminal_id AND s.key = r.key AND s.day BETWEEN $7 AND $8 LIMIT 1
    ) a ON true
    LEFT JOIN card c ON c.card_id = r.card_id
    LEFT JOIN household h ON h.household_id = c.household_id
    ORDER BY r.n
"""
READ = _READ.format(columns="", more="", names="")

# The same with the holds a sale names (`$9`: array literals), and which of them have paid for a sale already.
READ_HOLDS = _READ.format(
    columns=""",
           ARRAY(SELECT w FROM hold w WHERE w.payment_id = ANY(r.payments::uuid[])) AS holds,
           ARRAY(SELECT t.payment_id FROM tender t WHERE t.payment_id = ANY(r.payments::uuid[])) AS used""",
    more=", $9::text[]",
    names=", payments",
)

_MOVED = """
    moved AS (
        UPDATE household h
        SET version = h.version + 1, opened = u.opened, debt_bread = u.debt_bread, debt_goods = u.debt_goods,
            debt_points = u.debt_points
        FROM unnest($1::uuid[], $2::bigint[], $3::date[], $4::int[], $5::int[], $6::int[])
            AS u (household_id, version, opened, debt_bread, debt_goods, debt_points)
        WHERE h.household_id = u.household_id AND h.version = u.version
        RETURNING h.household_id
    )"""

_POTS = """
    pots AS (
        UPDATE pot p SET remaining = u.remaining, drawn_days = u.drawn_days, drawn_units = u.drawn_units
        FROM unnest($7::uuid[], $8::date[], $9::text[], $10::int[], $11::int[], $12::text[])
            AS u (household_id, period, programme, remaining, drawn_days, drawn_units)
        WHERE p.household_id = u.household_id AND p.period = u.period AND p.programme = u.programme
            AND (u.household_id IN (SELECT household_id FROM moved)) IS TRUE
    )"""

_REDEMPTIONS = """
    redemptions AS (
        INSERT INTO redemption (household_id, redemption_id, period, business_day, card_id, terminal_id, outlet_id,
            governorate, occurred_at, offline, conflict, loaves, goods, cash, lines)
        SELECT u.household_id, u.redemption_id, u.period, u.business_day, u.card_id, u.terminal_id, u.outlet_id,
            u.governorate, u.occurred_at, u.offline, u.conflict, u.loaves, u.goods, u.cash, u.lines::jsonb
        FROM unnest($13::uuid[], $14::uuid[], $15::date[], $16::date[], $17::uuid[], $18::uuid[], $19::uuid[],
            $20::text[], $21::timestamptz[], $22::bool[], $23::text[], $24::int[], $25::int[], $26::int[], $27::text[])
            AS u (household_id, redemption_id, period, business_day, card_id, terminal_id, outlet_id,
                governorate, occurred_at, offline, conflict, loaves, goods, cash, lines)
        WHERE (u.household_id IN (SELECT household_id FROM moved)) IS TRUE
    )"""

_ENTRIES = """
    entries AS (
        INSERT INTO entry (household_id, source_id, period, programme, line, kind, quantity)
        SELECT u.household_id, u.source_id, u.period, u.programme, u.line, u.kind, u.quantity
        FROM unnest($28::uuid[], $29::uuid[], $30::date[], $31::text[], $32::smallint[], $33::text[], $34::int[])
            AS u (household_id, source_id, period, programme, line, kind, quantity)
        WHERE (u.household_id IN (SELECT household_id FROM moved)) IS TRUE
    )"""

_ANSWERS = """
    answers AS (
        INSERT INTO stored_answer (terminal_id, key, day, fingerprint, status, body)
        SELECT u.terminal_id, u.key, u.day, u.fingerprint, u.status, u.body
        FROM unnest($35::uuid[], $36::uuid[], $37::text[], $38::date[], $39::bytea[], $40::smallint[], $41::bytea[])
            AS u (household_id, terminal_id, key, day, fingerprint, status, body)
        WHERE (u.household_id IN (SELECT household_id FROM moved)) IS TRUE
    )"""

_EVENTS = """
    events AS (
        INSERT INTO outbox (event_id, type, topic, key, time, traceparent, payload)
        SELECT u.event_id, u.type, u.topic, u.key, u.time, u.traceparent, u.payload
        FROM unnest($42::uuid[], $43::uuid[], $44::text[], $45::text[], $46::text[], $47::timestamptz[],
            $48::text[], $49::bytea[]) AS u (household_id, event_id, type, topic, key, time, traceparent, payload)
        WHERE (u.household_id IN (SELECT household_id FROM moved)) IS TRUE
    )"""

_OPENED = """
    opened AS (
        INSERT INTO pot (household_id, period, programme, granted, remaining, members, daily, drawn_days, drawn_units)
        SELECT u.household_id, u.period, u.programme, u.granted, u.remaining, u.members, u.daily, u.drawn_days,
            u.drawn_units
        FROM unnest($50::uuid[], $51::date[], $52::text[], $53::int[], $54::int[], $55::int[], $56::int[], $57::int[],
            $58::text[])
            AS u (household_id, period, programme, granted, remaining, members, daily, drawn_days, drawn_units)
        WHERE (u.household_id IN (SELECT household_id FROM moved)) IS TRUE
    )"""

_REVERSALS = """
    reversals AS (
        INSERT INTO reversal (household_id, redemption_id, reversal_id, card_id, terminal_id, outlet_id, business_day,
            occurred_at, reason, loaves, goods, cash)
        SELECT u.*
        FROM unnest($59::uuid[], $60::uuid[], $61::uuid[], $62::uuid[], $63::uuid[], $64::uuid[], $65::date[],
            $66::timestamptz[], $67::text[], $68::int[], $69::int[], $70::int[])
            AS u (household_id, redemption_id, reversal_id, card_id, terminal_id, outlet_id, business_day,
                occurred_at, reason, loaves, goods, cash)
        WHERE (u.household_id IN (SELECT household_id FROM moved)) IS TRUE
    )"""

_OFFLINE = """
    offline AS (
        INSERT INTO offline_sale (terminal_id, sequence, sale_id, hash, previous_hash, status, code, redemption_id,
            document)
        SELECT u.terminal_id, u.sequence, u.sale_id, u.hash, u.previous_hash, u.status, u.code, u.redemption_id,
            u.document
        FROM unnest($71::uuid[], $72::uuid[], $73::bigint[], $74::uuid[], $75::bytea[], $76::bytea[], $77::text[],
            $78::text[], $79::uuid[], $80::bytea[])
            AS u (household_id, terminal_id, sequence, sale_id, hash, previous_hash, status, code, redemption_id,
                document)
        WHERE (u.household_id IN (SELECT household_id FROM moved)) IS TRUE
    )"""

_TENDERS = """
    tenders AS (
        INSERT INTO tender (payment_id, redemption_id, household_id, outlet_id, business_day, amount)
        SELECT u.payment_id, u.redemption_id, u.household_id, u.outlet_id, u.business_day, u.amount
        FROM unnest($81::uuid[], $82::uuid[], $83::uuid[], $84::uuid[], $85::date[], $86::int[])
            AS u (household_id, payment_id, redemption_id, outlet_id, business_day, amount)
        WHERE (u.household_id IN (SELECT household_id FROM moved)) IS TRUE
    )"""

_TAIL = "\nSELECT household_id FROM moved"
_PLAIN = (_MOVED, _POTS, _REDEMPTIONS, _ENTRIES, _ANSWERS, _EVENTS)

# Nearly every batch: draws in months already opened.
WRITE_PLAIN = "WITH" + ",".join(_PLAIN) + _TAIL
# The first touches of a month among them.
WRITE_OPENING = "WITH" + ",".join((*_PLAIN, _OPENED)) + _TAIL
# Reversals or sales from an offline batch among them.
WRITE_ALL = "WITH" + ",".join((*_PLAIN, _OPENED, _REVERSALS, _OFFLINE)) + _TAIL
# Sales that a wallet paid a part of among them.
WRITE_TENDERS = "WITH" + ",".join((*_PLAIN, _OPENED, _REVERSALS, _OFFLINE, _TENDERS)) + _TAIL
