"""A worked example of a printed code, signed by the first key of RFC 8032, 7.1.

`tests/unit/test_printed_codes.py` makes and checks it.
"""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

CODE: Final = (
    "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkMjU1MTktZXhhbXBsZSIsInR5cCI6InVuaWNhcmQtY29kZStqd3MifQ.eyJjYXJkIjoiQVpPaHdnQUFjQ"
    "UNBQUFBQUFBQUFBZyIsImdvdiI6IjAzIiwiZXhwIjoyMDE3MDAwODAwfQ.9oZ2yGjiC6wKVvj5mtYRjcwN2vLTJq0s79fXAQFYPQsbCp8vYyg4B6"
    "y4mC73FJh6wGbFOYyuPa6q6Z6qp3-ZDg"
)
CODE_CLAIMS: Final[dict[str, JsonValue]] = {"card": "AZOhwgAAcACAAAAAAAAAAg", "gov": "03", "exp": 2017000800}
