"""`python -m tools.bureau keys|personalise`: a personalisation bureau at its own desk."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tools.bureau.keys import BureauKeys, issuer_keys
from tools.bureau.personalising import FAULTS, BatchUnreadable, made, opened, plant, signed


def _keys(given: argparse.Namespace) -> None:
    keys = BureauKeys.new(given.name)
    keys.write(given.keys)
    print(json.dumps(keys.public()))


def _personalise(given: argparse.Namespace) -> None:
    keys = BureauKeys.read(given.keys)
    batch = opened(given.file.read_text(encoding="utf-8").strip(), keys, issuer_keys(given.issuer))
    rows = [row for row in made(batch, given.prefix) if not given.only or row["card_id"] in given.only]
    plant(rows, given.plant)
    given.out.write_text(signed(batch, rows, keys), encoding="utf-8")
    print(json.dumps({"batch_id": batch["batch_id"], "cards": len(batch["cards"]), "rows": len(rows)}))


def main(arguments: list[str] | None = None) -> int:
    """Make keys, or make the cards of a batch; 1 where a file cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m tools.bureau", description=__doc__)
    commands = parser.add_subparsers(required=True)
    keys = commands.add_parser(
        "keys", help="make a pair to be encrypted for and one to sign with; prints the public halves"
    )
    keys.set_defaults(run=_keys)
    keys.add_argument("--name", required=True, help="the beginning of the keys' ids")
    keys.add_argument("--keys", type=Path, required=True, help="where the private halves are kept")
    cards = commands.add_parser("personalise", help="open a batch, and sign what was made of it")
    cards.set_defaults(run=_personalise)
    cards.add_argument("--file", type=Path, required=True, help="the batch, as the issuer gave it")
    cards.add_argument("--keys", type=Path, required=True, help="the bureau's private keys")
    cards.add_argument("--issuer", type=Path, required=True, help="the issuer's public keys (JWK set)")
    cards.add_argument("--out", type=Path, required=True, help="where the signed return is written")
    cards.add_argument("--prefix", default="EG1", help="the beginning of the serials")
    cards.add_argument("--plant", nargs="*", choices=sorted(FAULTS), default=[], help="rows to make wrong")
    cards.add_argument("--only", nargs="*", default=[], metavar="CARD_ID", help="cards to be made again, not all")
    given = parser.parse_args(arguments)
    try:
        given.run(given)
    except (BatchUnreadable, OSError, ValueError, KeyError) as error:
        print(f"bureau: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
