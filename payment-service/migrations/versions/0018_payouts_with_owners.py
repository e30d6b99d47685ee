"""Payouts have owners: programmes and funds are rows, funds have balances that bound them, batches a month and an owner.

What was there stays: every programme that was ever paid becomes a row with a fund of its name. Its authority is that of
its batches where they name one and the same, or the one known for it; else it is nobody's, and seen by auditors only,
until the treasury says whose it is. What a fund has drawn beyond its balance, and what is still to be booked from it, is
entered as paid in by the treasury; from then on it cannot be overdrawn. Pensions are there from the beginning.
"""

from uuid import UUID, uuid5

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

NAMESPACE = UUID("7f6a2c1e-52d8-5b0e-9c55-3f0a6f2a9d11")
TREASURY = uuid5(NAMESPACE, "clearing:treasury:EGP")
PENSIONS = uuid5(NAMESPACE, "fund:pension:EGP")
PENSION_AUTHORITY = "pension-authority"

PROGRAMMES = [
    """
    CREATE TABLE payout_fund (
        fund text PRIMARY KEY CHECK (fund ~ '^[a-z][a-z0-9_]{0,31}$'),
        account_id uuid NOT NULL UNIQUE REFERENCES account,
        authority text,                         -- none: left by an earlier version, to be said by an operator
        name_ar text NOT NULL,
        name_en text NOT NULL,
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE payout_programme (
        programme text PRIMARY KEY CHECK (programme ~ '^[a-z][a-z0-9_]{0,31}$'),
        fund text NOT NULL REFERENCES payout_fund,
        kind text NOT NULL CHECK (kind IN ('pension', 'assistance', 'support', 'other')),
        name_ar text NOT NULL,
        name_en text NOT NULL,
        open boolean NOT NULL DEFAULT true,     -- whether new batches may be declared
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL
    )
    """,
    f"""
    INSERT INTO payout_fund (fund, account_id, authority, name_ar, name_en, changed_by, changed_at)
    SELECT programme, min(fund_id::text)::uuid,
        CASE WHEN count(DISTINCT authority) = 1 AND count(*) = count(authority) THEN min(authority)
            WHEN programme = 'pension' AND count(authority) = 0 THEN '{PENSION_AUTHORITY}' END,
        programme, programme, 'upgrade', now()
    FROM payout_batch WHERE programme ~ '^[a-z][a-z0-9_]{{0,31}}$' GROUP BY programme
    """,
    f"""
    INSERT INTO account (account_id, kind, owner, may_overdraw) VALUES ('{PENSIONS}', 'fund', 'pension', false)
    ON CONFLICT DO NOTHING
    """,
    f"""
    INSERT INTO payout_fund (fund, account_id, authority, name_ar, name_en, changed_by, changed_at)
    VALUES ('pension', '{PENSIONS}', '{PENSION_AUTHORITY}', 'صندوق المعاشات', 'Pensions', 'installation', now())
    ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO payout_programme (programme, fund, kind, name_ar, name_en, changed_by, changed_at)
    SELECT fund, fund, CASE fund WHEN 'pension' THEN 'pension' ELSE 'other' END, name_ar, name_en, changed_by,
        changed_at
    FROM payout_fund
    """,
]
FUNDS = [
    f"""
    INSERT INTO account (account_id, kind, owner, may_overdraw)
    SELECT '{TREASURY}', 'clearing', 'treasury', true WHERE EXISTS (SELECT FROM payout_fund) ON CONFLICT DO NOTHING
    """,
    # The accounts first: whoever is booking a chunk comes to its fund last.
    "SELECT account_id FROM account WHERE account_id IN (SELECT account_id FROM payout_fund)"
    " ORDER BY account_id FOR UPDATE",
    f"""
    WITH waiting AS (
        SELECT b.fund_id, sum(b.declared_total - b.paid_total - b.failed_total - p.done) AS amount
        FROM payout_batch b CROSS JOIN LATERAL (
            SELECT coalesce(sum(paid_total + failed_total), 0) AS done FROM payout_part WHERE batch_id = b.batch_id
        ) p WHERE b.state IN ('approved', 'booking') GROUP BY b.fund_id
    ), due AS (
        SELECT a.account_id, (greatest(0, coalesce(w.amount, 0) - a.balance))::bigint AS amount
        FROM account a JOIN payout_fund f USING (account_id) LEFT JOIN waiting w ON w.fund_id = a.account_id
    ), paid_in AS (
        UPDATE account a SET balance = a.balance + due.amount, version = a.version + 1, may_overdraw = false
        FROM due WHERE a.account_id = due.account_id
    ), paid_out AS (
        UPDATE account SET balance = balance - (SELECT sum(amount) FROM due), version = version + 1
        WHERE account_id = '{TREASURY}' AND EXISTS (SELECT FROM due WHERE amount > 0)
    )
    INSERT INTO transfer (transfer_id, debit_account_id, credit_account_id, amount, state, posted, kind, reference,
        business_day, created_at, settled_at)
    SELECT uuidv7(), '{TREASURY}', account_id, amount, 'posted', amount, 'funding', 'drawn before funds had balances',
        (now() AT TIME ZONE 'Africa/Cairo')::date, now(), now()
    FROM due WHERE amount > 0
    """,
]
BATCHES = [
    "ALTER TABLE payout_batch ADD COLUMN fund text, ADD COLUMN month date, ADD COLUMN value_date date,"
    " ADD COLUMN paying_account_id uuid REFERENCES account, ADD COLUMN submitted_by text,"
    " ADD COLUMN submitted_at timestamptz, ADD COLUMN retry_of uuid REFERENCES payout_batch,"
    " ADD COLUMN doubles_count bigint NOT NULL DEFAULT 0, ADD COLUMN digest bytea",
    "UPDATE payout_batch b SET fund = f.fund, authority = coalesce(b.authority, f.authority),"
    " month = date_trunc('month', b.made_at AT TIME ZONE 'Africa/Cairo')::date"
    " FROM payout_fund f WHERE f.fund = b.programme",
    "CREATE INDEX payout_batch_of_month ON payout_batch (authority, month)",
    "CREATE UNIQUE INDEX payout_batch_retried_once ON payout_batch (retry_of) WHERE state <> 'cancelled'",
    # A batch that waits for its approval is submitted again, so that what is approved has a digest and its makers' acts.
    "UPDATE payout_batch SET state = 'open' WHERE state = 'submitted'",
    # An approved batch waits for its value date as `due`: the version of the service before this one leaves it alone.
    "ALTER TABLE payout_batch DROP CONSTRAINT payout_batch_state_check",
    """
    ALTER TABLE payout_batch ADD CONSTRAINT payout_batch_state_check
        CHECK (state IN ('open', 'submitted', 'approved', 'due', 'booking', 'completed', 'cancelled'))
    """,
    "ALTER TABLE payout_batch DROP CONSTRAINT payout_batch_second_person",
    """
    ALTER TABLE payout_batch ADD CONSTRAINT payout_batch_second_person
        CHECK (state NOT IN ('approved', 'due', 'booking', 'completed') OR approved_by IS NOT NULL)
    """,
    # A reference is used once by whom it belongs to: another's use of it is none of anybody's business.
    "ALTER TABLE payout_batch DROP CONSTRAINT payout_batch_reference_key",
    "CREATE UNIQUE INDEX payout_batch_reference ON payout_batch (reference, authority) NULLS NOT DISTINCT",
]
ROWS = [
    "ALTER TABLE payout ADD COLUMN taken_out boolean NOT NULL DEFAULT false",
    "ALTER TABLE payout DROP CONSTRAINT payout_batch_id_item_reference_key",
    "CREATE UNIQUE INDEX payout_reference ON payout (batch_id, item_reference) WHERE NOT taken_out",
    "ALTER TABLE payout_part ADD COLUMN skipped_count bigint NOT NULL DEFAULT 0",
    "ALTER TABLE payout_part DROP CONSTRAINT payout_part_check1",
    """
    ALTER TABLE payout_part ADD CONSTRAINT payout_part_counts
        CHECK (paid_count + failed_count + skipped_count = booked - first + 1)
    """,
    """
    CREATE TABLE payout_file (
        batch_id uuid NOT NULL REFERENCES payout_batch,
        number integer NOT NULL,
        uploaded_by text NOT NULL,
        uploaded_at timestamptz NOT NULL,
        taken_count bigint NOT NULL,
        taken_total bigint NOT NULL,
        faulty_count bigint NOT NULL,
        PRIMARY KEY (batch_id, number)
    )
    """,
    """
    CREATE TABLE payout_fault (
        batch_id uuid NOT NULL REFERENCES payout_batch,
        position bigint NOT NULL,               -- from 1 on, in the order of files and rows
        file integer NOT NULL,
        row bigint NOT NULL,                    -- the line of the file; its header is line 1
        item_reference text,                    -- as far as it could be read; never who was to be paid
        code text NOT NULL,
        PRIMARY KEY (batch_id, position)
    )
    """,
    """
    CREATE TABLE payout_change (
        change_id uuid PRIMARY KEY,
        batch_id uuid NOT NULL REFERENCES payout_batch,
        number bigint NOT NULL,
        what text NOT NULL CHECK (what IN ('taken_out', 'corrected')),
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL,
        old_citizen_id uuid NOT NULL,
        old_amount bigint NOT NULL,
        new_citizen_id uuid,
        new_amount bigint
    )
    """,
    "CREATE INDEX payout_change_batch ON payout_change (batch_id, number)",
    """
    CREATE TRIGGER payout_change_stays BEFORE DELETE OR TRUNCATE OR UPDATE ON payout_change
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal()
    """,
    """
    CREATE TABLE payout_double (
        batch_id uuid NOT NULL REFERENCES payout_batch,
        position bigint NOT NULL,               -- from 1 on, in the order of the payouts
        number bigint NOT NULL,
        code text NOT NULL,
        other_batch_id uuid NOT NULL,
        other_number bigint NOT NULL,
        PRIMARY KEY (batch_id, position)
    )
    """,
]

