"""The statements of the hot path. Their plans must not depend on how full the tables are.

A lane's connection forbids sequential scans, hash and merge joins (`chassis.lane_connection`): every row is reached
through its key, whatever the statistics say, also when the statement was planned while the tables were empty. Rows are
tied to the households that did change by a hashed subplan (`IN (…) IS TRUE`), which is no join.
"""

# ruff: noqa: S608 - nothing but this module's own lists of columns is put into a statement

from __future__ import annotations

from chassis.holder_proofs.once import INSERT_USED
from chassis.outbox import INSERT_RENDERED
from contracts.supply import Redeemed
from supply_service.cards.statements import GRANT_POTS, MOVED, OF_MOVED, OPENED, POTS, RAISED, household
from supply_service.sales.record import SALE_COLUMNS
from supply_service.sales.rendering import VERSION

# One row a request: what was answered under its key, its card, its household, and that household's pots: those from
# month $3 on where it is opened already, from the month before ($2) where it is still to be opened.
_READ = f"""
    SELECT k.fingerprint, k.reply AS body, k.source_id, k.period,
           c.card_id, c.state, c.blocked_at, c.supply, c.closed_at, c.disabled_at,
           {household("$3::date", "$2::date", listed="{listed}")},
           EXISTS (SELECT FROM reversal v WHERE v.redemption_id = r.redemption_id) AS reversed{{columns}}
    FROM unnest($1::batch_request[])
        WITH ORDINALITY AS r (terminal_id, key, card_id, redemption_id, payments, n)
    LEFT JOIN sale_key k ON k.terminal_id = r.terminal_id AND k.key = r.key
    LEFT JOIN card c ON c.card_id = r.card_id
    LEFT JOIN household h ON h.household_id = c.household_id
    ORDER BY r.n
"""
READ = _READ.format(columns="", listed="false")

# The same with the holds a sale names, and which of them have paid for a sale already; whether the holder's proof it
# names has permitted one; what goods the household has had without a proof on the day ($4); and the card's states that
# are over.
READ_MORE = _READ.format(
    listed="true",
    columns=""",
           ARRAY(SELECT w FROM hold w WHERE w.payment_id = ANY(r.payments)) AS holds,
           ARRAY(SELECT t.payment_id FROM tender t WHERE t.payment_id = ANY(r.payments)) AS used,
           ARRAY(SELECT p.proof_id FROM holder_proof_used p WHERE p.proof_id = ANY(r.payments)) AS proofs,
           (SELECT u.goods FROM unproven u WHERE u.household_id = h.household_id AND u.day = $4::date
            AND r.payments IS NOT NULL) AS unproven_goods,
           ARRAY(SELECT s FROM card_span s WHERE s.card_id = r.card_id) AS spans""",
)


# What was sold, for the tables that say something of it: the sale itself, its key, its event.
_SOLD = f"""
    sold AS MATERIALIZED (
        SELECT * FROM unnest($3::batch_sold[]) AS u
        WHERE {OF_MOVED}
    )"""
_SALE = (
    "household_id, redemption_id, period, business_day, card_id, terminal_id, outlet_id, governorate, occurred_at,"
    " offline, conflict, loaves, goods, cash, loaves_taken, goods_taken, points_taken, flour"
)
_SALES = f"""
    sales AS (
        INSERT INTO redemption ({_SALE}, document, rendering)
        SELECT {_SALE}, document::json, {VERSION} FROM sold
    )"""
_KEYS = """
    {name} AS (
        INSERT INTO sale_key (terminal_id, key, day, fingerprint, source_id, period)
        SELECT terminal_id, key, business_day, fingerprint, {source} FROM {rows} WHERE key IS NOT NULL
    )"""
_SALE_KEYS = _KEYS.format(name="sale_keys", source="redemption_id, period", rows="sold")
_SALE_EVENT = (
    f"redemption_id AS event_id, '{Redeemed.event_type()}' AS type, '{Redeemed.TOPIC}' AS topic,"
    " household_id::text AS key, occurred_at AS time, traceparent, NULL::bytea AS payload, redemption_id AS source_id"
)
_SALE_EVENTS = f"""
    published AS (
        {INSERT_RENDERED} SELECT {_SALE_EVENT} FROM sold
    )"""
# With other events around them. Numbers are given out in the order of `number`.
_ALL_EVENTS = f"""
    published AS (
        {INSERT_RENDERED} SELECT event_id, type, topic, key, time, traceparent, payload, source_id FROM (
            SELECT {_SALE_EVENT}, number FROM sold
            UNION ALL
            SELECT event_id, type, topic, household_id::text, time, traceparent, payload, source_id, number
            FROM unnest($5::batch_publication[]) AS u
            WHERE {OF_MOVED}
        ) e ORDER BY number
    )"""

_ENTRY = "household_id, source_id, period, programme, line, kind, quantity"
_ENTRIES = f"""
    entries AS (
        INSERT INTO entry ({_ENTRY}) SELECT {_ENTRY} FROM unnest($4::batch_entry[]) AS u WHERE {OF_MOVED}
    )"""
