"""Change requests with their acts, evidence and views; codes for another mobile; claims on months drawn by the dead."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = [
    """
    CREATE TABLE change_request (
        request_id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind <> ''),
        state text NOT NULL
            CHECK (state IN ('unproven', 'waiting', 'announced', 'done', 'refused', 'withdrawn', 'lapsed')),
        household_id uuid NOT NULL REFERENCES household,
        citizen_id uuid REFERENCES citizen,
        details_sealed bytea NOT NULL,
        subject_mark bytea NOT NULL CHECK (octet_length(subject_mark) = 32),  -- keyed: what it asks about
        fact_on date NOT NULL,
        month date NOT NULL CHECK (extract(day FROM month) = 1),
        checked boolean NOT NULL,       -- whether another person decides, as the policies said when it was entered
        entered_by text NOT NULL CHECK (entered_by <> ''),
        entered_through text,
        entered_for text,               -- the authority acted for
        entered_session text,
        by_client boolean NOT NULL,
        entered_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        escalated_at timestamptz,
        takes_effect_on date,
        held boolean NOT NULL DEFAULT false,  -- bread goes on until the appeal is decided
        decided_by text,
        decided_at timestamptz,
        reason_code text,
        changes uuid[] NOT NULL DEFAULT '{}',
        founded uuid REFERENCES household,
        proposal_id uuid REFERENCES proposal,
        appeal text CHECK (appeal IN ('open', 'won', 'lost')),
        appeal_until date,
        appeal_due_at timestamptz,
        appeal_escalated_at timestamptz,
        before_sealed bytea,            -- the mobile of before
        appeal_proposal_id uuid REFERENCES proposal,
        updated_at timestamptz NOT NULL,
        CONSTRAINT refusals_say_why CHECK (state <> 'refused' OR reason_code IS NOT NULL),
        CONSTRAINT decisions_have_a_day CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
        CONSTRAINT announced_for_a_day CHECK (state <> 'announced' OR takes_effect_on IS NOT NULL)
    )
    """,
    # The same is asked for once at a time.
    "CREATE UNIQUE INDEX change_request_open ON change_request (subject_mark)"
    " WHERE state IN ('unproven', 'waiting', 'announced')",
    "CREATE INDEX change_request_household ON change_request (household_id, request_id)",
    "CREATE INDEX change_request_citizen ON change_request (citizen_id) WHERE citizen_id IS NOT NULL",
    "CREATE INDEX change_request_updated ON change_request (updated_at, request_id)",
    "CREATE INDEX change_request_due ON change_request (due_at) WHERE state IN ('unproven', 'waiting')",
    "CREATE INDEX change_request_announced ON change_request (takes_effect_on) WHERE state = 'announced'",
    "CREATE INDEX change_request_appealed ON change_request (appeal_due_at) WHERE appeal = 'open'",
    """
    CREATE TABLE change_request_act (
        request_id uuid NOT NULL REFERENCES change_request,
        number integer NOT NULL CHECK (number > 0),
        act text NOT NULL CHECK (act <> ''),
        who text NOT NULL CHECK (who <> ''),
        through text,
        office text,
        session text,
        at timestamptz NOT NULL,
        reason_code text,
        note_sealed bytea,
        PRIMARY KEY (request_id, number)
    )
    """,
    """
    CREATE TABLE change_request_evidence (
        evidence_id uuid PRIMARY KEY,
        request_id uuid NOT NULL REFERENCES change_request,
        media_type text CHECK (media_type IN ('application/pdf', 'image/jpeg', 'image/png')),
        size integer CHECK (size > 0),
        content_sealed bytea,
        archive_reference text,
        mark bytea NOT NULL CHECK (octet_length(mark) = 32),  -- keyed digest of the content or reference
        entered_by text NOT NULL CHECK (entered_by <> ''),
        entered_at timestamptz NOT NULL,
        CONSTRAINT a_file_or_a_reference CHECK ((content_sealed IS NULL) <> (archive_reference IS NULL)),
        CONSTRAINT files_have_a_type_and_a_size CHECK (
            (content_sealed IS NULL) = (media_type IS NULL) AND (content_sealed IS NULL) = (size IS NULL)),
        UNIQUE (request_id, mark)
    )
    """,
    # Sealed bytes do not compress; kept out of line and never tried.
    "ALTER TABLE change_request_evidence ALTER COLUMN content_sealed SET STORAGE EXTERNAL",
    """
    CREATE TABLE change_request_view (
        view_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        evidence_id uuid NOT NULL REFERENCES change_request_evidence,
        who text NOT NULL CHECK (who <> ''),
        through text,
        office text,
        session text,
        at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX change_request_view_evidence ON change_request_view (evidence_id)",
    """
    CREATE TABLE mobile_code (
        request_id uuid NOT NULL REFERENCES change_request,
        number text NOT NULL CHECK (number IN ('new', 'old')),
        mark bytea NOT NULL CHECK (octet_length(mark) = 32),  -- keyed: never the code
        sent integer NOT NULL DEFAULT 1 CHECK (sent > 0),
        tries_left integer NOT NULL CHECK (tries_left >= 0),
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        PRIMARY KEY (request_id, number)
    )
    """,
    """
    CREATE TABLE months_claim (
        claim_id uuid PRIMARY KEY,
        request_id uuid NOT NULL REFERENCES change_request,
        household_id uuid NOT NULL REFERENCES household,
        citizen_id uuid NOT NULL REFERENCES citizen,
        first_month date NOT NULL CHECK (extract(day FROM first_month) = 1),
        last_month date NOT NULL CHECK (last_month >= first_month AND extract(day FROM last_month) = 1),
        state text NOT NULL CHECK (state IN ('open', 'pursued', 'waived')),
        entered_at timestamptz NOT NULL,
        decided_by text,
        decided_at timestamptz,
        note text,
        UNIQUE (request_id),
        CONSTRAINT decided_claims_say_by_whom CHECK ((state = 'open') = (decided_by IS NULL))
    )
    """,
    "CREATE INDEX months_claim_open ON months_claim (claim_id) WHERE state = 'open'",
]

# Until when codes to this number open neither a wallet nor a PIN.
COLUMNS = ["ALTER TABLE citizen ADD COLUMN mobile_new_until timestamptz"]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (*TABLES, *COLUMNS):
        op.execute(statement)
