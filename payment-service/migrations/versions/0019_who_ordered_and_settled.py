"""Transfers keep who ordered and who settled them: person or system, office, client, session, purpose and case.

What was there stays. Of transfers of the last days the stored answers still say who asked for them; that is taken over.
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# `results` of transfers, or the one payment or refund of an answer. What was held and is not any more was settled.
_ANSWERED = """
    SELECT DISTINCT ON (transfer_id, settles) transfer_id, settles, caller FROM (
        SELECT a.caller, a.created_at,
            coalesce(r ->> 'transfer_id', r ->> 'refund_id', r ->> 'payment_id')::uuid AS transfer_id,
            coalesce(r ->> 'state', '') IN ('posted', 'captured', 'voided') AS settles
        FROM ledger_answer a
        CROSS JOIN LATERAL (SELECT convert_from(a.body, 'UTF8')::jsonb AS document) d
        CROSS JOIN LATERAL jsonb_array_elements(coalesce(d.document -> 'results', jsonb_build_array(d.document))) r
    ) s WHERE transfer_id IS NOT NULL ORDER BY transfer_id, settles, created_at
"""

STATEMENTS = [
    "ALTER TABLE transfer ADD COLUMN ordered_by jsonb, ADD COLUMN settled_by jsonb",
    f"""
    UPDATE transfer t SET ordered_by = jsonb_build_object('who', s.caller)
    FROM ({_ANSWERED}) s
    WHERE s.transfer_id = t.transfer_id AND NOT (s.settles AND t.expires_at IS NOT NULL)
    """,
    f"""
    UPDATE transfer t SET settled_by = jsonb_build_object('who', s.caller)
    FROM ({_ANSWERED}) s
    WHERE s.transfer_id = t.transfer_id AND s.settles AND t.expires_at IS NOT NULL AND t.state <> 'pending'
    """,
    # Who did it is as little rewritten as what was done.
    """
    CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (OLD.state <> 'pending' AND NEW.state <> OLD.state)
            OR NEW.refunded < OLD.refunded
            OR (NEW.debit_account_id, NEW.credit_account_id, NEW.amount) IS DISTINCT FROM
               (OLD.debit_account_id, OLD.credit_account_id, OLD.amount)
            OR (OLD.state = 'posted' AND NEW.posted <> OLD.posted)
            OR NEW.ordered_by IS DISTINCT FROM OLD.ordered_by
            OR (OLD.state <> 'pending' AND NEW.settled_by IS DISTINCT FROM OLD.settled_by) THEN
            RAISE EXCEPTION 'a settled transfer is not rewritten' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
