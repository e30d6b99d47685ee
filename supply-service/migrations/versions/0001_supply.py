"""Policies, outlets, cards and households, pots, redemptions, offline sales, outlet days."""

from alembic import op
from chassis.migrations import chassis_ddl

revision = "0001"
down_revision = None

POLICIES = [
    """
    CREATE TABLE policy (
        policy_id uuid PRIMARY KEY,
        key text NOT NULL,
        scope text NOT NULL,                    -- canonical: name=value,name=value in order of the names
        value jsonb,
        expression text,
        effective_from date NOT NULL,
        effective_to date,                      -- the last day
        legal_reference text NOT NULL,
        source text NOT NULL,
        confidence text NOT NULL
            CHECK (confidence IN ('sourced', 'conflicting', 'inferred', 'unverified', 'chosen')),
        entered_by text NOT NULL,
        approved_by text,                       -- on record but not applied while nobody has approved it
        note text NOT NULL DEFAULT '',
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CHECK ((value IS NULL) <> (expression IS NULL)),
        CHECK (effective_to IS NULL OR effective_to >= effective_from),
        UNIQUE (key, scope, effective_from),
        -- One value a day. A one-point range of the hash stands for equality, so that no extension is needed.
        EXCLUDE USING gist (
            int8range(hashtextextended(key || '?' || scope, 0), hashtextextended(key || '?' || scope, 0), '[]') WITH &&,
            daterange(effective_from, effective_to, '[]') WITH &&
        )
    )
    """,
    """
    CREATE TABLE catalogue_item (
        item text PRIMARY KEY,
        name_ar text NOT NULL,
        name_en text NOT NULL,
        limit_group text,
        limit_units integer NOT NULL DEFAULT 1 CHECK (limit_units > 0)
    )
    """,
    # What processes keep in memory; a change raises the version in its own transaction.
    """
    CREATE TABLE change_counter (
        subject text PRIMARY KEY,
        version bigint NOT NULL DEFAULT 1
    )
    """,
    "INSERT INTO change_counter (subject) VALUES ('policies'), ('terminals')",
]

OUTLETS = [
    """
    CREATE TABLE outlet (
        outlet_id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('bakery', 'grocer', 'gameaty', 'complex')),
        name_ar text NOT NULL,
        name_en text NOT NULL,
        governorate text NOT NULL CHECK (governorate ~ '^[0-9]{2}$'),
        district text NOT NULL,
        fuel text,
        loaf_type text,
        registered_at timestamptz NOT NULL,
        CHECK (kind = 'bakery' OR (fuel IS NULL AND loaf_type IS NULL))
    )
    """,
    "CREATE INDEX outlet_place ON outlet (governorate, outlet_id)",
    """
    CREATE TABLE terminal (
        terminal_id uuid PRIMARY KEY,
        outlet_id uuid NOT NULL REFERENCES outlet,
        serial text NOT NULL UNIQUE,
        model text NOT NULL,
        status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
        suspension_reason text,
        key_id text,
        public_key text,
        registered_at timestamptz NOT NULL,
        changed bigint NOT NULL,                -- the version of change_counter 'terminals' that brought it
        CHECK ((status = 'suspended') = (suspension_reason IS NOT NULL))
    )
    """,
    "CREATE INDEX terminal_changed ON terminal (changed)",
    "CREATE INDEX terminal_outlet ON terminal (outlet_id)",
]

CARDS = [
    # Every write to a household's pots or card goes through its version: what was read under an older one is void.
    """
    CREATE TABLE household (
        household_id uuid PRIMARY KEY,
        version bigint NOT NULL DEFAULT 1,
        governorate text NOT NULL,
        district text NOT NULL DEFAULT '',
        members integer NOT NULL CHECK (members BETWEEN 0 AND 200),
        revision integer NOT NULL DEFAULT 0,    -- of card-service's household, so that a late event changes nothing
        activated_on date,
        opened date,                            -- the latest month whose pots are there, all of them
        debt_bread integer NOT NULL DEFAULT 0 CHECK (debt_bread >= 0),
        debt_goods integer NOT NULL DEFAULT 0 CHECK (debt_goods >= 0),
        debt_points integer NOT NULL DEFAULT 0 CHECK (debt_points >= 0)
    ) WITH (fillfactor = 70)
    """,
    """
    CREATE TABLE card (
        card_id uuid PRIMARY KEY,
        household_id uuid NOT NULL,
        citizen_id uuid,
        state text NOT NULL CHECK (state IN ('issued', 'active', 'closed')),
        blocked_at timestamptz,
        supply boolean NOT NULL DEFAULT false,
        activated_at timestamptz,
        replaced_by uuid
    )
    """,
    "CREATE INDEX card_household ON card (household_id)",
]

