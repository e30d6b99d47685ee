"""`python -m api_gateway.edge`: write Envoy's configuration, or check that the one checked in is up to date."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from api_gateway.edge import CHECKED_IN, render
from api_gateway.edge.settings import EdgeSettings, defaults


def main() -> int:
    """Write the configuration for the settings of the environment; with --check compare the one checked in."""
    parser = argparse.ArgumentParser(prog="python -m api_gateway.edge", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if gateway/envoy.yaml is not what would be written")
    parser.add_argument(
        "--output", type=Path, help="write here, with UNICARD_EDGE_… applied (default: gateway/envoy.yaml)"
    )
    arguments = parser.parse_args()
    if arguments.check:
        if CHECKED_IN.read_text(encoding="utf-8") == render(defaults()):
            return 0
        sys.stderr.write("gateway/envoy.yaml is out of date: run python -m api_gateway.edge\n")
        return 1
    if arguments.output:
        arguments.output.write_text(render(EdgeSettings()), encoding="utf-8")
    else:
        CHECKED_IN.write_text(render(defaults()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
