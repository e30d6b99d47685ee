"""Signing in: factors, sessions, codes and refresh tokens, attempts, citizens' codes.

A person's or citizen's id has no foreign key: people are kept by another part, and a person who left stays on record.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

PASSWORD = """
    CREATE TABLE password (
        person_id uuid PRIMARY KEY,
        hash text NOT NULL CHECK (hash LIKE '$argon2id$%'),
        changed_at timestamptz NOT NULL,
        must_change boolean NOT NULL DEFAULT false
    )
"""
TOTP = """
    CREATE TABLE totp (
        person_id uuid PRIMARY KEY,
        secret_sealed bytea NOT NULL,
        last_timecode bigint NOT NULL,
        confirmed_at timestamptz NOT NULL
    )
"""
PASSKEY = """
    CREATE TABLE passkey (
        credential_id bytea PRIMARY KEY,
        person_id uuid NOT NULL,
        public_key bytea NOT NULL,
        sign_count bigint NOT NULL,
        aaguid uuid NOT NULL,
        backed_up boolean NOT NULL,
        label text NOT NULL CHECK (length(label) BETWEEN 1 AND 100),
        added_at timestamptz NOT NULL,
        last_used_at timestamptz
    )
"""
RECOVERY_CODE = """
    CREATE TABLE recovery_code (
        person_id uuid NOT NULL,
        marked_with text NOT NULL,
        mark bytea NOT NULL CHECK (octet_length(mark) = 32),
        made_at timestamptz NOT NULL,
        used_at timestamptz,
        PRIMARY KEY (person_id, mark)
    )
"""
IDENTITY_LINK = """
    CREATE TABLE identity_link (
        issuer text NOT NULL,
        subject text NOT NULL,
        person_id uuid NOT NULL,
        linked_at timestamptz NOT NULL,
        PRIMARY KEY (issuer, subject)
    )
"""
SESSION = """
    CREATE TABLE session (
        sid uuid PRIMARY KEY,
        person_id uuid,
        citizen_id uuid,
        client_id text NOT NULL,
        cookie_mark bytea UNIQUE CHECK (octet_length(cookie_mark) = 32),
        office text,
        device text NOT NULL,
        door text NOT NULL,
        external_sid text,
        started_at timestamptz NOT NULL,
        auth_time timestamptz NOT NULL,
        amr text[] NOT NULL CHECK (cardinality(amr) > 0),
        acr text NOT NULL,
        last_seen timestamptz NOT NULL,
        idle_seconds integer NOT NULL CHECK (idle_seconds > 0),
        ends_at timestamptz NOT NULL CHECK (ends_at > started_at),
        ended_at timestamptz,
        ended_why text,
        CHECK (num_nonnulls(person_id, citizen_id) = 1),
        CHECK ((ended_at IS NULL) = (ended_why IS NULL)),
        CHECK ((person_id IS NULL) = (office IS NULL))
    )
"""
AUTHORIZATION_CODE = """
    CREATE TABLE authorization_code (
        mark bytea PRIMARY KEY CHECK (octet_length(mark) = 32),
        client_id text NOT NULL,
        redirect_uri text NOT NULL,
        challenge text NOT NULL,
        nonce text NOT NULL,
        scope text NOT NULL,
        sid uuid NOT NULL REFERENCES session ON DELETE CASCADE,
        expires_at timestamptz NOT NULL,
        used_at timestamptz
    )
"""
REFRESH_TOKEN = """
    CREATE TABLE refresh_token (
        mark bytea PRIMARY KEY CHECK (octet_length(mark) = 32),
        sid uuid NOT NULL REFERENCES session ON DELETE CASCADE,
        client_id text NOT NULL,
        scope text NOT NULL,
        issued_at timestamptz NOT NULL,
        replaced_at timestamptz
    )
"""
SIGN_IN_ATTEMPT = """
    CREATE TABLE sign_in_attempt (
        at timestamptz NOT NULL,
        person_mark bytea NOT NULL,
        address_mark bytea NOT NULL,
        door text NOT NULL,
        outcome text NOT NULL
    )
"""
SIGN_IN_DELAY = """
    CREATE TABLE sign_in_delay (
        mark bytea NOT NULL CHECK (octet_length(mark) = 32),
        door text NOT NULL,
        failures integer NOT NULL CHECK (failures > 0),
        not_before timestamptz NOT NULL,
        PRIMARY KEY (mark, door)
    )
"""
CODE_CHALLENGE = """
    CREATE TABLE code_challenge (
        challenge_id uuid PRIMARY KEY,
        citizen_id uuid,
        person_mark bytea NOT NULL,
        marked_with text NOT NULL,
        code_mark bytea NOT NULL CHECK (octet_length(code_mark) = 32),
        tries_left smallint NOT NULL CHECK (tries_left >= 0),
        sent_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz
    )
"""
INDEXES = (
    "CREATE INDEX passkey_of_person ON passkey (person_id)",
    "CREATE INDEX identity_link_of_person ON identity_link (person_id)",
    "CREATE INDEX session_of_person ON session (person_id, started_at) WHERE ended_at IS NULL",
    "CREATE INDEX session_of_citizen ON session (citizen_id, started_at) WHERE ended_at IS NULL",
    "CREATE INDEX session_of_provider ON session (external_sid) WHERE external_sid IS NOT NULL AND ended_at IS NULL",
    "CREATE INDEX session_end ON session (ends_at)",
    "CREATE INDEX authorization_code_of_session ON authorization_code (sid)",
    "CREATE INDEX refresh_token_of_session ON refresh_token (sid)",
    "CREATE INDEX sign_in_attempt_of_address ON sign_in_attempt (address_mark, at)",
    "CREATE INDEX sign_in_attempt_age ON sign_in_attempt (at)",
    "CREATE INDEX sign_in_delay_age ON sign_in_delay (not_before)",
    "CREATE INDEX code_challenge_of_person ON code_challenge (person_mark, sent_at)",
    "CREATE INDEX code_challenge_age ON code_challenge (sent_at)",
)


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    tables = (
        PASSWORD, TOTP, PASSKEY, RECOVERY_CODE, IDENTITY_LINK, SESSION, AUTHORIZATION_CODE, REFRESH_TOKEN,
        SIGN_IN_ATTEMPT, SIGN_IN_DELAY, CODE_CHALLENGE,
    )  # fmt: skip
    for statement in (*tables, *INDEXES):
        op.execute(statement)
