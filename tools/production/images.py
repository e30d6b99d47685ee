"""Image digests: which contents a tag stands for on this machine, by the docker command."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from typing import Any

from tools.production.compose_file import Start

_OURS = "unicard/"


class Unresolved(Exception):
    """An image cannot be pinned; the words say why."""


def pinned(images: Iterable[str], *, local: bool) -> dict[str, str]:
    """What stands in place of each image: `name@sha256:…`; for images built here their id, `sha256:…`.

    `local` accepts the id of others too, where no registry gave them a digest. Raises Unresolved.
    """
    return {image: _pinned(image, local=local) for image in sorted(set(images))}


def start(image: str) -> Start:
    """What an image that is here starts by itself. Raises Unresolved."""
    config = _inspect(image)["Config"]
    return Start(tuple(config.get("Entrypoint") or ()), tuple(config.get("Cmd") or ()))


def build(command: Iterable[str], arguments: Mapping[str, str]) -> None:
    """Build the project's own images by docker compose on pinned base images. Raises Unresolved."""
    given = [part for name, value in arguments.items() for part in ("--build-arg", f"{name}={value}")]
    _docker(*command, "build", *given, quiet=False)


def base(image: str, *, local: bool) -> str:
    """The tag of a base image with the digest behind it, as `FROM` takes it. Raises Unresolved."""
    tag = image.partition(":")[2]
    digest = _pinned(image, local=local).partition("@")[2]
    return f"{tag}@{digest}" if digest else tag


def _pinned(image: str, *, local: bool) -> str:
    if image.startswith(_OURS):
        return str(_inspect(image)["Id"])
    known = _inspect_or_pull(image)
    repository = image.partition(":")[0]
    digests = [one for one in known.get("RepoDigests") or () if one.partition("@")[0].endswith(repository)]
    if digests:
        return f"{repository}@{digests[0].partition('@')[2]}"
    if local:
        return str(known["Id"])
    raise Unresolved(
        f"{image} has no registry's digest on this machine. Pull it from the registry it comes from, or say"
        " UNICARD_LOCAL_IMAGES=true in .env where images are carried here by hand: then their ids are pinned."
    )


def _inspect_or_pull(image: str) -> dict[str, Any]:
    try:
        return _inspect(image)
    except Unresolved:
        _docker("pull", "--quiet", image)
        return _inspect(image)


def _inspect(image: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = json.loads(_docker("image", "inspect", image))
    return found[0]


def _docker(*arguments: str, quiet: bool = True) -> str:
    try:
        done = subprocess.run(["docker", *arguments], stdout=subprocess.PIPE if quiet else None, text=True, check=False)
    except FileNotFoundError as error:
        raise Unresolved("There is no docker command here: the digests are resolved where the system runs.") from error
    if done.returncode:
        raise Unresolved(f"docker {' '.join(arguments)} failed")
    return done.stdout or ""
