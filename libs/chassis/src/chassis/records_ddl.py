"""DDL of the record: appended only, in partitions by month."""

from __future__ import annotations

_RECORD = [
    """
    CREATE TABLE record (
        record_id uuid NOT NULL,
        at timestamptz NOT NULL,
        who text NOT NULL,
        kind text NOT NULL,
        through text,
        session text,
        office text,
        roles text NOT NULL,
        purpose text,
        case_number text,
        request_id uuid NOT NULL,
        operation text NOT NULL,
        action text NOT NULL CHECK (action IN ('read', 'change')),
        outcome text NOT NULL,
        classes text NOT NULL,
        object_kind text,
        object_id text,
        citizen_id uuid,
        household_id uuid,
        card_id uuid,
        before bytea,
        after bytea,
        PRIMARY KEY (record_id, at)
    ) PARTITION BY RANGE (at)
    """,
    "CREATE INDEX record_of_citizen ON record (citizen_id, record_id) WHERE citizen_id IS NOT NULL",
    "CREATE INDEX record_of_household ON record (household_id, record_id) WHERE household_id IS NOT NULL",
    "CREATE INDEX record_of_card ON record (card_id, record_id) WHERE card_id IS NOT NULL",
    # Whom a breach concerns is asked by a window of time; rows come in its order.
    "CREATE INDEX record_age ON record USING brin (at) WITH (pages_per_range = 16, autosummarize = on)",
    "CREATE TABLE record_rest PARTITION OF record DEFAULT",
]
_CHAIN = [
    """
    CREATE TABLE record_link (
        month date NOT NULL,
        position bigint NOT NULL,
        record_id uuid NOT NULL,
        at timestamptz NOT NULL,
        mac bytea NOT NULL,
        PRIMARY KEY (month, position),
        UNIQUE (month, record_id)
    ) PARTITION BY RANGE (month)
    """,
    "CREATE TABLE record_link_rest PARTITION OF record_link DEFAULT",
    "CREATE TABLE record_pending (record_id uuid PRIMARY KEY, at timestamptz NOT NULL)",
    # What stays of a month whose partitions are gone: where its chain ended.
    """
    CREATE TABLE record_head (
        month date PRIMARY KEY,
        position bigint NOT NULL,
        mac bytea NOT NULL,
        closed_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
]
# A person's key, wrapped; to delete the row is to erase what was sealed under it.
_KEYS = [
    "CREATE TABLE record_key (owner uuid PRIMARY KEY, wrapped bytea NOT NULL,"
    " made_at timestamptz NOT NULL DEFAULT clock_timestamp())",
]

# The functions run with the owner's rights, whoever calls them, in the schema they were made in and no other.
_OWN_SCHEMA = "SELECT set_config('search_path', format('%I, pg_temp', current_schema()), true)"
_PARTITIONS = [
    _OWN_SCHEMA,
    """
    CREATE FUNCTION make_record_partitions(month date) RETURNS boolean LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DECLARE
        this CONSTANT date := date_trunc('month', now() AT TIME ZONE 'utc');
        next_month CONSTANT date := month + interval '1 month';
        name CONSTANT text := to_char(month, 'YYYYMM');
    BEGIN
        IF month IS NULL OR month <> date_trunc('month', month) OR month NOT BETWEEN this AND this + 62 THEN
            RAISE EXCEPTION 'no partition for the records of %', month USING ERRCODE = 'invalid_parameter_value';
        END IF;
        IF to_regclass('record_' || name) IS NOT NULL
            OR EXISTS (SELECT FROM record_rest r WHERE r.at >= make_record_partitions.month AND r.at < next_month)
            OR EXISTS (SELECT FROM record_link_rest r WHERE r.month = make_record_partitions.month) THEN
            RETURN false;
        END IF;
        EXECUTE format('CREATE TABLE %I PARTITION OF record FOR VALUES FROM (%L) TO (%L)',
            'record_' || name, month::timestamp AT TIME ZONE 'utc', next_month::timestamp AT TIME ZONE 'utc');
        EXECUTE format('CREATE TABLE %I PARTITION OF record_link FOR VALUES FROM (%L) TO (%L)',
            'record_link_' || name, month, next_month);
        RETURN true;
    END $$
    """,
    # Drops what is older than a year and whose head is kept, and nothing else, whoever asks.
    """
    CREATE FUNCTION drop_record_partitions(month date) RETURNS boolean LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DECLARE
        this CONSTANT date := date_trunc('month', now() AT TIME ZONE 'utc');
        name CONSTANT text := to_char(month, 'YYYYMM');
    BEGIN
        IF month IS NULL OR month > this - interval '12 months' THEN
            RAISE EXCEPTION 'the records of % are kept', month USING ERRCODE = 'invalid_parameter_value';
        END IF;
        IF NOT EXISTS (
            SELECT FROM pg_inherits WHERE inhparent = 'record'::regclass AND inhrelid = to_regclass('record_' || name)
        ) OR NOT EXISTS (SELECT FROM record_head h WHERE h.month = drop_record_partitions.month) THEN
            RETURN false;
        END IF;
        EXECUTE format('DROP TABLE %I', 'record_' || name);
        EXECUTE format('DROP TABLE %I', 'record_link_' || name);
        RETURN true;
    END $$
    """,
]


def records_ddl() -> list[str]:
    """Statements for a later revision of each service: the record, its chain, the keys of people."""
    return [*_RECORD, *_CHAIN, *_KEYS, *_PARTITIONS]
