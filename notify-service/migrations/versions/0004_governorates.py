"""Where citizens live: whoever is bound to a governorate reads the messages of its citizens only.

Contacts of before belong to the nation until card-service tells of them again.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.execute("ALTER TABLE contact ADD COLUMN governorate text")
