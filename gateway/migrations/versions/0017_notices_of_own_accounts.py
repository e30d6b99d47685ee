"""What people are told of changes of their own accounts, and in which browser they were made."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.execute("ALTER TABLE notice DROP CONSTRAINT notice_kind_check")
    op.execute(
        "ALTER TABLE notice ADD CHECK (kind IN ('administrator_recovered', 'account_set_up', 'account_linked',"
        " 'password_set', 'authenticator_connected', 'passkey_added', 'passkey_removed', 'recovery_codes_renewed',"
        " 'recovery_code_used'))"
    )
    op.execute("ALTER TABLE notice ADD COLUMN device text, ADD COLUMN tried_at timestamptz")
    op.execute("CREATE INDEX notice_of_person ON notice (person_id, at)")
