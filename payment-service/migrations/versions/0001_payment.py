"""The ledger, wallets, payout batches, and the chassis' tables."""

from alembic import op
from chassis.migrations import chassis_ddl

revision = "0001"
down_revision = None

LEDGER = [
    """
    CREATE TABLE account (
        account_id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('wallet', 'merchant', 'provider', 'fund', 'clearing')),
        owner text NOT NULL,
        currency char(3) NOT NULL DEFAULT 'EGP',
        may_overdraw boolean NOT NULL DEFAULT false,
        balance bigint NOT NULL DEFAULT 0,
        held bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
        version bigint NOT NULL DEFAULT 0,
        opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT account_owner UNIQUE (kind, owner, currency),
        CONSTRAINT account_not_overdrawn CHECK (may_overdraw OR balance - held >= 0)
    ) WITH (fillfactor = 70)
    """,
    # One row is both legs: what leaves one account arrives in the other, so the sum of all entries is zero
    # whatever anybody writes.
    """
    CREATE TABLE transfer (
        transfer_id uuid PRIMARY KEY,
        debit_account_id uuid NOT NULL REFERENCES account,
        credit_account_id uuid NOT NULL REFERENCES account,
        amount bigint NOT NULL CHECK (amount > 0),
        state text NOT NULL CHECK (state IN ('pending', 'posted', 'voided', 'expired')),
        posted bigint NOT NULL DEFAULT 0,
        refunded bigint NOT NULL DEFAULT 0,
        kind text NOT NULL,
        reference text NOT NULL DEFAULT '',
        refund_of uuid REFERENCES transfer,
        expires_at timestamptz,
        details jsonb,
        business_day date NOT NULL,
        created_at timestamptz NOT NULL,
        settled_at timestamptz,
        CONSTRAINT transfer_two_accounts CHECK (debit_account_id <> credit_account_id),
        CONSTRAINT transfer_posted CHECK (
            CASE state WHEN 'posted' THEN posted BETWEEN 1 AND amount ELSE posted = 0 END
        ),
        CONSTRAINT transfer_refunded CHECK (refunded BETWEEN 0 AND posted),
        CONSTRAINT transfer_pending_expires CHECK (state <> 'pending' OR expires_at IS NOT NULL)
    ) WITH (fillfactor = 85)
    """,
    "CREATE INDEX transfer_debit ON transfer (debit_account_id, transfer_id)",
    "CREATE INDEX transfer_credit ON transfer (credit_account_id, transfer_id)",
    "CREATE INDEX transfer_day ON transfer (business_day, kind)",
    "CREATE INDEX transfer_pending ON transfer (expires_at) WHERE state = 'pending'",
    """
    CREATE VIEW entry AS
        SELECT debit_account_id AS account_id, transfer_id, -posted AS amount, kind, reference, business_day,
            settled_at FROM transfer WHERE state = 'posted'
        UNION ALL
        SELECT credit_account_id, transfer_id, posted, kind, reference, business_day, settled_at
        FROM transfer WHERE state = 'posted'
    """,
    """
    CREATE FUNCTION refuse_removal() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER transfer_stays BEFORE DELETE OR TRUNCATE ON transfer
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal()
    """,
    """
    CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (OLD.state <> 'pending' AND NEW.state <> OLD.state)
            OR NEW.refunded < OLD.refunded
            OR (NEW.debit_account_id, NEW.credit_account_id, NEW.amount) IS DISTINCT FROM
               (OLD.debit_account_id, OLD.credit_account_id, OLD.amount)
            OR (OLD.state = 'posted' AND NEW.posted <> OLD.posted) THEN
            RAISE EXCEPTION 'a settled transfer is not rewritten' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER transfer_settles_once BEFORE UPDATE ON transfer
        FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()
    """,
    """
    CREATE TABLE ledger_answer (
        caller text NOT NULL,
        key text NOT NULL,
        fingerprint bytea NOT NULL,
        status smallint NOT NULL,
        body bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (caller, key)
    )
    """,
    "CREATE INDEX ledger_answer_age ON ledger_answer (created_at)",
]

WALLETS = [
    """
    CREATE TABLE wallet (
        citizen_id uuid PRIMARY KEY,
        wallet_id uuid NOT NULL UNIQUE REFERENCES account,
        household_id uuid NOT NULL
    )
    """,
    "CREATE INDEX wallet_household ON wallet (household_id)",
    """
    CREATE TABLE card (
        card_id uuid PRIMARY KEY,
        citizen_id uuid NOT NULL,
        household_id uuid NOT NULL,
        state text NOT NULL CHECK (state IN ('active', 'blocked', 'closed'))
    )
    """,
    "CREATE INDEX card_citizen ON card (citizen_id)",
]

PAYOUTS = [
    """
    CREATE TABLE payout_batch (
        batch_id uuid PRIMARY KEY,
        reference text NOT NULL UNIQUE,
        programme text NOT NULL,
        fund_id uuid NOT NULL REFERENCES account,
        declared_count bigint NOT NULL CHECK (declared_count > 0),
        declared_total bigint NOT NULL CHECK (declared_total > 0),
        state text NOT NULL CHECK (state IN ('open', 'submitted', 'approved', 'completed', 'cancelled')),
        made_by text NOT NULL,
        approved_by text CHECK (approved_by <> made_by),
        made_at timestamptz NOT NULL,
        approved_at timestamptz,
        completed_at timestamptz,
        paid_count bigint NOT NULL DEFAULT 0,
        paid_total bigint NOT NULL DEFAULT 0,
        failed_count bigint NOT NULL DEFAULT 0,
        failed_total bigint NOT NULL DEFAULT 0,
        CONSTRAINT payout_batch_second_person CHECK (state NOT IN ('approved', 'completed') OR approved_by IS NOT NULL)
    )
    """,
    """
    CREATE TABLE payout (
        batch_id uuid NOT NULL REFERENCES payout_batch,
        number bigint NOT NULL,
        payout_id uuid NOT NULL UNIQUE DEFAULT uuidv7(),
        item_reference text NOT NULL,
        citizen_id uuid NOT NULL,
        amount bigint NOT NULL CHECK (amount > 0),
        state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'paid', 'failed')),
        reason text,
        PRIMARY KEY (batch_id, number),
        UNIQUE (batch_id, item_reference)
    ) WITH (fillfactor = 70)
    """,
    "CREATE INDEX payout_waiting ON payout (batch_id, number) WHERE state = 'waiting'",
]


def upgrade() -> None:
    for statement in (*chassis_ddl(), *LEDGER, *WALLETS, *PAYOUTS):
        op.execute(statement)
