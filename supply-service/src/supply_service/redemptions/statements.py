"""The two statements of the hot path. Their plans must not depend on how full the tables are.

A lane's connection forbids sequential scans, hash and merge joins (`chassis.lane`): every row is reached through
its key, whatever the statistics say, also when the statement was planned while the tables were empty. Rows are
tied to the households that did change by a hashed subplan (`IN (…) IS TRUE`), which is no join.
"""

from __future__ import annotations

# One row a request: what was answered under its key, its card, its household, and that household's pots: those from
# month $3 on where it is opened already, from the month before ($2) where it is still to be opened.
_READ = """
    SELECT a.fingerprint, a.status, a.body,
           c.card_id, c.household_id, c.state, c.blocked_at, c.supply,
           h.version, h.opened, h.governorate, h.members, h.activated_on, h.debt_bread, h.debt_goods, h.debt_points,
           ARRAY(
               SELECT p FROM pot p
               WHERE p.household_id = h.household_id
                   AND p.period >= CASE WHEN h.opened = $3::date THEN $3::date ELSE $2::date END
           ) AS pots,
           EXISTS (SELECT FROM reversal v WHERE v.redemption_id = r.redemption_id) AS reversed{columns}
    FROM unnest($1::batch_request[])
        WITH ORDINALITY AS r (terminal_id, key, card_id, redemption_id, payments, n)
    LEFT JOIN LATERAL (
        SELECT s.fingerprint, s.status, s.body FROM stored_answer s
        WHERE s.terminal_id = r.terminal_id AND s.key = r.key AND s.day BETWEEN $4 AND $5 LIMIT 1
    ) a ON true
    LEFT JOIN card c ON c.card_id = r.card_id
    LEFT JOIN household h ON h.household_id = c.household_id
    ORDER BY r.n
"""
READ = _READ.format(columns="")

# The same with the holds a sale names, and which of them have paid for a sale already.
READ_HOLDS = _READ.format(
    columns=""",
           ARRAY(SELECT w FROM hold w WHERE w.payment_id = ANY(r.payments)) AS holds,
           ARRAY(SELECT t.payment_id FROM tender t WHERE t.payment_id = ANY(r.payments)) AS used"""
)

_MOVED = """
    moved AS (
        UPDATE household h
        SET version = h.version + 1, opened = u.opened, debt_bread = u.debt_bread, debt_goods = u.debt_goods,
            debt_points = u.debt_points
        FROM unnest($1::batch_household[]) AS u
        WHERE h.household_id = u.household_id AND h.version = u.version
        RETURNING h.household_id
    )"""

_POTS = """
    pots AS (
        UPDATE pot p SET remaining = u.remaining, drawn_days = u.drawn_days, drawn_units = u.drawn_units
        FROM unnest($2::batch_pot[]) AS u
        WHERE p.household_id = u.household_id AND p.period = u.period AND p.programme = u.programme
            AND (u.household_id IN (SELECT household_id FROM moved)) IS TRUE
    )"""


_ROWS = """
    {table}_rows AS (
        INSERT INTO {table} ({columns})
        SELECT {values} FROM unnest(${number}::{rows}[]) AS u
        WHERE (u.household_id IN (SELECT household_id FROM moved)) IS TRUE
    )"""


def _insert(table: str, number: int, rows: str, columns: str, values: str | None = None) -> str:
    """The insertion of the rows of parameter `number` whose household has moved."""
    return _ROWS.format(table=table, columns=columns, values=values or columns, number=number, rows=rows)


_SALE = (
    "household_id, redemption_id, period, business_day, card_id, terminal_id, outlet_id, governorate, occurred_at,"
    " offline, conflict, loaves, goods, cash, lines"
)
_REDEMPTIONS = _insert("redemption", 3, "batch_redemption", _SALE, f"{_SALE}::jsonb")
_ENTRIES = _insert("entry", 4, "batch_entry", "household_id, source_id, period, programme, line, kind, quantity")
_ANSWERS = _insert("stored_answer", 5, "batch_answer", "terminal_id, key, day, fingerprint, status, body")
_EVENTS = _insert("outbox", 6, "batch_event", "event_id, type, topic, key, time, traceparent, payload")
_OPENED = _insert(
    "pot", 7, "batch_opening",
    "household_id, period, programme, granted, remaining, members, daily, drawn_days, drawn_units",
)  # fmt: skip
_REVERSALS = _insert(
    "reversal", 8, "batch_reversal",
    "household_id, redemption_id, reversal_id, card_id, terminal_id, outlet_id, business_day, occurred_at, reason,"
    " loaves, goods, cash",
)  # fmt: skip
_OFFLINE = _insert(
    "offline_sale", 9, "batch_offline",
    "terminal_id, sequence, sale_id, hash, previous_hash, status, code, redemption_id, document",
)  # fmt: skip
_TENDERS = _insert(
    "tender", 10, "batch_tender", "household_id, payment_id, redemption_id, outlet_id, business_day, amount"
)

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
