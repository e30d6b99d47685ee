"""Memberships over time and decisions on entitlement; what a household and a citizen are known by beside."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MONTH = "CHECK (extract(day FROM {0}) = 1)"
TABLES = [
    # uuid with a range in one exclusion constraint; a trusted extension, which the owner of the database may make.
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    f"""
    CREATE TABLE register_change (
        change_id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind <> ''),
        household_id uuid NOT NULL,
        citizen_id uuid,
        fact_on date NOT NULL,
        decided_at timestamptz NOT NULL,
        effective_month date NOT NULL {MONTH.format("effective_month")},
        decided_by text NOT NULL CHECK (decided_by <> ''),
        reason text,
        evidence text
    )
    """,
    "CREATE INDEX register_change_household ON register_change (household_id, change_id)",
    "CREATE INDEX register_change_citizen ON register_change (citizen_id, change_id) WHERE citizen_id IS NOT NULL",
    f"""
    CREATE TABLE membership (
        membership_id uuid PRIMARY KEY,
        citizen_id uuid NOT NULL,
        household_id uuid NOT NULL,
        role text NOT NULL CHECK (role IN ('head', 'spouse', 'child', 'parent', 'other')),
        since date NOT NULL,
        until date CHECK (until >= since),
        first_month date NOT NULL {MONTH.format("first_month")},
        left_month date {MONTH.format("left_month")},
        granted text[] NOT NULL DEFAULT '{{}}' CHECK (granted <@ ARRAY['goods', 'bread', 'health']),
        join_reason text NOT NULL CHECK (join_reason <> ''),
        leave_reason text,
        joined_by uuid REFERENCES register_change,
        left_by uuid REFERENCES register_change,
        CONSTRAINT who_left_has_a_day_a_month_and_a_reason CHECK (
            (until IS NULL) = (left_month IS NULL) AND (until IS NULL) = (leave_reason IS NULL)
            AND (left_by IS NULL OR until IS NOT NULL))
    )
    """,
    f"""
    CREATE TABLE entitlement_decision (
        change_id uuid NOT NULL REFERENCES register_change,
        citizen_id uuid NOT NULL,
        programme text NOT NULL CHECK (programme IN ('goods', 'bread', 'health')),
        ground text NOT NULL CHECK (ground <> ''),
        counts boolean NOT NULL,
        month date NOT NULL {MONTH.format("month")},
        basis text CHECK (basis IS NULL OR programme = 'health'),
        decided_at timestamptz NOT NULL,
        PRIMARY KEY (change_id, citizen_id, programme, ground)
    )
    """,
    "CREATE INDEX entitlement_decision_citizen ON entitlement_decision (citizen_id)",
    """
    CREATE TABLE former_national_id (
        citizen_id uuid NOT NULL,
        national_id_hash bytea NOT NULL CHECK (octet_length(national_id_hash) = 32),
        national_id_sealed bytea NOT NULL,
        change_id uuid NOT NULL REFERENCES register_change,
        PRIMARY KEY (citizen_id, national_id_hash)
    )
    """,
    "CREATE INDEX former_national_id_hash ON former_national_id (national_id_hash)",
]

# Who belongs to a household now has belonged to it since both were registered, as far as this register knows, and
# counts for all programmes from that month on, so that sizes stay what they are.
_REGISTERED = "(greatest(c.registered_at, h.registered_at) AT TIME ZONE 'Africa/Cairo')::date"
_SINCE = (
    f"greatest({_REGISTERED},"
    " (SELECT max(before.until) FROM membership before WHERE before.citizen_id = c.citizen_id))"
)


def enter(citizens: str, since: str = _SINCE) -> str:
    """Let citizens belong to their households, from a day that is given as SQL."""
    return f"""
    INSERT INTO membership (membership_id, citizen_id, household_id, role, since, first_month, granted, join_reason)
    SELECT uuidv7(), c.citizen_id, c.household_id, c.role, {since}, date_trunc('month', {since})::date,
        ARRAY['goods', 'bread', 'health'], 'registered'
    FROM {citizens} c JOIN household h USING (household_id)
