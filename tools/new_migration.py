"""Add an empty migration to a service: `python -m tools.new_migration card "give cards a colour"`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

_TEMPLATE = '''"""{title}."""

from alembic import op

revision = "{number}"
down_revision = "{previous}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.execute("")
'''


def new_migration(root: Path, service: str, message: str) -> Path:
    """Write the file and return it. Raises ValueError where there is no such service or nothing is said."""
    places = {place.parent.name.removesuffix("-service"): place for place in root.glob("*/migrations")}
    if service not in places:
        raise ValueError(f"service must be one of {', '.join(sorted(places))}, not {service!r}")
    words = re.findall(r"[a-z0-9]+", message.lower())
    if not words:
        raise ValueError('say what changes: make migration service=card m="what changes"')
    versions = places[service] / "versions"
    previous = max(path.name.split("_", 1)[0] for path in versions.glob("[0-9]*.py"))
    number = f"{int(previous) + 1:04d}"
    title = message.strip().rstrip(".")
    path = versions / f"{number}_{'_'.join(words[:6])}.py"
    path.write_text(
        _TEMPLATE.format(title=title[0].upper() + title[1:], number=number, previous=previous), encoding="utf-8"
    )
    return path


def main(arguments: list[str]) -> int:
    """Add the migration, or say what is missing."""
    service, message = (*arguments, "", "")[:2]
    try:
        path = new_migration(ROOT, service, message)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
