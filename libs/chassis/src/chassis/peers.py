"""What the database is told of processes that end without a word: a host without power, a network that is cut.

Left to itself a server notices such an end after two hours, and keeps what the process held until then: rows, claims
of Idempotency-Keys. A process that is frozen in a transaction would keep it for as long as it is frozen.
"""

from __future__ import annotations

# The longest work between two statements of a transaction is reading an import of 16 MB, a few seconds.
IDLE_IN_TRANSACTION = "120s"

# A peer that does not answer is given up within 40 seconds. Sessions, the pool and the lanes ask for this.
SERVER_SETTINGS = {
    "tcp_keepalives_idle": "20",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "4",
    "tcp_user_timeout": "40000",  # milliseconds
    "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION,
}
