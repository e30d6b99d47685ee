"""`python -m tools.production [FOLDER]`: make an installation for real data out of .env, or say what it still lacks."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from tools.make_env import EXAMPLE, PRODUCTION, ROOT, line_for, maker, settings, write, write_private
from tools.production import certificate
from tools.production.compose_file import chosen as services_of
from tools.production.compose_file import production, secret_names
from tools.production.demands import BOOTSTRAP, PUBLIC, TLS, faults
from tools.production.images import Unresolved, base, build, pinned, start

COMPOSE = ROOT / "docker-compose.yml"
_BASES = {"PYTHON": "python:3.13-slim-bookworm", "ENVOY": "envoyproxy/envoy:v1.40.0"}
# What the example says for a demonstration, and what a new production installation begins with.
_OTHERWISE = {
    "COMPOSE_PROFILES": "dashboards",
    "UNICARD_TRAINING_CLOCK": "false",
    "UNICARD_SMS_URL": "",
    "UNICARD_PUBLIC_URL": "",
}


def main() -> None:
    """Write secrets and compose file, or end with what must change first."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT
    secrets = keep_secrets(root / ".env", root / "secrets")
    chosen = settings((root / ".env").read_text(encoding="utf-8"))
    edge = settings((ROOT / "deploy" / "edge.env").read_text(encoding="utf-8"))
    found = faults(chosen, secrets, edge)
    if folder := chosen.get(TLS):
        host = urlsplit(chosen.get(PUBLIC, "")).hostname or ""
        found += certificate.faults(root / folder, host, datetime.now(UTC))
    if found:
        sys.exit("Not ready for real data:\n" + "".join(f"  - {fault}\n" for fault in found))
    try:
        write_compose_file(root, chosen, secrets)
    except Unresolved as error:
        sys.exit(str(error))
    print(
        f"{PRODUCTION} pins every image; secrets are in {root / 'secrets'}: keep a copy of both. Start it with: make up"
    )


def keep_secrets(env: Path, folder: Path) -> dict[str, str]:
    """The secrets, one file each: those that stood in .env are moved, those that are missing are made up."""
    example, fresh = EXAMPLE.read_text(encoding="utf-8"), not env.exists()
    write(env, _without_secrets(example))
    text = env.read_text(encoding="utf-8")
    if fresh:
        for name, value in _OTHERWISE.items():
            text = _with(text, name, value)
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    stood = settings(text)
    for name in filter(maker, settings(example)):
        if stood.get(name) or not (folder / name).exists():
            made = "" if name == BOOTSTRAP else line_for(name, "").partition("=")[2]
            write_private(folder / name, stood.get(name) or made)
    write_private(env, _with(_without_secrets(text), "COMPOSE_FILE", PRODUCTION))
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.iterdir()) if file.is_file()}


def _without_secrets(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not maker(line.partition("=")[0]))


def write_compose_file(root: Path, chosen: dict[str, str], secrets: dict[str, str]) -> None:
    """Build and pin the images, and write the compose file and what it mounts. Raises Unresolved."""
    text = COMPOSE.read_text(encoding="utf-8")
    if missing := secret_names(text) - set(secrets):
        raise Unresolved(f"secrets/ lacks {', '.join(sorted(missing))}")
    local = chosen.get("UNICARD_LOCAL_IMAGES", "").lower() == "true"
    document = yaml.safe_load(text)
    tag = chosen.get("UNICARD_TAG", "local")
    wanted = {
        str(service["image"]): str(service["image"]).replace("${UNICARD_TAG:-local}", tag)
        for service in services_of(document, chosen).values()
    }
    known = pinned([image for image in wanted.values() if not image.startswith("unicard/")], local=local)
    # The recipe's own file asks for secrets that only running needs.
    os.environ.update(dict.fromkeys(secret_names(text), "not-needed-to-build") | {"COMPOSE_FILE": str(COMPOSE)})
    build(("compose", "--profile", "dashboards"), {name: base(image, local=local) for name, image in _BASES.items()})
    known |= pinned([image for image in wanted.values() if image.startswith("unicard/")], local=True)
    starts = {image: start(tagged) for image, tagged in wanted.items()}
    made = production(document, chosen, secrets, {image: known[tagged] for image, tagged in wanted.items()}, starts)
    mounted = root / "secrets" / "mounted"
    mounted.mkdir(mode=0o700, exist_ok=True)
    for name, contents in made.files.items():
        write_private(
            mounted / name, contents, mode=0o444
        )  # a container's user reads it; the folder lets nobody else in
    head = "# Written by `make env PROFILE=production` from docker-compose.yml: change that one, and make it anew.\n"
    write_private(root / PRODUCTION, head + yaml.safe_dump(made.document, sort_keys=False, width=120))


def _with(text: str, name: str, value: str) -> str:
    """A file of settings in which one has a value."""
    line = f"{name}={value}"
    lines = [line if one.startswith(f"{name}=") else one for one in text.splitlines()]
    return "".join(f"{one}\n" for one in (lines if line in lines else [*lines, line]))


if __name__ == "__main__":
    main()