POTS = [
    """
    CREATE TABLE pot (
        household_id uuid NOT NULL,
        period date NOT NULL CHECK (extract(day FROM period) = 1),
        programme text NOT NULL CHECK (programme IN ('bread', 'goods', 'bread_points')),
        granted integer NOT NULL CHECK (granted >= 0),
        remaining integer NOT NULL,
        members integer NOT NULL,
        daily integer NOT NULL DEFAULT 0 CHECK (daily >= 0),
        drawn_days integer NOT NULL DEFAULT 0 CHECK (drawn_days >= 0),
        drawn_units text,                       -- JSON {limit group: units}, NULL while nothing was counted
        PRIMARY KEY (household_id, period, programme),
        CHECK (remaining BETWEEN 0 AND granted)
    ) WITH (fillfactor = 70)
    """,
    """
    CREATE TABLE redemption (
        household_id uuid NOT NULL,
        redemption_id uuid NOT NULL,
        period date NOT NULL,
        business_day date NOT NULL,
        card_id uuid NOT NULL,
        terminal_id uuid NOT NULL,
        outlet_id uuid NOT NULL,
        governorate text NOT NULL,
        occurred_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        offline boolean NOT NULL DEFAULT false,
        conflict text,
        loaves integer NOT NULL CHECK (loaves >= 0),
        goods integer NOT NULL CHECK (goods >= 0),
        cash integer NOT NULL CHECK (cash >= 0),
        lines jsonb NOT NULL,
        -- Ids ascend with time, so the index grows at its end. A household's draws are found by its entries.
        PRIMARY KEY (redemption_id, period)
    ) PARTITION BY RANGE (period)
    """,
    "CREATE TABLE redemption_rest PARTITION OF redemption DEFAULT",
    "CREATE INDEX redemption_outlet_day ON redemption (outlet_id, business_day)",
    # Draws, debts and points taken back lower a pot, reversals raise it: their sum is granted - remaining.
    # Overdraws less their reversals less debts is what the household still owes.
    """
    CREATE TABLE entry (
        household_id uuid NOT NULL,
        source_id uuid NOT NULL,
        period date NOT NULL,
        programme text NOT NULL,
        line smallint NOT NULL,
        kind text NOT NULL
            CHECK (kind IN ('draw', 'reversal', 'debt', 'taken_back', 'overdraw', 'overdraw_reversal')),
        quantity integer NOT NULL CHECK (quantity > 0),
        PRIMARY KEY (household_id, source_id, period, programme, line, kind)
    ) PARTITION BY RANGE (period)
    """,
    "CREATE TABLE entry_rest PARTITION OF entry DEFAULT",
    """
    CREATE TABLE stored_answer (
        terminal_id uuid NOT NULL,
        key text NOT NULL,
        day date NOT NULL,
        fingerprint bytea NOT NULL,
        status smallint NOT NULL,
        body bytea NOT NULL,
        PRIMARY KEY (terminal_id, key, day)
    ) PARTITION BY RANGE (day)
    """,
    "CREATE TABLE stored_answer_rest PARTITION OF stored_answer DEFAULT",
    """
    CREATE TABLE reversal (
        redemption_id uuid PRIMARY KEY,         -- a draw is reversed once
        reversal_id uuid NOT NULL UNIQUE,
        household_id uuid NOT NULL,
        card_id uuid NOT NULL,
        terminal_id uuid NOT NULL,
        outlet_id uuid NOT NULL,
        business_day date NOT NULL,
        occurred_at timestamptz NOT NULL,
        reason text NOT NULL,
        loaves integer NOT NULL,
        goods integer NOT NULL,
        cash integer NOT NULL
    )
    """,
    "CREATE INDEX reversal_outlet_day ON reversal (outlet_id, business_day)",
]

OFFLINE = [
    """
    CREATE TABLE offline_sale (
        terminal_id uuid NOT NULL,
        sequence bigint NOT NULL CHECK (sequence > 0),
        sale_id uuid NOT NULL,
        hash bytea NOT NULL,
        previous_hash bytea NOT NULL,
        status text NOT NULL CHECK (status IN ('applied', 'overdrawn', 'rejected')),
        code text,
        redemption_id uuid,
        document bytea NOT NULL,                -- the sale as it was signed, signature included
        received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (terminal_id, sequence),
        UNIQUE (terminal_id, sale_id),
        CHECK ((status = 'rejected') = (redemption_id IS NULL)),
        CHECK ((status = 'applied') = (code IS NULL))
    )
    """,
    """
    CREATE TABLE offline_fork (
        terminal_id uuid NOT NULL,
        sequence bigint NOT NULL,
        hash bytea NOT NULL,
        code text NOT NULL,
        document bytea NOT NULL,
        found_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (terminal_id, sequence, hash)
    )
    """,
]

DAYS = [
    """
    CREATE TABLE outlet_day (
        outlet_id uuid NOT NULL,
        business_day date NOT NULL,
        closed_at timestamptz NOT NULL,
        closed_by text NOT NULL,
        PRIMARY KEY (outlet_id, business_day)
    )
    """,
    # Each sale and reversal is in exactly one part: the day's own, or, come later, one of a day closed afterwards.
    """
    CREATE TABLE outlet_day_part (
        outlet_id uuid NOT NULL,
        business_day date NOT NULL,             -- the day that was closed
        sold_on date NOT NULL,                  -- the day the figures belong to
        redemptions integer NOT NULL,
        reversals integer NOT NULL,
        loaves integer NOT NULL,
        goods_amount bigint NOT NULL,
        cash_amount bigint NOT NULL,
        PRIMARY KEY (outlet_id, business_day, sold_on),
        FOREIGN KEY (outlet_id, business_day) REFERENCES outlet_day,
        CHECK (sold_on <= business_day)
    )
    """,
    "CREATE INDEX outlet_day_part_sold ON outlet_day_part (outlet_id, sold_on)",
]


def upgrade() -> None:
    for statement in (*chassis_ddl(), *POLICIES, *OUTLETS, *CARDS, *POTS, *OFFLINE, *DAYS):
        op.execute(statement)
