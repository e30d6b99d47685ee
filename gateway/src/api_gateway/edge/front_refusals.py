"""The edge's own refusals to browsers: pages in Arabic and English, below the paths of the fronts.

A page is whole in itself, since the process that has stylesheets may be the one that is away. Its style is allowed by
its hash, and nothing else is.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

MEDIA_TYPE: Final = "text/html; charset=utf-8"
STYLE: Final = (
    "body{margin:0;background:#f4f2ec;color:#1d2421;font:18px/1.7 'Segoe UI',Tahoma,'Noto Sans Arabic',sans-serif}"
    "main{max-width:612px;margin:0 auto;padding:16px 14px}h1{font-size:25px;line-height:1.4}"
    "a{display:inline-block;min-height:44px;line-height:44px;color:#0a5242;font-weight:700}"
    "section{border-top:1px solid #c9cfca;padding-top:8px}bdi{unicode-bidi:isolate}"
)
_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS: Final[Mapping[str, str]] = {
    "cache-control": "no-store",
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
_NUMBER: Final = "%REQ(X-REQUEST-ID)%"  # the edge's own: whatever a caller sends by this name is kept apart
_PAGE: Final = (
    '<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width,initial-scale=1"><title>{ar_title} – الكارت الموحد</title>'
    "<style>{style}</style></head><body><main><h1>{ar_title}</h1><p>{ar}</p>"
    '<p><a href="{start}">العودة إلى البداية</a></p>'
    '<section lang="en" dir="ltr"><h2>{en_title}</h2><p>{en}</p>'
    '<p><a href="{start}">Back to the start</a></p></section>'
    '<p>رقم الطلب، اذكره عند الاتصال بنا: <bdi dir="ltr">{number}</bdi></p></main></body></html>\n'
)


@dataclass(frozen=True)
class Told:
    """What people are told of a refusal, in both languages: what happened, and what to do when."""

    ar_title: str
    ar: str
    en_title: str
    en: str
    retry_after: int | None = None  # seconds


_AWAY: Final = Told(
    "الخدمة مشغولة الآن",
    "انتظر نصف دقيقة ثم أعد تحميل الصفحة. إذا كنت ترسل نموذجاً فأرسله مرة أخرى كما هو: لا يُنفذ الطلب مرتين.",
    "The service is busy just now",
    "Wait half a minute, then load the page again. A form may be sent again as it is: nothing is done twice.",
    retry_after=30,
)
BY_STATUS: Final[Mapping[int, Told]] = {
    405: Told("لا يمكن ذلك هنا", "ارجع إلى البداية واختر ما تريده.", "Not possible here", "Go back to the start."),
    408: _AWAY,
    413: Told(
        "ما أرسلته أكبر من المسموح",
        "اختصر النص أو أرسل ملفاً أصغر.",
        "Too much was sent",
        "Shorten the text, or send a smaller file.",
    ),
    429: Told(
        "طلبات كثيرة في وقت قصير",
        "انتظر عشر ثوانٍ ثم أعد تحميل الصفحة. يحدث هذا أيضاً عندما يستخدم كثيرون الشبكة نفسها.",
        "Too many requests in a short time",
        "Wait ten seconds, then load the page again. It happens, too, when many people share one network.",
        retry_after=10,
    ),
    500: _AWAY,
    502: _AWAY,
    503: _AWAY,
    504: Told(
        "لم يصل الرد في وقته",
        "لا نعرف هل تم الطلب. انتظر نصف دقيقة ثم أرسل النموذج مرة أخرى كما هو: لا يُنفذ الطلب مرتين.",
        "No answer came in time",
        "It is not known whether it was done. Wait half a minute, then send the form again as it is: nothing is done"
        " twice.",
        retry_after=30,
    ),
}
REST: Final = Told(
    "لم يتم تنفيذ الطلب",
    "ارجع إلى البداية وأعد المحاولة.",
    "The request was not carried out",
    "Go back to the start and try again.",
)


def page(told: Told, start: str) -> str:
    """A page as Envoy's text format; `start`: where the front's pages begin."""
    words = {"ar_title": told.ar_title, "ar": told.ar, "en_title": told.en_title, "en": told.en, "style": STYLE}
    plain = {name: value.replace("%", "%%") for name, value in words.items()}
    return _PAGE.format(**plain, start=start, number=_NUMBER)


def below(path: str) -> dict[str, object]:
    """Envoy's filter for requests below a path."""
    matched = {"safe_regex": {"regex": f"{path}([/?].*)?"}}
    return {"header_filter": {"header": {"name": ":path", "string_match": matched}}}
