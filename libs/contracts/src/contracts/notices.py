"""Notices (security notifications): what somebody who works with the system must know at once, by kind."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Notice(StrEnum):
    """What a notice is about."""

    ADMINISTRATOR_RECOVERED = "administrator_recovered"  # on the host, since fewer than two were left
    ACCOUNT_SET_UP = "account_set_up"
    ACCOUNT_LINKED = "account_linked"  # an outside provider's account
    PASSWORD_SET = "password_set"  # noqa: S105 - names what was done
    AUTHENTICATOR_CONNECTED = "authenticator_connected"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    RECOVERY_CODE_USED = "recovery_code_used"


# Must be read before going on; the others are of one's own account, and stand on its page.
READ_FIRST: Final = frozenset({Notice.ADMINISTRATOR_RECOVERED})
