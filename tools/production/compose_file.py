"""Compose file generation: docker-compose.yml with secrets as files, images by digest, and no demonstration. No I/O."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.make_env import maker

FOLDER = "/run/secrets"
WRAPPER = "/with-secrets.sh"
_DEMO = "demo"
_OURS = "unicard/"
_VARIABLE = re.compile(r"\$\{(?P<name>[A-Z][A-Z0-9_]*)(?:(?P<kind>:?[-?])(?P<rest>[^}]*))?\}")
# Images whose programs read such a setting from a file: under which name they are told where it is.
_BY_FILE: Mapping[str, Callable[[str], str]] = {
    "grafana/grafana": lambda name: f"{name}__FILE",
}


@dataclass(frozen=True)
class Start:
    """What an image starts by itself."""

    entrypoint: tuple[str, ...]
    command: tuple[str, ...]


@dataclass
class Production:
    """A compose document for real data, and the files its containers read: contents by name."""

    document: dict[str, Any]
    files: dict[str, str] = field(default_factory=dict)


def production(
    compose: Mapping[str, Any],
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    images: Mapping[str, str],
    starts: Mapping[str, Start],
) -> Production:
    """Rewrite a compose document.

    `images`: what stands in place of each image; `starts`: how those of others start. Raises KeyError for an image that
    is not in them.
    """
    made = Production(copy.deepcopy(dict(compose)))
    services = chosen(made.document, settings)
    for name, service in services.items():
        image = str(service["image"])
        if _secrets_by_file(made, name, service, {**settings, **secrets}):
            _wrap(service, starts[image])
        service.pop("build", None)
        service["image"] = images[image]
        service["pull_policy"] = "never" if image.startswith(_OURS) else "missing"
    made.document["services"] = services
    made.document["volumes"] = {
        name: volume for name, volume in made.document["volumes"].items() if _is_used(name, services)
    }
    made.document["secrets"] = {name: {"file": f"./secrets/mounted/{name}"} for name in sorted(made.files)}
    for key in [key for key in made.document if key.startswith("x-")]:
        del made.document[key]
    return made


def chosen(compose: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The services an installation for real data runs: those of the profiles it names, never a demonstration's."""
    profiles = set(settings.get("COMPOSE_PROFILES", "").split(",")) - {_DEMO}
    return {
        name: service
        for name, service in compose["services"].items()
        if not service.get("profiles") or profiles & set(service["profiles"])
    }


def secret_names(text: str) -> set[str]:
    """The secret variables a compose file's text reads."""
    return {match["name"] for match in _VARIABLE.finditer(text) if maker(match["name"])}


def _secrets_by_file(made: Production, name: str, service: dict[str, Any], values: Mapping[str, str]) -> bool:
    """Take the variables that hold a secret out of a container's environment, and mount them as files.

    True where the program has to be started by the script that reads them.
    """
    environment: dict[str, Any] = service.get("environment", {})
    hidden = {variable for variable, value in environment.items() if secret_names(str(value))}
    if not hidden:
        return False
    image = str(service["image"]).partition(":")[0]
    mounted = service.setdefault("secrets", [])
    for variable in sorted(hidden):
        file = f"{name.removesuffix('-work')}.{variable}"
        made.files[file] = interpolated(str(environment.pop(variable)), values)
        mounted.append({"source": file, "target": variable})
        if by_file := _BY_FILE.get(image):
            environment[by_file(variable)] = f"{FOLDER}/{variable}"
    if image.startswith(_OURS) and all(variable.startswith("UNICARD_") for variable in hidden):
        environment["UNICARD_SECRETS_DIR"] = FOLDER
        return False
    return image not in _BY_FILE


def _wrap(service: dict[str, Any], start: Start) -> None:
    """Start a container's program by the script that reads its secrets from files into its own environment alone."""
    if "entrypoint" not in service and "command" not in service:
        service["command"] = list(start.command)
    service["entrypoint"] = ["/bin/bash", WRAPPER, *service.get("entrypoint", start.entrypoint)]
    service.setdefault("volumes", []).append(f"./deploy/with-secrets.sh:{WRAPPER}:ro")


def interpolated(text: str, values: Mapping[str, str]) -> str:
    """A compose value with its variables filled in, as docker compose does. Raises KeyError for a missing one."""

    def fill(match: re.Match[str]) -> str:
        value, kind = values.get(match["name"]), match["kind"] or ""
        if value or (value is not None and not kind.startswith(":")):
            return value
        if "-" in kind:
            return match["rest"] or ""
        raise KeyError(match["name"])

    return _VARIABLE.sub(fill, text)


def _is_used(volume: str, services: Mapping[str, Mapping[str, Any]]) -> bool:
    mounts = (str(one) for service in services.values() for one in service.get("volumes", ()))
    return any(mount.startswith(f"{volume}:") or f":-{volume}}}" in mount for mount in mounts)
