"""Legal basis and time of processing data on persons, and whose processing is restricted (Law 151 of 2020).

Below the records, which refuse to read and change what is restricted; `chassis.privacy` erases, above them.
"""

from __future__ import annotations

TABLES = ("legal_hold", "restriction")
KEPT = ("legal_hold", "restriction")
