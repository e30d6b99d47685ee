"""API clients, terminals with their enrolment codes, signing keys, used assertions.

Revision ID: 0001
"""

from __future__ import annotations

from alembic import op
from chassis.migrations import chassis_ddl

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SIGNING_KEY = """
    CREATE TABLE signing_key (
        kid text PRIMARY KEY,
        public_key bytea NOT NULL CHECK (octet_length(public_key) = 32),
        sealed_with text NOT NULL,
        sealed_private_key bytea,
        created_at timestamptz NOT NULL,
        signs_from timestamptz NOT NULL UNIQUE,
        CHECK (signs_from >= created_at)
    )
"""

API_CLIENT = """
    CREATE TABLE api_client (
        client_id text PRIMARY KEY CHECK (client_id ~ '^[a-z0-9][a-z0-9._~-]{1,127}$'),
        name text NOT NULL,
        scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
        governorate text CHECK (governorate ~ '^[0-9]{2}$'),
        site_id uuid,
        marked_with text NOT NULL,
        secret_mark bytea NOT NULL CHECK (octet_length(secret_mark) = 32),
        created_at timestamptz NOT NULL,
        created_by text NOT NULL,
        suspended_at timestamptz,
        suspension_reason text,
        CHECK ((suspended_at IS NULL) = (suspension_reason IS NULL))
    )
"""

TERMINAL = """
    CREATE TABLE terminal (
        terminal_id uuid PRIMARY KEY,
        outlet_id uuid NOT NULL,
        kind text NOT NULL,
        governorate text NOT NULL,
        key_id text UNIQUE,
        public_key bytea CHECK (octet_length(public_key) = 32),
        enrolled_at timestamptz,
        suspended_at timestamptz,
        CHECK ((public_key IS NULL) = (key_id IS NULL) AND (public_key IS NULL) = (enrolled_at IS NULL))
    )
"""

ENROLMENT_CODE = """
    CREATE TABLE enrolment_code (
        terminal_id uuid PRIMARY KEY REFERENCES terminal ON DELETE CASCADE,
        marked_with text NOT NULL,
        code_mark bytea NOT NULL CHECK (octet_length(code_mark) = 32),
        tries_left smallint NOT NULL CHECK (tries_left >= 0),
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        issued_by text NOT NULL
    )
"""

USED_ASSERTION = """
    CREATE TABLE used_assertion (
        client_id text NOT NULL,
        jti text NOT NULL,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (client_id, jti)
    )
"""


def upgrade() -> None:
    tables = (SIGNING_KEY, API_CLIENT, TERMINAL, ENROLMENT_CODE, USED_ASSERTION)
    index = "CREATE INDEX used_assertion_age ON used_assertion (expires_at)"
    for statement in (*chassis_ddl(), *tables, index):
        op.execute(statement)

