"""Write the edge's table of routes from what the services declare: `python -m tools.routes [--check]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from api_gateway.route import COLUMNS, Upstream, fields
from chassis.app import endpoints_of
from tools.services import service_app

# Not asked of `api_gateway.routes`, which reads the table as soon as it is imported.
TABLE = Path(__file__).parents[1] / "gateway/src/api_gateway/routes.txt"


def render() -> str:
    """The table: a line a route, by service, path and method."""
    rows = [
        fields(service, endpoint)
        for service in Upstream
        for endpoint in sorted(endpoints_of(service_app(service)), key=lambda one: (one.path, one.method))
    ]
    remark = "# Written by `make schemas` from the routes' declarations in the services; change those, not this file.\n"
    head = ("# " + COLUMNS[0], *COLUMNS[1:])
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(COLUMNS))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows))
    return remark + "".join(f"{line.rstrip()}\n" for line in lines)


def main(arguments: list[str] | None = None) -> int:
    """Write the table, or with --check compare; 1 where it is not up to date."""
    parser = argparse.ArgumentParser(prog="python -m tools.routes", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare with what is checked in")
    wanted = render()
    if not parser.parse_args(arguments).check:
        TABLE.write_text(wanted, encoding="utf-8")
    elif not TABLE.is_file() or TABLE.read_text(encoding="utf-8") != wanted:
        print("gateway/src/api_gateway/routes.txt: not up to date, run `make schemas`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