_REVERSAL = (
    "household_id, redemption_id, reversal_id, card_id, terminal_id, outlet_id, business_day, occurred_at, reason,"
    " loaves, goods, cash, flour"
)
_REVERSALS = f"""
    reversed AS MATERIALIZED (
        SELECT * FROM unnest($7::batch_undone[]) AS u
        WHERE {OF_MOVED}
    ), reversals AS (
        INSERT INTO reversal ({_REVERSAL}, document, rendering)
        SELECT {_REVERSAL}, document::json, {VERSION} FROM reversed
    )"""
_REVERSAL_KEYS = _KEYS.format(name="reversal_keys", source="reversal_id, NULL", rows="reversed")
_LINK = (
    "terminal_id, sequence, sale_id, hash, previous_hash, status, code, redemption_id, document, occurred_at, amount"
)
_OFFLINE = f"""
    offline AS (
        INSERT INTO offline_sale ({_LINK}) SELECT {_LINK} FROM unnest($8::batch_signed[]) AS u WHERE {OF_MOVED}
    )"""
_TENDER = "household_id, payment_id, redemption_id, outlet_id, business_day, amount"
_TENDERS = f"""
    tenders AS (
        INSERT INTO tender ({_TENDER}) SELECT {_TENDER} FROM unnest($9::batch_tender[]) AS u WHERE {OF_MOVED}
    )"""
# Unique: of two sales at once with one proof, the second meets the first and is decided again.
_PROOFS = f"""
    proofs AS (
        {INSERT_USED}
        SELECT proof_id, 'sale:' || redemption_id, expires_at FROM unnest($11::batch_proof[]) AS u WHERE {OF_MOVED}
    )"""
_UNPROVEN = f"""
    without_proof AS (
        INSERT INTO unproven AS t (household_id, day, goods)
        SELECT household_id, day, sum(goods) FROM unnest($12::batch_unproven[]) AS u WHERE {OF_MOVED}
        GROUP BY household_id, day
        ON CONFLICT (household_id, day) DO UPDATE SET goods = t.goods + excluded.goods
    )"""

_MOVE = "household_id, source_id, programme, period, kind, amount, outlet_id, business_day"
_MOVES = f"""
    grant_moves AS (
        INSERT INTO grant_move ({_MOVE}) SELECT {_MOVE} FROM unnest($14::batch_grant_move[]) AS u WHERE {OF_MOVED}
    )"""

DISPUTE = (
    "household_id, dispute_id, terminal_id, sequence, sale_id, outlet_id, governorate, card_id, redemption_id, reason,"
    " lines, loaves, amount, business_day, occurred_at"
)
_DISPUTE = DISPUTE.replace("lines", "lines::json")
_DISPUTES = f"""
    disputes AS (
        INSERT INTO dispute ({DISPUTE}) SELECT {_DISPUTE} FROM unnest($10::batch_dispute[]) AS u WHERE {OF_MOVED}
    )"""


def _write(*parts: str) -> str:
    return "WITH" + ",".join((MOVED, POTS, _SOLD, _SALES, _SALE_KEYS, *parts)) + "\nSELECT household_id FROM moved"


# Nearly every batch: sales in months already opened.
WRITE_PLAIN = _write(_SALE_EVENTS)
# The first touches of a month among them.
WRITE_OPENING = _write(_ALL_EVENTS, _ENTRIES, OPENED)
# Reversals, sales from an offline batch (and what is in dispute of them), goods, sales with a proof, or that a wallet
# or a grant paid a part of among them.
WRITE_ALL = _write(
    _ALL_EVENTS,
    _ENTRIES,
    OPENED,
    _REVERSALS,
    _REVERSAL_KEYS,
    _OFFLINE,
    _TENDERS,
    _DISPUTES,
    _PROOFS,
    _UNPROVEN,
    GRANT_POTS,
    _MOVES,
    RAISED,
)

# What repeats are repeats of.
SALES = f"""
    SELECT {SALE_COLUMNS} FROM redemption
    WHERE redemption_id = ANY($1::uuid[]) AND period BETWEEN $2::date AND $3::date
"""
REVERSALS = f"""
    SELECT v.reversal_id, v.terminal_id AS reversed_at_terminal, v.outlet_id AS reversed_at_outlet,
        v.business_day AS reversed_on, v.occurred_at AS reversed_at, v.reason, v.document::text AS reversal_document,
        v.rendering AS reversal_rendering, s.*,
        ARRAY(
            SELECT t FROM (SELECT payment_id, amount FROM tender WHERE redemption_id = v.redemption_id ORDER BY 1) t
        ) AS tenders
    FROM reversal v CROSS JOIN LATERAL (
        SELECT {SALE_COLUMNS} FROM redemption r WHERE r.redemption_id = v.redemption_id LIMIT 1
    ) s
    WHERE v.reversal_id = ANY($1::uuid[])
"""
