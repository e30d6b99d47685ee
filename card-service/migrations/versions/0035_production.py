"""Cards made by a bureau: its keys, orders of cards, batches, and what came back of them."""

from __future__ import annotations

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

TABLES = [
    """
    CREATE TABLE bureau (
        bureau_id uuid PRIMARY KEY,
        name text NOT NULL,
        governorate text NOT NULL CHECK (governorate ~ '^[0-9]{2}$'),
        encryption_key jsonb NOT NULL,          -- public, as JWK
        signing_key jsonb NOT NULL,
        valid_from date NOT NULL,
        valid_to date NOT NULL CHECK (valid_to >= valid_from),
        proposal_id uuid NOT NULL,
        UNIQUE (governorate, name, valid_from)
    )
    """,
    """
    CREATE TABLE card_order (
        order_id uuid PRIMARY KEY,
        phase_id uuid NOT NULL REFERENCES rollout_phase,
        holders text NOT NULL CHECK (holders IN ('heads', 'adults')),
        most integer NOT NULL CHECK (most > 0),
        status text NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed')),
        state text NOT NULL CHECK (state IN ('proposed', 'approved', 'refused')),
        done_citizen uuid,
        requested integer NOT NULL DEFAULT 0,
        attempts integer NOT NULL DEFAULT 0,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX card_order_open ON card_order (attempts, order_id) WHERE status IN ('queued', 'running')",
    "ALTER TABLE card ADD COLUMN order_id uuid",
    "CREATE INDEX card_order_cards ON card (order_id, card_id) WHERE state = 'requested'",
    "CREATE INDEX card_to_make ON card (governorate, created_at, card_id) WHERE state = 'approved'",
    """
    CREATE TABLE production_batch (
        batch_id uuid PRIMARY KEY,
        bureau_id uuid NOT NULL REFERENCES bureau,
        governorate text NOT NULL,
        file text NOT NULL,                     -- encrypted for the bureau: nobody here can open it
        made_at timestamptz NOT NULL,
        made_by text NOT NULL
    )
    """,
    # A card that is made again is in a batch more; each serial is one piece of plastic, for ever.
    """
    CREATE TABLE batch_card (
        batch_id uuid NOT NULL REFERENCES production_batch,
        card_id uuid NOT NULL REFERENCES card,
        outcome text CHECK (outcome IN ('produced', 'spoiled')),
        serial text UNIQUE,
        PRIMARY KEY (batch_id, card_id),
        CONSTRAINT what_was_made_has_a_serial CHECK ((outcome IS NOT DISTINCT FROM 'produced') = (serial IS NOT NULL))
    )
    """,
    "CREATE INDEX batch_card_card ON batch_card (card_id)",
    """
    CREATE TABLE production_return (
        return_id uuid PRIMARY KEY,
        batch_id uuid NOT NULL REFERENCES production_batch,
        produced integer NOT NULL,
        spoiled integer NOT NULL,
        taken_at timestamptz NOT NULL,
        taken_by text NOT NULL
    )
    """,
    """
    CREATE TABLE production_mismatch (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        return_id uuid NOT NULL REFERENCES production_return,
        batch_id uuid NOT NULL,
        row integer,
        card_id uuid,
        code text NOT NULL
    )
    """,
    "CREATE INDEX production_mismatch_batch ON production_mismatch (batch_id, number)",
    # The serial of the piece that is the card now, and none while it is being made again.
    "ALTER TABLE card ADD COLUMN serial text UNIQUE",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in TABLES:
        op.execute(statement)
