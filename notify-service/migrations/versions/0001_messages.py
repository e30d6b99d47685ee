"""Contacts, messages and what citizens send."""

from alembic import op

from chassis.migrations import chassis_ddl

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CONTACT = [
    """
    CREATE TABLE contact (
        citizen_id uuid PRIMARY KEY,
        household_id uuid NOT NULL,
        language text NOT NULL CHECK (language IN ('ar', 'en')),
        number_hash bytea,                -- keyed: finds who wrote, tells nobody the number
        sealed bytea NOT NULL,            -- number and given name
        changed_at timestamptz NOT NULL,
        opted_out_at timestamptz
    )
    """,
    "CREATE INDEX contact_by_number ON contact (number_hash) WHERE number_hash IS NOT NULL",
    """
    CREATE TABLE card_holder (
        card_id uuid PRIMARY KEY,
        citizen_id uuid NOT NULL,
        household_id uuid NOT NULL
    )
    """,
]

MESSAGE = [
    """
    CREATE TABLE message (
        id uuid PRIMARY KEY,
        event_id uuid NOT NULL,
        template text NOT NULL,
        priority smallint NOT NULL,
        citizen_id uuid,                  -- none: an answer to a number nobody registered
        household_id uuid,
        subject uuid,                     -- the card or inquiry it is about
        status text NOT NULL DEFAULT 'queued'
            CHECK (status IN ('queued', 'sending', 'sent', 'delivered', 'failed', 'cancelled')),
        ready boolean NOT NULL,           -- whom to send to is known
        content bytea,                    -- sealed: facts while it waits, then the text; erased in the end
        language text CHECK (language IN ('ar', 'en')),
        encoding text CHECK (encoding IN ('gsm7', 'ucs2')),
        parts smallint CHECK (parts > 0),
        attempts smallint NOT NULL DEFAULT 0,
        refusals smallint NOT NULL DEFAULT 0,
        lease uuid,
        lease_until timestamptz,
        provider_id text,
        reason text,
        created_at timestamptz NOT NULL,
        not_before timestamptz,           -- none: at once
        expires_at timestamptz NOT NULL,
        sent_at timestamptz,
        ended_at timestamptz,
        UNIQUE (event_id, template),
        CHECK (status <> 'sending' OR (lease IS NOT NULL AND lease_until IS NOT NULL)),
        CHECK ((status IN ('delivered', 'failed', 'cancelled')) = (ended_at IS NOT NULL)),
        CHECK (status <> 'failed' OR reason IS NOT NULL)
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX message_queue ON message (priority, id) WHERE status = 'queued' AND ready",
    "CREATE INDEX message_without_contact ON message (citizen_id) WHERE status = 'queued' AND NOT ready",
    "CREATE INDEX message_expiring ON message (expires_at) WHERE status = 'queued'",
    "CREATE INDEX message_leased ON message (lease_until) WHERE status = 'sending'",
    "CREATE INDEX message_by_subject ON message (subject) WHERE subject IS NOT NULL",
    "CREATE INDEX message_by_citizen ON message (citizen_id, id)",
    "CREATE INDEX message_to_erase ON message (created_at) WHERE content IS NOT NULL",
    """
    CREATE TABLE send_pace (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        tokens double precision NOT NULL DEFAULT 0,
        refilled_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "INSERT INTO send_pace DEFAULT VALUES",
]

INBOUND = [
    """
    CREATE TABLE inbound_message (
        provider_id text PRIMARY KEY,
        number_hash bytea,                -- none where the sender is no mobile number
        topic text NOT NULL CHECK (topic IN ('balance', 'help', 'opt_out', 'opt_in')),
        outcome text NOT NULL CHECK (outcome IN ('asked', 'answered', 'unknown_number', 'ignored')),
        received_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX inbound_message_by_number ON inbound_message (number_hash, received_at)",
    "CREATE INDEX inbound_message_age ON inbound_message (received_at)",
]


def upgrade() -> None:
    for statement in [*chassis_ddl(), *CONTACT, *MESSAGE, *INBOUND]:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the first revision is not undone: drop the database")
