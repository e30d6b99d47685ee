"""The statements that book approved batches: divided into parts, part by part in chunks, and completed."""

# ruff: noqa: S608 - nothing but parts of statements is put into a statement
from __future__ import annotations

from chassis import outbox
from chassis.isolation import not_aside
from payment_service.ledger import statements as ledger

WORKER = "payouts"
DIVIDING, COMPLETING = "payouts_divided", "payouts_completed"

# Approved batches whose day has come; `approved` is what an earlier version calls them.
DUE = """
    SELECT batch_id FROM payout_batch b
    WHERE state IN ('due', 'approved') AND (value_date IS NULL OR value_date <= CAST(:today AS date)) AND {not_aside}
    ORDER BY approved_at LIMIT :limit FOR UPDATE SKIP LOCKED
""".format(not_aside=not_aside(DIVIDING, "b.batch_id"))
# Numbers have no gaps, so what is left of a batch is divided by number. Parts are booked side by side. Of a batch that
# an earlier version has begun, the first ones are done.
DIVIDE = """
    WITH batch AS (
        SELECT batch_id, paid_count + failed_count AS done,
            (SELECT coalesce(max(number), 0) FROM payout p WHERE p.batch_id = b.batch_id) AS last
        FROM payout_batch b WHERE batch_id = ANY(CAST(:batch_ids AS uuid[]))
    ), parts AS (
        INSERT INTO payout_part (batch_id, first, last, booked)
        SELECT batch_id, first, least(first + size - 1, last), first - 1
        FROM batch CROSS JOIN LATERAL (SELECT greatest(1, (last - done + :parts - 1) / :parts) AS size) s
        CROSS JOIN LATERAL generate_series(done + 1, last, size) first
    )
    UPDATE payout_batch b SET state = 'booking' FROM batch WHERE b.batch_id = batch.batch_id
"""
# Nobody else is booking it, and nobody will until the end of the transaction.
NEXT_PART = """
    SELECT p.batch_id, p.first, p.booked, p.last, b.programme, b.governorate,
        coalesce(b.paying_account_id, b.fund_id) AS paying_account_id
    FROM payout_batch b JOIN payout_part p USING (batch_id) WHERE b.state = 'booking' AND p.booked < p.last
        AND (p.first < p.last OR {not_aside})
    ORDER BY b.approved_at, p.first LIMIT 1 FOR UPDATE OF p SKIP LOCKED
""".format(not_aside=not_aside(WORKER, "p.batch_id || ' ' || p.first"))
# The payout that comes next in a part becomes a part of its own ($3: its number), those behind it another one.
CUT = """
    WITH cut AS (
        SELECT batch_id, last FROM payout_part WHERE batch_id = $1 AND first = $2 AND booked = $3 - 1 AND last >= $3
        FOR UPDATE
    ), shortened AS (
        UPDATE payout_part p SET last = $3 - 1 FROM cut WHERE p.batch_id = $1 AND p.first = $2 AND $2 < $3
    ), alone AS (
        INSERT INTO payout_part (batch_id, first, last, booked) SELECT batch_id, $3, $3, $3 - 1 FROM cut WHERE $2 < $3
    ), first AS (
        UPDATE payout_part p SET last = $3 FROM cut WHERE p.batch_id = $1 AND p.first = $2 AND $2 = $3
    )
    INSERT INTO payout_part (batch_id, first, last, booked) SELECT batch_id, $3 + 1, last, $3 FROM cut WHERE last > $3
"""
# A chunk in one statement, the payouts with numbers above $3 up to $4: the wallets' balances, the transfers, the
# events. A citizen who is dead ($16), without a wallet ($8), or whose wallet is not of the batch's governorate ($14,
# $15), fails alone; what was taken out is passed over. Wallets are locked in the order of their keys, since both
# sides of the join that updates them come in that order (an index is walked in it, a bitmap of one would not be); a
# transfer is made of what was credited, so that its number is taken under its wallet's lock. Tables are reached by `=
# ANY` of the chunk's keys and what comes of them is hashed (`PLANNER`): whatever the statistics say, nothing is
# compared each with each and no table is read whole. A payout's event carries its own id; its JSON is put together
# from ids, numbers and $12, which is JSON already: building JSON takes six times as long.
BOOK = f"""
    WITH wanted AS MATERIALIZED (
        SELECT number, payout_id, citizen_id, amount FROM payout
        WHERE batch_id = $1 AND number > $3 AND number <= $4 AND NOT taken_out
    ), chunk AS MATERIALIZED (
        SELECT p.number, p.payout_id, p.citizen_id, p.amount, w.household_id,
            CASE WHEN d.citizen_id IS NULL AND ($14::text IS NULL OR w.governorate = $14) THEN w.wallet_id END
                AS wallet_id,
            CASE WHEN d.citizen_id IS NOT NULL THEN $16::text WHEN w.wallet_id IS NULL THEN $8::text ELSE $15::text END
                AS reason
        FROM wanted p LEFT JOIN (
            SELECT citizen_id, wallet_id, household_id, governorate FROM wallet
            WHERE citizen_id = ANY(ARRAY(SELECT citizen_id FROM wanted))
        ) w USING (citizen_id) LEFT JOIN (
            SELECT citizen_id FROM deceased WHERE citizen_id = ANY(ARRAY(SELECT citizen_id FROM wanted))
            AND released IS DISTINCT FROM 'error'
        ) d USING (citizen_id)
    ), sums AS MATERIALIZED (
        SELECT wallet_id AS account_id, sum(amount)::bigint AS amount FROM chunk WHERE wallet_id IS NOT NULL
        GROUP BY wallet_id ORDER BY wallet_id
    ), credited AS (
        {ledger.credited("sums")}
    ), booked AS (
        {ledger.POSTED}
        SELECT c.payout_id, $2, c.wallet_id, c.amount, 'posted', c.amount, 'payout', $5, $6, $7, $7
        FROM chunk c JOIN credited k ON k.account_id = c.wallet_id
    ), failed AS (
        UPDATE payout p SET reason = c.reason FROM chunk c
        WHERE p.batch_id = $1 AND p.number = c.number AND c.wallet_id IS NULL
            AND p.number = ANY(ARRAY(SELECT number FROM chunk WHERE wallet_id IS NULL))
    ), told AS (
        {outbox.INSERT}
        SELECT c.payout_id, $9, $11, c.household_id::text, $7, NULL, convert_to(format(
            '{{"payout_id":"%s",%s"citizen_id":"%s","household_id":"%s","wallet_id":"%s","amount":%s,"balance":%s}}',
            c.payout_id, $12::text, c.citizen_id, c.household_id, c.wallet_id, c.amount, k.balance), 'UTF8')
        FROM chunk c JOIN credited k ON k.account_id = c.wallet_id
    ), told_of_failures AS (
        {outbox.INSERT}
        SELECT payout_id, $10, $11, $1::text, $7, NULL, convert_to(format(
            '{{"payout_id":"%s",%s"amount":%s,"reason":"%s"}}', payout_id, $12::text, amount, reason), 'UTF8')
        FROM chunk WHERE wallet_id IS NULL
    ), counted AS (
        SELECT count(wallet_id) AS paid, count(*) - count(wallet_id) AS failed,
            coalesce(sum(amount) FILTER (WHERE wallet_id IS NOT NULL), 0)::bigint AS paid_total,
            coalesce(sum(amount) FILTER (WHERE wallet_id IS NULL), 0)::bigint AS failed_total
        FROM chunk
    )
    UPDATE payout_part p SET booked = $4, paid_count = p.paid_count + c.paid, paid_total = p.paid_total + c.paid_total,
        failed_count = p.failed_count + c.failed, failed_total = p.failed_total + c.failed_total,
        skipped_count = p.skipped_count + ($4 - $3 - c.paid - c.failed)
    FROM counted c WHERE p.batch_id = $1 AND p.first = $13
    RETURNING c.paid_total
"""
PLANNER = """
    SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_nestloop = off;
    SET LOCAL enable_mergejoin = off; SET LOCAL jit = off
"""
# Batches whose parts are all booked.
BOOKED = """
    SELECT batch_id FROM payout_batch b WHERE state = 'booking' AND NOT EXISTS (
        SELECT FROM payout_part p WHERE p.batch_id = b.batch_id AND p.booked < p.last
    ) AND {not_aside} ORDER BY approved_at LIMIT :limit FOR UPDATE SKIP LOCKED
""".format(not_aside=not_aside(COMPLETING, "b.batch_id"))
COMPLETE = """
    WITH sums AS (
        SELECT coalesce(sum(paid_count), 0) AS paid_count, coalesce(sum(paid_total), 0) AS paid_total,
            coalesce(sum(failed_count), 0) AS failed_count, coalesce(sum(failed_total), 0) AS failed_total
        FROM payout_part WHERE batch_id = :batch_id
    )
    UPDATE payout_batch b SET state = 'completed', completed_at = :now, paid_count = b.paid_count + s.paid_count,
        paid_total = b.paid_total + s.paid_total, failed_count = b.failed_count + s.failed_count,
        failed_total = b.failed_total + s.failed_total
    FROM sums s WHERE b.batch_id = :batch_id
    RETURNING b.batch_id, b.reference, b.programme, b.fund_id, b.paying_account_id, b.paid_count, b.paid_total,
        b.failed_count, b.failed_total
"""
