"""Refusals the gateway declares itself; the edge answers with the same documents."""

from __future__ import annotations

from chassis.problems import Problem, Unavailable


class UpstreamUnavailable(Unavailable):
    """The service behind this address does not answer just now"""

    code = "upstream_unavailable"
    title_ar = "الخدمة المطلوبة لا تستجيب الآن"


class DeadlineExceeded(Problem):
    """The answer took too long"""

    status = 504
    code = "deadline_exceeded"
    title_ar = "استغرق الرد وقتاً أطول من المسموح"


class RequestTimedOut(Problem):
    """The request did not arrive in time"""

    status = 408
    code = "request_timeout"
    title_ar = "لم يصل الطلب كاملاً في الوقت المسموح"


class HeadersTooLarge(Problem):
    """The headers are too large"""

    status = 431
    code = "headers_too_large"
    title_ar = "ترويسات الطلب أكبر من المسموح"


class UpgradeRequired(Problem):
    """HTTP/1.1 or HTTP/2 is needed"""

    status = 426
    code = "upgrade_required"
    title_ar = "يلزم إصدار أحدث من بروتوكول الاتصال"
