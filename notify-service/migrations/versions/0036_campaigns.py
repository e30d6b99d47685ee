"""Campaigns: their texts, audiences and messages, and where households live."""

from __future__ import annotations

from alembic import op

from chassis.restating.ddl import lacking

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE campaign_text (
        text_id uuid PRIMARY KEY,
        name text NOT NULL,
        version integer NOT NULL CHECK (version > 0),
        ar text NOT NULL,
        en text NOT NULL,
        variables jsonb NOT NULL,          -- type by name
        entered_by text NOT NULL,
        approved_by text NOT NULL,
        approved_at timestamptz NOT NULL,
        UNIQUE (name, version)
    )
    """,
    """
    CREATE TABLE campaign (
        campaign_id uuid PRIMARY KEY,
        name text NOT NULL,
        governorate text,                  -- whose it is; none: the nation's
        text_id uuid NOT NULL REFERENCES campaign_text,
        "values" jsonb NOT NULL,
        filter jsonb,                      -- none: the audience came by file
        ar text NOT NULL,                  -- as they are sent
        en text NOT NULL,
        parts smallint NOT NULL CHECK (parts > 0),
        parts_per_second integer NOT NULL CHECK (parts_per_second > 0),
        messages_per_week integer NOT NULL CHECK (messages_per_week > 0),
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
        state text NOT NULL CHECK (state IN ('draft', 'proposed', 'queueing', 'running', 'paused', 'cancelling',
                                             'cancelled', 'ended')),
        after uuid,                        -- the last citizen that was looked at while queueing
        all_queued boolean NOT NULL DEFAULT false,
        tokens double precision NOT NULL DEFAULT 0,  -- parts that the rate allows, as of released_at
        released_at timestamptz,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        started_at timestamptz,
        ended_at timestamptz
    )
    """,
    "CREATE INDEX campaign_at_work ON campaign (campaign_id)"
    " WHERE state IN ('queueing', 'running', 'cancelling')",
    """
    CREATE TABLE campaign_recipient (
        campaign_id uuid NOT NULL REFERENCES campaign,
        citizen_id uuid NOT NULL,
        PRIMARY KEY (campaign_id, citizen_id)
    )
    """,
    "CREATE INDEX campaign_recipient_by_citizen ON campaign_recipient (citizen_id)",
    """
    CREATE TABLE campaign_release (
        campaign_id uuid NOT NULL REFERENCES campaign,
        day date NOT NULL,
        messages integer NOT NULL CHECK (messages >= 0),
        PRIMARY KEY (campaign_id, day)
    )
    """,
    """
    CREATE TABLE household_place (
        household_id uuid PRIMARY KEY,
        revision bigint NOT NULL,
        district text NOT NULL,
        members smallint NOT NULL
    )
    """,
    lacking("households", 2, "districts and members", "EXISTS (SELECT FROM contact)"),
    "CREATE INDEX card_holder_by_citizen ON card_holder (citizen_id)",
    "ALTER TABLE message ADD COLUMN campaign_id uuid",
    # Each citizen once a campaign, whatever became of the message.
    "CREATE UNIQUE INDEX message_of_campaign ON message (campaign_id, citizen_id) WHERE campaign_id IS NOT NULL",
    "CREATE INDEX message_by_campaign ON message (campaign_id, status) WHERE campaign_id IS NOT NULL",
    "CREATE INDEX message_held_back ON message (campaign_id, id)"
    " WHERE campaign_id IS NOT NULL AND status = 'queued' AND NOT ready",
    # What waits for its turn in a campaign waits for no contact.
    "DROP INDEX message_without_contact",
    "CREATE INDEX message_without_contact ON message (citizen_id)"
    " WHERE status = 'queued' AND NOT ready AND campaign_id IS NULL",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
