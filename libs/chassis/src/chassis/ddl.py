"""DDL: the tables the chassis needs in every service's own database."""

from __future__ import annotations

OUTBOX = [
    """
    CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY,
        created_on date NOT NULL DEFAULT (now() AT TIME ZONE 'utc')::date,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        event_id uuid NOT NULL,
        type text NOT NULL,
        topic text NOT NULL,
        key text,
        time timestamptz NOT NULL,
        traceparent text,
        payload bytea NOT NULL
    ) PARTITION BY RANGE (created_on)
    """,
    "CREATE INDEX outbox_order ON outbox (id)",
    "CREATE TABLE outbox_rest PARTITION OF outbox DEFAULT",
    """
    CREATE TABLE outbox_cursor (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        id bigint NOT NULL DEFAULT 0,
        cluster_id text
    )
    """,
    "INSERT INTO outbox_cursor DEFAULT VALUES",
]

INBOX = [
    """
    CREATE TABLE inbox (
        event_id uuid PRIMARY KEY,
        handled_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    # Rows come in the order of time, so this small index finds the old ones.
    "CREATE INDEX inbox_age ON inbox USING brin (handled_at) WITH (pages_per_range = 16, autosummarize = on)",
    """
    CREATE TABLE parked_event (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        state text NOT NULL CHECK (state IN ('dead', 'parked', 'replayed', 'discarded')),
        topic text NOT NULL,
        partition integer NOT NULL,
        log_offset bigint NOT NULL,
        key text,
        event_id uuid,
        type text,
        headers jsonb NOT NULL,
        value bytea,
        reason text NOT NULL,
        parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        settled_at timestamptz
    )
    """,
    # An event stands aside once, wherever in the log it comes again; one without an id is known by its place.
    "CREATE UNIQUE INDEX parked_event_once ON parked_event (event_id) WHERE state IN ('dead', 'parked')",
    """
    CREATE UNIQUE INDEX parked_event_place ON parked_event (topic, partition, log_offset, md5(value))
        NULLS NOT DISTINCT WHERE event_id IS NULL
    """,
    "CREATE INDEX parked_event_open ON parked_event (key, id) WHERE state IN ('dead', 'parked')",
]

IDEMPOTENCY = [
    """
    CREATE TABLE idempotency (
        caller text NOT NULL,
        key text NOT NULL,
        request_hash bytea NOT NULL,
        status smallint NOT NULL,
        media_type text,
        body bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (caller, key)
    )
    """,
    "CREATE INDEX idempotency_age ON idempotency (created_at)",
]

SUSPENDED = [
    """
    CREATE TABLE suspended_subject (
        subject text PRIMARY KEY,
        reason text NOT NULL,
        since timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
]

# The one row comes with the first move. A version tells which of two moves a process hears of is the newer one.
TRAINING = [
    """
    CREATE TABLE training_clock (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        version bigint NOT NULL DEFAULT 1,
        ahead interval NOT NULL
    )
    """,
]

ASIDE = [
    """
    CREATE TABLE set_aside (
        worker text NOT NULL,
        item text NOT NULL,
        attempts integer NOT NULL,
        reason text NOT NULL,
        since timestamptz NOT NULL DEFAULT clock_timestamp(),
        next_at timestamptz NOT NULL,
        PRIMARY KEY (worker, item)
    )
    """,
]

# Who settled an event that stood aside, and why: those that the consumer handles by itself name nobody.
SETTLED = [
    "ALTER TABLE parked_event ADD COLUMN settled_by text, ADD COLUMN settled_reason text",
]

# Which transaction settled it: settled events are listed in the order of this, not in that of standing aside. Those of
# before carry none and come first.
SETTLED_IN_ORDER = [
    "ALTER TABLE parked_event ADD COLUMN settled_in xid8",
    "CREATE INDEX parked_event_settled ON parked_event (coalesce(settled_in, '0'::xid8), id)"
    " WHERE state IN ('replayed', 'discarded')",
]


# Comes before functions that run with the owner's rights: they see the schema they were made in, and no other.
OWN_SCHEMA = "SELECT set_config('search_path', format('%I, pg_temp', current_schema()), true)"


def definer(signature: str, body: str) -> str:
    """A function that runs with the owner's rights, whoever calls it; a package grants it to the service by name."""
    return f"CREATE FUNCTION {signature} LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$ {body} $$"


OUTBOX_FUNCTIONS = [
    OWN_SCHEMA,
    definer(
        "make_outbox_partition(day date) RETURNS boolean",
        """
    DECLARE
        today CONSTANT date := (now() AT TIME ZONE 'utc')::date;
        part CONSTANT text := 'outbox_' || to_char(day, 'YYYYMMDD');
    BEGIN
        IF day IS NULL OR day NOT BETWEEN today - 1 AND today + 7 THEN
            RAISE EXCEPTION 'no partition is made for the events of %', day USING ERRCODE = 'invalid_parameter_value';
        END IF;
        IF to_regclass(part) IS NOT NULL OR EXISTS (SELECT FROM outbox_rest WHERE created_on = day) THEN
            RETURN false;
        END IF;
        EXECUTE format('CREATE TABLE %I PARTITION OF outbox FOR VALUES FROM (%L) TO (%L)', part, day, day + 1);
        RETURN true;
    END
    """,
    ),
    # Drops what is older than yesterday and was published, and nothing else, whoever asks.
    definer(
        "drop_outbox_partition(day date) RETURNS boolean",
        """
    DECLARE
        today CONSTANT date := (now() AT TIME ZONE 'utc')::date;
        part CONSTANT text := 'outbox_' || to_char(day, 'YYYYMMDD');
        unsent boolean;
    BEGIN
        IF day IS NULL OR day >= today - 1 THEN
            RAISE EXCEPTION 'the events of % are kept', day USING ERRCODE = 'invalid_parameter_value';
        END IF;
        IF NOT EXISTS (
            SELECT FROM pg_inherits WHERE inhparent = 'outbox'::regclass AND inhrelid = to_regclass(part)
        ) THEN
            RETURN false;
        END IF;
        EXECUTE format(
            'SELECT EXISTS (SELECT FROM %I WHERE id > coalesce((SELECT id FROM outbox_cursor), 0))', part
        ) INTO unsent;
        IF NOT unsent THEN
            EXECUTE format('DROP TABLE %I', part);
        END IF;
        RETURN NOT unsent;
    END
    """,
    ),
    definer(
        "prune_outbox_rest(before date) RETURNS bigint",
        """
    DECLARE
        today CONSTANT date := (now() AT TIME ZONE 'utc')::date;
        pruned bigint;
    BEGIN
        IF before IS NULL OR before >= today THEN
            RAISE EXCEPTION 'the events before % are kept', before USING ERRCODE = 'invalid_parameter_value';
        END IF;
        DELETE FROM outbox_rest WHERE created_on < before AND id <= coalesce((SELECT id FROM outbox_cursor), 0);
        GET DIAGNOSTICS pruned = ROW_COUNT;
        RETURN pruned;
    END
    """,
    ),
]


def chassis_ddl() -> list[str]:
    """Statements for a service's first revision, to be executed one by one."""
    return [*OUTBOX, *INBOX, *IDEMPOTENCY, *SUSPENDED]


def rendered_events_ddl() -> list[str]:
    """Statements for a service that renders events of a row of its own when they are published (`chassis.relay`)."""
    return [
        "ALTER TABLE outbox ALTER COLUMN payload DROP NOT NULL, ADD COLUMN source_id uuid",
        "ALTER TABLE outbox ADD CONSTRAINT outbox_said CHECK (payload IS NOT NULL OR source_id IS NOT NULL) NOT VALID",
    ]


def training_ddl() -> list[str]:
    """Statements for a later revision of each service: where a training system's business time stands."""
    return list(TRAINING)


def aside_ddl() -> list[str]:
    """Statements for a later revision of each service: what its workers have set aside."""
    return list(ASIDE)


def outbox_functions_ddl() -> list[str]:
    """Statements for a later revision of each service: functions that make and drop the outbox's partitions."""
    return list(OUTBOX_FUNCTIONS)


def settled_ddl() -> list[str]:
    """Statements for a later revision of each service: who settled an event that stood aside, and why."""
    return list(SETTLED)


def settled_in_order_ddl() -> list[str]:
    """Statements for a later revision of each service: which transaction settled an event that stood aside."""
    return list(SETTLED_IN_ORDER)
