"""Record of processing (audit trail): who has seen or changed a person's data, appended only, chained under a key.

A request appends rows in its own transaction (`entries`, `recorder`); the background process alone holds the key and
chains them within seconds (`chain`), and walks the chain again and again (`verify`).
"""

from __future__ import annotations

TABLES = ("record", "record_rest", "record_link", "record_link_rest", "record_pending", "record_head", "record_key")
APPEND_ONLY = ("record", "record_head", "record_link")
FUNCTIONS = ("drop_record_partitions", "make_record_partitions")
