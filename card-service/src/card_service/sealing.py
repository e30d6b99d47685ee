"""The purposes that personal data is sealed for: what was sealed for one opens for no other."""

from __future__ import annotations

NATIONAL_ID = b"national_id"
MOBILE = b"mobile"
NAME = b"full_name"
CARD_NUMBER = b"card_number"
RATION_CARD = b"ration_card"
UPLOAD = b"upload"
PART = b"import_part"
RESULT = b"import_result"
HOUSEHOLD_REF = b"household_ref"
REQUEST = b"change_request"
REQUEST_NOTE = b"change_request_note"
EVIDENCE = b"evidence"
MOBILE_CODE = b"mobile_code"
HOLDER_CODE = b"holder_code"
BREAD_CODE = b"bread_code"