# What was submitted is neither added to nor changed, whoever writes: what is approved is what is paid.
FROZEN = [
    """
    CREATE FUNCTION refuse_changed_payouts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM payout_batch WHERE batch_id = NEW.batch_id AND state <> 'open') THEN
            RAISE EXCEPTION 'the batch is not open' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER payout_is_frozen BEFORE UPDATE OF number, payout_id, item_reference, citizen_id, amount, taken_out
        ON payout FOR EACH ROW EXECUTE FUNCTION refuse_changed_payouts()
    """,
    """
    CREATE TRIGGER payout_stays BEFORE DELETE OR TRUNCATE ON payout
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal()
    """,
    """
    CREATE FUNCTION refuse_more_payouts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM payout_batch b JOIN (SELECT DISTINCT batch_id FROM made) m USING (batch_id)
            WHERE b.state <> 'open') THEN
            RAISE EXCEPTION 'the batch is not open' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER payout_is_added_while_open AFTER INSERT ON payout
        REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION refuse_more_payouts()
    """,
]


def upgrade() -> None:
    """The version of the service before this one runs on meanwhile, but for declaring: its batches would be nobody's."""
    for statement in (*PROGRAMMES, *FUNDS, *BATCHES, *ROWS, *FROZEN):
        op.execute(statement)
