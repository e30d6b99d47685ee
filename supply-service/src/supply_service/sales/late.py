"""Sales made without a network of which nothing is booked, beside those that a batch writes; what terminals sold."""

from __future__ import annotations

from sqlalchemy import text

from chassis.row_arrays import statement
from supply_service.sales.statements import DISPUTE

KEEP = text(
    "INSERT INTO offline_sale"
    " (terminal_id, sequence, sale_id, hash, previous_hash, status, code, document, occurred_at, amount)"
    " VALUES (:terminal_id, :sequence, :sale_id, :hash, :previous_hash, :status, :code, :document, :occurred_at, 0)"
    " ON CONFLICT DO NOTHING"
)
# The claim to one of which nothing is booked.
CLAIM = text(
    f"INSERT INTO dispute ({DISPUTE})"  # noqa: S608 - nothing but this package's own list of columns
    " VALUES (:household_id, :dispute_id, :terminal_id, :sequence, :sale_id, :outlet_id, :governorate, :card_id,"
    " :redemption_id, :reason, CAST(:lines AS json), :loaves, :amount, :business_day, :occurred_at)"
)
# What terminals have sold in spells: sales booked, and piastres.
SPELLS = statement(
    "SELECT r.began, r.ended, count(o.sequence) AS sales, CAST(coalesce(sum(o.amount), 0) AS bigint) AS amount"
    " FROM <rows> LEFT JOIN offline_sale o ON o.terminal_id = :terminal_id AND o.occurred_at >= r.began"
    " AND o.occurred_at < r.ended AND o.redemption_id IS NOT NULL AND o.status <> 'reversed' GROUP BY r.began, r.ended",
    began="timestamptz",
    ended="timestamptz",
)
