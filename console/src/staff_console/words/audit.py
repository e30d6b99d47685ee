"""Words of the records of who has seen what, of disclosures and of what is held back for a case."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "audit": ("من اطلع وماذا غيّر", "Who saw or changed what"),
    "audit.help": (
        "سجل الاطلاع والتعديل في كل خدمة، وما يُعرض على المواطن",
        "Each service's record, and what a citizen is told",
    ),
    "audit_who": ("من؟", "Who"),
    "audit_who_hint": (
        "رمز موظف أو نظام أو ماكينة أو جلسة",
        "The id of a person, system, terminal or session",
    ),
    "audit_who_unclear": ("اكتب الرمز بحروف إنجليزية وأرقام.", "Enter an id in letters and digits."),
    "audit_citizen": ("رقم المواطن في النظام", "Citizen's id here"),
    "audit_citizen_hint": ("وليس الرقم القومي", "Not the national id"),
    "audit_citizen_unclear": (
        "اكتب رقم المواطن في النظام كما يظهر في السجل، وليس الرقم القومي.",
        "Enter the citizen's id as the record has it, not the national id.",
    ),
    "audit_case": ("رقم القضية", "Case"),
    "audit_case_unclear": ("اكتب رقم القضية بحروف وأرقام و / . -", "Enter the case's number: letters, digits, / . -"),
    "audit_since": ("من يوم", "From"),
    "audit_until": ("حتى يوم", "Until"),
    "audit_at": ("متى", "When"),
    "audit_by": ("بواسطة", "By"),
    "audit_did": ("ماذا", "What"),
    "audit_purpose": ("الغرض", "Purpose"),
    "audit_whom": ("يخص", "About"),
    "audit_whom_citizen": ("مواطن", "a citizen"),
    "audit_outcome": ("النتيجة", "Outcome"),
    "audit_all_of": ("كل ما فعله", "All they did"),
    "audit_action.read": ("اطلع على", "Saw"),
    "audit_action.change": ("عدّل", "Changed"),
    "audit_outcome.done": ("تم", "Done"),
    "audit_outcome.nothing_found": ("لم يوجد شيء", "Nothing was found"),
    "audit_outcome.repeated": ("تكرار للطلب نفسه", "A repeat of the same"),
    "audit_kind.person": ("موظف", "an officer"),
    "audit_kind.client": ("نظام متصل", "a system"),
    "audit_kind.terminal": ("ماكينة", "a terminal"),
    "audit_kind.citizen": ("المواطن نفسه", "the citizen"),
    "audit_chains": ("سلامة السجل", "Chains of the record"),
    "audit_chains_what": (
        "كل قيد في السجل مربوط بما قبله. احفظ هذه النهايات خارج النظام، وتُقارن بها عند المراجعة بالأمر:",
        "Each entry is chained to the one before. Keep these ends elsewhere; they are compared by the command:",
    ),
    "audit_count": ("عدد القيود", "Entries"),
    "audit_mac": ("بصمة آخر قيد", "Code of the last entry"),
    "disclosures": ("من اطلع على بيانات المواطن", "Who has seen the citizen's data"),
    "disclosures_what": (
        "بالكلمات التي يقرؤها المواطن نفسه، مع ما حُجب عنه لقضية.",
        "In the words that the citizen reads, with what is held back for a case.",
    ),
    "disclosures_none": ("لم يطلع أحد على بياناته.", "Nobody has seen the data."),
    "delays": ("ما يُحجب عنه لقضية", "Held back for a case"),
    "delays_none": ("لا يُحجب عنه شيء.", "Nothing is held back."),
    "delay_ask": ("اطلب الحجب لقضية", "Ask that a case be held back"),
    "delay_what": (
        "لا يرى المواطن ما اطلعتم عليه لهذه القضية حتى اليوم المحدد. يقرر ذلك شخص آخر.",
        "Until that day the citizen does not see what was looked at for this case. Another person decides.",
    ),
    "delay_until": ("حتى يوم", "Until"),
    "delay_open": ("افتح الطلب", "Open it"),
    "delay_asked": ("أُرسل طلب الحجب، ويقرره شخص آخر. القضية", "Asked for; another person decides. Case"),
}
