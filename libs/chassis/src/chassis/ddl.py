"""The tables the chassis needs in every service's own database."""

from __future__ import annotations

OUTBOX = [
    """
    CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY,
        xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
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
    "CREATE INDEX outbox_order ON outbox (xid, id)",
    "CREATE TABLE outbox_rest PARTITION OF outbox DEFAULT",
    """
    CREATE TABLE outbox_cursor (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        xid xid8 NOT NULL DEFAULT '0',
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
        settled_at timestamptz,
        UNIQUE (topic, partition, log_offset, event_id)
    )
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


def chassis_ddl() -> list[str]:
    """Statements for a service's first revision, to be executed one by one."""
    return [*OUTBOX, *INBOX, *IDEMPOTENCY, *SUSPENDED]
