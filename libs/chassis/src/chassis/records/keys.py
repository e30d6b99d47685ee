"""Keys of persons (crypto-shredding): old and new values are sealed under them; erasing destroys the key.

A person's key is random, wrapped under the service's ring in `record_key`. The chain covers the sealed bytes, so it
stays whole when a key is gone.
"""

from __future__ import annotations

import os
from typing import Any
from uuid import UUID

import orjson

from chassis.connections import SqlConnection
from chassis.sealing import KEY_BYTES, Keyring, SealBroken, Vault

NOBODY = UUID(int=0)  # owns what is about no person
_NAME = "p"
_PURPOSE = b"record-key"
_FIND = "SELECT wrapped FROM record_key WHERE owner = $1"
_MAKE = "INSERT INTO record_key (owner, wrapped) VALUES ($1, $2) ON CONFLICT DO NOTHING"
_FORGET = "DELETE FROM record_key WHERE owner = $1"


class PersonKeys:
    """Seals and opens documents under the key of the person they are about."""

    def __init__(self, ring: Keyring) -> None:
        """`ring` wraps the persons' keys."""
        self._vault = Vault(ring)

    async def seal(self, connection: SqlConnection, owner: UUID | None, document: object) -> bytes | None:
        """A document sealed under its owner's key, which is made with the first one; None for None."""
        if document is None:
            return None
        about = owner or NOBODY
        vault = await self._of(connection, about)
        if vault is None:
            wrapped = self._vault.seal(about, os.urandom(KEY_BYTES), _PURPOSE)
            await connection.execute(_MAKE, about, wrapped)
            vault = await self._of(connection, about)
        if vault is None:
            raise SealBroken("the key was destroyed while it was made")
        return vault.seal(about, orjson.dumps(document), b"record")

    async def open(self, connection: SqlConnection, owner: UUID | None, sealed: bytes | None) -> Any:
        """What `seal` was given; None where nothing was sealed, or the key was destroyed. Raises SealBroken."""
        about = owner or NOBODY
        vault = await self._of(connection, about) if sealed is not None else None
        return None if vault is None or sealed is None else orjson.loads(vault.open(about, sealed, b"record"))

    async def destroy(self, connection: SqlConnection, owner: UUID) -> bool:
        """Erase what was sealed under a person's key; whether there was one. Backups older than this still hold it."""
        return await connection.execute(_FORGET, owner) == "DELETE 1"

    async def _of(self, connection: SqlConnection, owner: UUID) -> Vault | None:
        wrapped = await connection.fetchval(_FIND, owner)
        return None if wrapped is None else Vault(Keyring(_NAME, {_NAME: self._vault.open(owner, wrapped, _PURPOSE)}))
