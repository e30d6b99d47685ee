"""Words of payouts."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "payouts": ("صرف المعاشات والدعم", "Payouts"),
    "payouts.help": ("دفعات الصرف وحالتها واعتمادها", "Batches of payouts, their state and approval"),
    "payout": ("دفعة صرف", "Batch of payouts"),
    "reference": ("المرجع", "Reference"),
    "programme": ("البرنامج", "Programme"),
    "month": ("الشهر", "Month"),
    "value_date": ("تاريخ الاستحقاق", "Value date"),
    "total": ("الإجمالي", "Total"),
    "number_of_payments": ("العدد", "Number"),
    "mean": ("المتوسط", "Mean"),
    "declared": ("المعلن", "Declared"),
    "received": ("المستلم", "Received"),
    "difference": ("الفرق", "Difference"),
    "faulty": ("صفوف معيبة", "Faulty rows"),
    "doubles": ("مكرر محتمل", "Possible doubles"),
    "faults_of_rows": ("عيوب الصفوف", "Faults of rows"),
    "last_batch": ("آخر دفعة مكتملة من البرنامج", "The programme's last completed batch"),
    "paid": ("المصروف", "Paid"),
    "failed": ("المتعذر", "Failed"),
    "fingerprint": ("بصمة المحتوى", "Checksum of the content"),
    "payout_state.open": ("تحت الإعداد", "Being made"),
    "payout_state.submitted": ("في انتظار الاعتماد", "Waits for approval"),
    "payout_state.approved": ("معتمدة", "Approved"),
    "payout_state.completed": ("صُرفت", "Completed"),
    "payout_state.cancelled": ("ملغاة", "Cancelled"),
    "payout_approve": ("اعتماد الصرف", "Approve the payouts"),
    "payout_own": (
        "شاركت في إعداد هذه الدفعة، فلا تعتمدها: يعتمدها شخص آخر.",
        "You had a hand in this batch: another person approves it.",
    ),
    "type_total": ("اكتب الإجمالي بالجنيه للتأكيد", "Type the total in pounds to confirm"),
    "type_total_hint": ("كما يظهر أعلاه، مثل 1,250.75", "As it stands above, such as 1,250.75"),
    "total_differs": ("الإجمالي المكتوب لا يساوي إجمالي الدفعة.", "This is not the total of the batch."),
    "approve_button": ("اعتمد صرف", "Approve"),
    "payout_cancel": ("أعد الدفعة", "Send the batch back"),
    "payout_cancel_what": (
        "تُلغى الدفعة ولا يُستخدم مرجعها مرة أخرى.",
        "The batch is withdrawn, and its reference is never used again.",
    ),
    "why": ("السبب", "Why"),
    "why_missing": ("اكتب السبب.", "Say why."),
    "payout_approved": ("اعتُمد الصرف.", "The payouts were approved."),
    "payout_cancelled": ("أُعيدت الدفعة.", "The batch was sent back."),
    "open_it": ("افتح", "Open"),
}
