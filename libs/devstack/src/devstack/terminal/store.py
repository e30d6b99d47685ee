"""What a terminal keeps on its own disk: key, identity, mode, the operation under way, holds, what it sold."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from uuid import UUID

import orjson

from devstack.documents import Document
from devstack.terminal.chain import Journal
from devstack.terminal.configuration import Configuration
from devstack.terminal.hotlist import HotList
from devstack.terminal.keys import DeviceKey

_INDENTED = orjson.OPT_INDENT_2
Recorded = list[Document]  # what was sold, oldest first: `kind`, and the service's answer


class NotEnrolled(LookupError):
    """There is no terminal of that name here."""


@dataclass(slots=True)
class Identity:
    """Who the device is; the private key is in a file that only its owner may read."""

    terminal_id: str
    secret: str
    gateway: str
    key_id: str = ""
    outlet_id: str = ""
    governorate: str = ""
    offline: bool = False
    contact: str = ""  # when it last uploaded what it sold without the network, or got its key
    credential_keys: dict[str, str] = field(default_factory=dict)
    printed_code_keys: dict[str, str] = field(default_factory=dict)
    # piastres by version of the price list, programme and item
    price_lists: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeldCredential:
    """A card's credential, by which ETag the server knows it, and on which day in Cairo it was last asked for."""

    compact: str = ""
    etag: str = ""
    asked: str = ""


class Store:
    """The folder of one terminal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._identity = folder / "device.json"
        self._pending = folder / "pending.json"
        self._sold = folder / "sold.jsonl"
        self._voids = folder / "voids.json"
        self._hot_list = folder / "hot_list.json"
        self._configuration = folder / "configuration.json"
        self._credentials = folder / "credentials"

    def known(self) -> bool:
        """Whether a terminal is enrolled here."""
        return self._identity.exists()

    def load(self) -> Identity:
        """The identity; `NotEnrolled` when there is none."""
        if not self._identity.exists():
            raise NotEnrolled(f"no terminal is enrolled in {self.folder}")
        known = {one.name for one in fields(Identity)}  # a terminal of before has kept more
        return Identity(
            **{name: value for name, value in orjson.loads(self._identity.read_bytes()).items() if name in known}
        )

    def save(self, identity: Identity) -> None:
        """Write the identity whole or not at all."""
        self._write(self._identity, orjson.dumps(asdict(identity), option=_INDENTED))

    def journal(self, identity: Identity) -> Journal:
        """The offline chain."""
        return Journal(self.folder, DeviceKey.load(identity.secret))

    def hot_list(self) -> HotList:
        """The cards to refuse without the network, as last heard of; one that is over where there is none."""
        if not self._hot_list.exists():
            return HotList()
        kept = orjson.loads(self._hot_list.read_bytes())
        return HotList(**{**kept, "cards": frozenset(kept["cards"]), "keys": tuple(kept["keys"])})

    def save_hot_list(self, listed: HotList) -> None:
        """Keep a list that has come whole."""
        self._write(self._hot_list, orjson.dumps({**asdict(listed), "cards": sorted(listed.cards)}))

    def configuration(self) -> Configuration:
        """What it sells by without the network; one that is over where there is none."""
        if not self._configuration.exists():
            return Configuration()
        return Configuration(**orjson.loads(self._configuration.read_bytes()))

    def save_configuration(self, configuration: Configuration) -> None:
        """Keep a configuration."""
        self._write(self._configuration, orjson.dumps(asdict(configuration)))

    def credential(self, card_id: str) -> HeldCredential:
        """What was fetched of a card; an empty one where there is nothing. Raises ValueError for what is no id."""
        path = self._credentials / f"{UUID(card_id)}.json"
        return HeldCredential(**orjson.loads(path.read_bytes())) if path.exists() else HeldCredential()

    def save_credential(self, card_id: str, held: HeldCredential) -> None:
        """Keep what was fetched of a card, whole or not at all. Raises ValueError for what is no id."""
        self._write(self._credentials / f"{UUID(card_id)}.json", orjson.dumps(asdict(held)))

    def forget_documents(self) -> None:
        """Put away the list, the configuration and the credentials of the terminal that was here before."""
        for path in (self._hot_list, self._configuration, *self._credentials.glob("*.json")):
            path.unlink(missing_ok=True)

    def begin(self, operation: Mapping[str, object]) -> None:
        """Remember an operation before it is sent, so that it can be repeated with the same key."""
        self._write(self._pending, orjson.dumps(operation))

    def unfinished(self) -> Document | None:
        """The operation that was sent and whose answer is not known."""
        if not self._pending.exists():
            return None
        operation: Document = orjson.loads(self._pending.read_bytes())
        return operation

    def end(self) -> None:
        """The answer of the operation is known."""
        self._pending.unlink(missing_ok=True)

    def voids(self) -> list[dict[str, str]]:
        """Holds of refused sales that have not been given up yet."""
        if not self._voids.exists():
            return []
        waiting: list[dict[str, str]] = orjson.loads(self._voids.read_bytes())
        return waiting

    def save_voids(self, waiting: list[dict[str, str]]) -> None:
        """Remember which holds are still to be given up."""
        self._write(self._voids, orjson.dumps(waiting))

    def record(self, sale: Mapping[str, object]) -> None:
        """Keep what was sold, for the day's own total."""
        with self._sold.open("ab") as file:
            file.write(orjson.dumps(sale) + b"\n")

    def sold(self) -> Recorded:
        """Everything recorded, oldest first."""
        if not self._sold.exists():
            return []
        return [orjson.loads(line) for line in self._sold.read_bytes().splitlines()]

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".new")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(handle, content)
            os.fsync(handle)
        finally:
            os.close(handle)
        temporary.replace(path)
