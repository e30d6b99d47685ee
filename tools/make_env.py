"""Write .env for docker compose from .env.example, secrets made up: `python3 tools/make_env.py [FILE]`.

A file that is there keeps every line; settings that are new since are added at its end. Needs no library.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / ".env.example"
_SETTING = re.compile(r"^(?P<name>[A-Z][A-Z0-9_]*)=(?P<value>.*)$", re.MULTILINE)


def password() -> str:
    """32 characters that need no quoting anywhere."""
    return secrets.token_urlsafe(24)


def key() -> str:
    """32 random bytes in base64url."""
    return _unpadded(secrets.token_bytes(32))


def ring() -> str:
    """A ring of one key, named for the day a second one joins it."""
    return f"k1:{key()}"


def given() -> str:
    """Nothing: somebody else gives them, none is made up."""
    return ""


def _unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


# What is secret, by the end of its name.
_MAKERS: Mapping[str, Callable[[], str]] = {
    "_PASSWORD": password,
    "_PASSWORDS": given,
    "_SECRET": password,
    "_TOKEN": password,
    "_KEYS": ring,
    "_KEY": key,
}


def maker(name: str) -> Callable[[], str] | None:
    """What makes a value for a setting of that name; None where it is not secret."""
    return next((make for end, make in _MAKERS.items() if name.endswith(end)), None)


def settings(text: str) -> dict[str, str]:
    """Names and values of a file of settings."""
    found = (_SETTING.match(line) for line in text.splitlines())
    return {match["name"]: match["value"] for match in found if match}


def line_for(name: str, value: str) -> str:
    """The line of a setting, made up where it is secret and has no value."""
    make = maker(name)
    return f"{name}={make() if make and not value else value}"


def whole(example: str) -> str:
    """The example with its secrets filled in."""
    return _SETTING.sub(lambda match: line_for(match["name"], match["value"]), example)


def news(example: str, known: Mapping[str, str]) -> str:
    """The lines of the settings that are not known, each with the comment right above it."""
    lines: list[str] = []
    comment: list[str] = []
    for line in example.splitlines():
        match = _SETTING.match(line)
        if match and match["name"] not in known:
            lines += [*comment, line_for(match["name"], match["value"])]
        comment = [*comment, line] if line.startswith("#") else []
    return "".join(f"{line}\n" for line in lines)


def write(path: Path, example: str) -> list[str]:
    """Create the file, or add what is new to it; the names that were added."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    known = settings(before)
    added = [name for name in settings(example) if name not in known]
    if not added:
        return []
    text = f"{before.rstrip()}\n\n{news(example, known)}" if before else whole(example)
    write_private(path, text)
    return added


def write_private(path: Path, text: str, mode: int = 0o600) -> None:
    """Put a file in place as a whole, never readable by more than `mode` says, whoever's draft was left behind."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    os.fchmod(descriptor, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


PRODUCTION = "docker-compose.production.yml"


def main() -> None:
    """Write the file and say what was done; in an installation for real data secrets are not for this file."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".env"
    new = not path.exists()
    if not new and settings(path.read_text(encoding="utf-8")).get("COMPOSE_FILE") == PRODUCTION:
        print(f"{path} is for real data: `make env PROFILE=production` brings it up to date")
        return
    added = write(path, EXAMPLE.read_text(encoding="utf-8"))
    if new:
        print(f"{path} holds the settings and secrets of this installation: keep a copy where the backups are not")
    elif added:
        print(f"{path}: added {', '.join(added)}")


if __name__ == "__main__":
    main()
