"""The page behind a problem's `type`, in English and Arabic."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from chassis.problems import status_of
from chassis.refusals import registry

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{code} · Unified Card</title><link rel="icon" href="/sign-in/assets/card.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/pages.css"></head>
<body><p class="status">{status}</p><h1>{title}</h1><h1 lang="ar" dir="rtl">{title_ar}</h1>
<p>Problem documents (RFC 9457) with the code <code>{code}</code> carry this title, a detail of the case
and the id of the request: <code>request_id</code>. Name it when you ask for help.</p>
<p lang="ar" dir="rtl">تحمل رسائل الرفض ذات الرمز <code>{code}</code> هذا العنوان وتفاصيل الحالة ورقم الطلب
<code>request_id</code>. اذكر رقم الطلب عند طلب المساعدة.</p>
<p><a href="/docs">API documentation</a> · <a href="/docs" lang="ar" dir="rtl">توثيق الواجهة</a></p></body></html>
"""


@dataclass(frozen=True)
class Known:
    """A problem that some service declares."""

    code: str
    status: int
    title: str
    title_ar: str

    def page(self) -> str:
        """The page as HTML."""
        return _PAGE.format(**{name: escape(str(value)) for name, value in vars(self).items()})


def known(document: dict[str, Any]) -> dict[str, Known]:
    """Every problem by its code: the gateway's own, and those the merged OpenAPI lists under `x-problems`."""
    own = {
        code: Known(code, status_of(problem), problem.title(), problem.title_ar) for code, problem in registry().items()
    }
    others = {
        code: Known(code, int(said["status"]), str(said["title"]), str(said["title_ar"]))
        for code, said in document.get("x-problems", {}).items()
    }
    return {**others, **own}
