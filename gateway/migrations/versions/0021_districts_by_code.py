"""The areas of the list of districts; what is bound to a district says its whole code, as tokens do."""

from alembic import op
from sqlalchemy import text

from chassis.districts import DISTRICTS

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_AREA = text(
    "INSERT INTO area (area, name_en, name_ar) VALUES (:code, :name_en, :name_ar)"
    " ON CONFLICT (area) DO UPDATE SET name_en = excluded.name_en, name_ar = excluded.name_ar"
)


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.get_bind().execute(_AREA, [district._asdict() for district in DISTRICTS.values()])
    op.execute(
        "UPDATE proposal SET district = governorate || '.' || district"
        " WHERE governorate IS NOT NULL AND district ~ '^[0-9]{2}$'"
    )