"""  # noqa: S608 - a part of a statement takes only text of the statement around it


# The first time there is no membership before. To look for one would read, for each citizen, all that this statement
# itself has written: of a million citizens it would not end.
EVERYBODY = enter("citizen", _REGISTERED)
NOT_YET = " WHERE NOT EXISTS (SELECT FROM membership m WHERE m.citizen_id = c.citizen_id AND m.until IS NULL)"

CONSTRAINTS = [
    # Nobody belongs to two households on one day.
    """
    ALTER TABLE membership ADD CONSTRAINT one_household_at_a_time
        EXCLUDE USING gist (citizen_id WITH =, daterange(since, until) WITH &&)
    """,
    "CREATE INDEX membership_citizen ON membership (citizen_id)",
    "CREATE INDEX membership_household ON membership (household_id)",
    "CREATE UNIQUE INDEX one_head_at_a_time ON membership (household_id) WHERE role = 'head' AND until IS NULL",
]

# What the version of the service before this one writes meanwhile becomes memberships too. This version keeps them
# itself and says so in its transaction.
FOLLOW = [
    f"""
    CREATE FUNCTION follow_citizens() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        day CONSTANT date := (now() AT TIME ZONE 'Africa/Cairo')::date;
    BEGIN
        IF current_setting('card.memberships', true) = 'kept' THEN
            RETURN NULL;
        END IF;
        UPDATE membership m SET until = greatest(m.since, day), leave_reason = 'removed',
            left_month = (date_trunc('month', day) + interval '1 month')::date
        FROM written c WHERE c.citizen_id = m.citizen_id AND m.until IS NULL
            AND (c.household_id IS DISTINCT FROM m.household_id OR c.role IS DISTINCT FROM m.role);
        {enter("written")} {NOT_YET};
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER citizens_entered AFTER INSERT ON citizen REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION follow_citizens()
    """,
    """
    CREATE TRIGGER citizens_changed AFTER UPDATE ON citizen REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION follow_citizens()
    """,
]

COLUMNS = [
    """
    ALTER TABLE household
        ADD COLUMN status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'ended')),
        ADD COLUMN ended_on date,
        ADD COLUMN end_reason text,
        ADD COLUMN issued_in text CHECK (issued_in ~ '^[0-9]{2}$'),
        ADD COLUMN legal_basis text,
        ADD COLUMN ration_card_hash bytea CHECK (octet_length(ration_card_hash) = 32),
        ADD COLUMN ration_card_sealed bytea,
        ADD CONSTRAINT ration_card_is_whole CHECK ((ration_card_hash IS NULL) = (ration_card_sealed IS NULL)),
        ADD CONSTRAINT ended_households_say_when_and_why
            CHECK ((status = 'ended') = (ended_on IS NOT NULL) AND (status = 'ended') = (end_reason IS NOT NULL)),
        DROP CONSTRAINT household_members_check,
        ADD CONSTRAINT only_ended_households_are_empty
            CHECK (members >= 1 OR (members = 0 AND status = 'ended')) NOT VALID
    """,
    """
    ALTER TABLE citizen
        ADD COLUMN life text NOT NULL DEFAULT 'alive' CHECK (life IN ('alive', 'deceased')),
        ADD COLUMN died_on date,
        ADD COLUMN address text,
        ADD CONSTRAINT the_deceased_have_a_day CHECK ((life = 'deceased') = (died_on IS NOT NULL))
    """,
    "CREATE UNIQUE INDEX one_household_a_ration_card ON household (ration_card_hash) WHERE status = 'active'",
]

# Checked once for all rows, which is faster than row by row; new rows are held against them from here on.
REFERENCES = [
    "ALTER TABLE register_change ADD FOREIGN KEY (household_id) REFERENCES household,"
    " ADD FOREIGN KEY (citizen_id) REFERENCES citizen",
    "ALTER TABLE membership ADD FOREIGN KEY (household_id) REFERENCES household,"
    " ADD FOREIGN KEY (citizen_id) REFERENCES citizen",
    "ALTER TABLE entitlement_decision ADD FOREIGN KEY (citizen_id) REFERENCES citizen",
    "ALTER TABLE former_national_id ADD FOREIGN KEY (citizen_id) REFERENCES citizen",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile.

    What must lock the tables it writes to comes last, behind the work; whom it has entered since is taken in then.
    """
    since = enter("citizen") + NOT_YET
    for statement in (*TABLES, EVERYBODY, *CONSTRAINTS, *FOLLOW, *COLUMNS, since, *REFERENCES):
        op.execute(statement)
