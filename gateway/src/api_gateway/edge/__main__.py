"""`python -m api_gateway.edge --output FILE`: write Envoy's configuration for the settings of the environment."""

from __future__ import annotations

import argparse
from pathlib import Path

from api_gateway.edge import render
from api_gateway.edge.settings import EdgeSettings


def main() -> None:
    """Write the configuration. Raises ValidationError where a setting is wrong."""
    parser = argparse.ArgumentParser(prog="python -m api_gateway.edge", description=__doc__)
    parser.add_argument("--output", type=Path, required=True, help="write here, with UNICARD_EDGE_… applied")
    parser.parse_args().output.write_text(render(EdgeSettings()), encoding="utf-8")


if __name__ == "__main__":
    main()
