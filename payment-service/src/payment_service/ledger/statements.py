"""The two statements of a batch: one read without locks, one write that is carried out whole or not at all."""

# ruff: noqa: S608 - nothing but parts of statements is put into a statement
from __future__ import annotations

from chassis import outbox

# Parts of statements that book beside what else they do. A SELECT of these columns in order follows:
POSTED = """INSERT INTO transfer (transfer_id, debit_account_id, credit_account_id, amount, state, posted, kind,
            reference, business_day, created_at, settled_at)"""
# One account pays, $1, what is posted from it, $2.
DEBIT = "UPDATE account SET balance = balance - $2, version = version + 1 WHERE account_id = $1"


def credited(sums: str) -> str:
    """The part of a statement that pays into many accounts: `sums` has an account_id and an amount for each."""
    return f"""UPDATE account a SET balance = a.balance + s.amount, version = a.version + 1
        FROM {sums} s
        WHERE a.account_id = s.account_id AND a.account_id = ANY(ARRAY(SELECT account_id FROM {sums}))
        RETURNING a.account_id, a.balance"""


# Everything the batch may need, each row once: accounts, transfers, and stored answers.
READ = """
    SELECT 'account' AS what, a.account_id AS id, a.kind AS kind, a.may_overdraw AS flag, a.balance AS n1, a.held AS n2,
        a.version AS n3, NULL::uuid AS debit, NULL::uuid AS credit, CASE WHEN a.frozen THEN 'frozen' END AS state,
        NULL::text AS reference,
        NULL::timestamptz AS at, NULL::uuid AS refund_of, NULL::text AS details, NULL::text AS caller,
        NULL::bytea AS fingerprint, NULL::bytea AS body
    FROM account a WHERE a.account_id = ANY($1::uuid[])
    UNION ALL
    SELECT 'transfer', t.transfer_id, t.kind, NULL, t.amount, t.posted, t.refunded, t.debit_account_id,
        t.credit_account_id, t.state, t.reference, t.expires_at, t.refund_of, t.details::text, NULL, NULL, NULL
    FROM transfer t WHERE t.transfer_id = ANY($2::uuid[])
    UNION ALL
    SELECT 'answer', NULL, s.key, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, s.caller,
        s.fingerprint, s.body
    FROM unnest($3::text[], $4::text[]) AS w (caller, key)
    JOIN LATERAL (
        SELECT * FROM ledger_answer l WHERE l.caller = w.caller AND l.key = w.key LIMIT 1
    ) s ON true
"""

# The accounts of transfers that are settled or refunded: they are not named in the request.
PARTIES = """
    SELECT transfer_id, debit_account_id, credit_account_id FROM transfer WHERE transfer_id = ANY($1::uuid[])
"""

# Rows are locked in the order of their keys, but not against references to them: a consumer whose transaction has just
# written one (a sale's booking) waits for this very statement when it comes to the next event (the sale's reversal).
# Accounts that may not be overdrawn must be as they were read (`guarded`); others only take a sum. Holds and payments
# that change must be as they were read, too: between two accounts that may be overdrawn nothing else tells that
# another process has settled or refunded one meanwhile. One row that has moved on, and nothing is written. What is
# compared with what, is found in a hashed subplan: a join of the two lists would compare each row with each. Who acts
# is written once for all its transfers, under the digest of what it says, and hardly ever anew.
WRITE = f"""
    WITH wanted AS (
        SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[])
            AS w (account_id, balance, held, guarded)
    ), locked AS (
        SELECT a.account_id, a.version FROM account a
        WHERE a.account_id = ANY($1::uuid[]) ORDER BY a.account_id FOR NO KEY UPDATE
    ), known AS (
        SELECT t.transfer_id, t.state, t.posted, t.refunded FROM transfer t
        WHERE t.transfer_id = ANY($18::uuid[]) ORDER BY t.transfer_id FOR NO KEY UPDATE
    ), fit AS (
        SELECT (SELECT count(*) FROM locked) = cardinality($1::uuid[]) AND NOT EXISTS (
            SELECT FROM wanted w WHERE w.guarded IS NOT NULL
                AND ((w.account_id, w.guarded) IN (SELECT account_id, version FROM locked)) IS NOT TRUE
        ) AND NOT EXISTS (
            SELECT FROM unnest($18::uuid[], $32::text[], $33::bigint[], $34::bigint[])
                AS r (transfer_id, state, posted, refunded)
            WHERE ((r.transfer_id, r.state, r.posted, r.refunded)
                IN (SELECT transfer_id, state, posted, refunded FROM known)) IS NOT TRUE
        ) AS yes
    ), moved AS (
        UPDATE account a SET balance = a.balance + w.balance, held = a.held + w.held, version = a.version + 1
        FROM wanted w WHERE a.account_id = w.account_id AND (SELECT yes FROM fit)
    ), ordered AS (
        INSERT INTO transfer (transfer_id, debit_account_id, credit_account_id, amount, state, posted, kind, reference,
            refund_of, expires_at, details, business_day, created_at, settled_at, ordered_as, settled_as)
        SELECT u.transfer_id, u.debit, u.credit, u.amount, u.state, u.posted, u.kind, u.reference, u.refund_of,
            u.expires_at, u.details::jsonb, $5::date, $6::timestamptz, CASE u.state WHEN 'posted' THEN $6 END,
            coalesce(u.ordered_as, $40::uuid), u.settled_as
        FROM unnest($7::uuid[], $8::uuid[], $9::uuid[], $10::bigint[], $11::text[], $12::bigint[], $13::text[],
            $14::text[], $15::uuid[], $16::timestamptz[], $17::text[], $35::uuid[], $36::uuid[])
            AS u (transfer_id, debit, credit, amount, state, posted, kind, reference, refund_of, expires_at, details,
                ordered_as, settled_as)
        WHERE (SELECT yes FROM fit)
    ), settled AS (
        UPDATE transfer t SET state = u.state, posted = u.posted, refunded = u.refunded,
            settled_at = coalesce(t.settled_at, $6),
            business_day = CASE WHEN t.state = 'pending' THEN $5 ELSE t.business_day END,
            settled_as = coalesce(t.settled_as, u.settled_as)
        FROM unnest($18::uuid[], $19::text[], $20::bigint[], $21::bigint[], $37::uuid[])
            AS u (transfer_id, state, posted, refunded, settled_as)
        WHERE t.transfer_id = u.transfer_id AND (SELECT yes FROM fit)
    ), acted AS (
        INSERT INTO acting (acting_id, acting) SELECT u.acting_id, u.acting::jsonb
        FROM unnest($38::uuid[], $39::text[]) AS u (acting_id, acting)
        WHERE (SELECT yes FROM fit) ON CONFLICT DO NOTHING
    ), answers AS (
        INSERT INTO ledger_answer (caller, key, fingerprint, body)
        SELECT * FROM unnest($22::text[], $23::text[], $24::bytea[], $25::bytea[])
        WHERE (SELECT yes FROM fit)
    ), events AS (
        {outbox.INSERT}
        SELECT u.event_id, u.type, u.topic, u.key, $6, u.traceparent, u.payload
        FROM unnest($26::uuid[], $27::text[], $28::text[], $29::text[], $30::text[], $31::bytea[])
            AS u (event_id, type, topic, key, traceparent, payload)
        WHERE (SELECT yes FROM fit)
    )
    SELECT yes FROM fit
"""
