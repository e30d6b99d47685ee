"""The chain of sales made without a network, beside those that a batch writes: authentic ones that were refused."""

from __future__ import annotations

from sqlalchemy import text

REJECT = text(
    "INSERT INTO offline_sale (terminal_id, sequence, sale_id, hash, previous_hash, status, code, document)"
    " VALUES (:terminal_id, :sequence, :sale_id, :hash, :previous_hash, 'rejected', :code, :document)"
    " ON CONFLICT DO NOTHING"
)
