"""Scopes (OAuth 2.0): what a token lets its holder do, each with the sentence that documentation and pages show.

A route names those that open it; `contracts.roles` says which of them a client or a terminal is given.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    """A scope as a token carries it, and what it allows, as a sentence: `description`, and `description_ar`."""

    description: str
    description_ar: str

    def __new__(cls, value: str, description: str = "", description_ar: str = "") -> Scope:
        """A member: its value on the wire and its sentence in both languages."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.description = description
        member.description_ar = description_ar
        return member

    CITIZENS_READ = (
        "citizens:read",
        "See households and citizens, and who has looked at them.",
        "الاطلاع على الأسر والمواطنين، ومعرفة من اطّلع على بياناتهم.",
    )
    CITIZENS_WRITE = (
        "citizens:write",
        "Register and change households and citizens, and see them.",
        "تسجيل الأسر والمواطنين وتعديل بياناتهم، والاطلاع عليها.",
    )
    CITIZENS_IMPORT = (
        "citizens:import",
        "Send files of citizens to be registered, and follow them.",
        "إرسال ملفات المواطنين لتسجيلهم، ومتابعتها.",
    )
    REQUESTS_READ = (
        "requests:read",
        "See requests for changes of the register and what became of them.",
        "الاطلاع على طلبات تعديل السجل وما تم فيها.",
    )
    REQUESTS_WRITE = (
        "requests:write",
        "Enter requests for changes of the register, and see them.",
        "تقديم طلبات تعديل السجل، والاطلاع عليها.",
    )
    REQUESTS_APPROVE = (
        "requests:approve",
        "Decide requests for changes of the register that others have entered, and appeals, and see them.",
        "البت في طلبات تعديل السجل والتظلمات التي قدمها غيره، والاطلاع عليها.",
    )
    CITIZENS_VERIFY = (
        "citizens:verify",
        "Ask whether a national id is registered, to send its holder a code.",
        "السؤال هل الرقم القومي مسجل، لإرسال رمز التحقق إلى صاحبه.",
    )
    SITES_READ = "sites:read", "See the sites where cards are handed over.", "الاطلاع على أماكن استلام الكروت."
    SITES_WRITE = (
        "sites:write",
        "Enter the sites where cards are handed over, and see them and their appointments.",
        "إضافة أماكن استلام الكروت، والاطلاع عليها وعلى مواعيدها.",
    )
    ROLLOUT_READ = (
        "rollout:read",
        "See roll-out phases, pick-up plans and activations.",
        "الاطلاع على مراحل التطبيق وخطط الاستلام ودفعات التفعيل.",
    )
    ROLLOUT_WRITE = (
        "rollout:write",
        "Plan, pause and resume roll-out phases, order pick-up plans and activations.",
        "تخطيط مراحل التطبيق وإيقافها واستئنافها، وطلب خطط الاستلام ودفعات التفعيل.",
    )
    ROLLOUT_APPROVE = (
        "rollout:approve",
        "Decide what others have proposed of the roll-out: opening phases, passing gates, taking cohorts back; see it.",
        "البت فيما اقترحه غيره في التطبيق: بدء المراحل وتجاوز الشروط وإلغاء التفعيل، والاطلاع عليه.",
    )
    CARDS_READ = (
        "cards:read",
        "See a card and the credential by which it is checked without a network.",
        "الاطلاع على الكارت وعلى ما يُفحص به دون شبكة.",
    )
    CARDS_WRITE = (
        "cards:write",
        "Block, unblock and replace cards, switch their services on and off, and see them.",
        "إيقاف الكروت وإعادة تشغيلها وإصدار بدلها، وفتح خدماتها وغلقها، والاطلاع عليها.",
    )
    CARDS_HANDOVER = (
        "cards:handover",
        "Find, hand over and see cards at a counter, set and check their PINs, report them lost and found.",
        "البحث عن الكروت عند الشباك وتسليمها، وتحديد رقمها السري وفحصه، والإبلاغ عن فقدها والعثور عليها.",
    )
    CARDS_INSPECT = (
        "cards:inspect",
        "Enter that a card was found with a trader, for others to decide on.",
        "تسجيل العثور على كارت عند تاجر، ليبت فيه غيره.",
    )
    CARDS_PRINT = (
        "cards:print",
        "Get what is printed on cards that were not handed over yet: names, numbers, codes.",
        "الحصول على ما يُطبع على الكروت التي لم تُسلّم: الأسماء والأرقام والرموز.",
    )
    PRODUCTION_WRITE = (
        "production:write",
        "Order cards of a bureau, send it batches, take in what it returns, have cards made again, and see all that.",
        "طلب الكروت من جهة الطباعة وإرسال دفعاتها واستلام نتائجها وإعادة إصدارها، والاطلاع عليها.",
    )
    PRODUCTION_APPROVE = (
        "production:approve",
        "Decide on orders of cards and on bureaus and their keys that others have entered, and see them.",
        "البت في طلبات الكروت وجهات الطباعة ومفاتيحها التي سجلها غيره، والاطلاع عليها.",
    )
    STOCK_DISPATCH = (
        "stock:dispatch",
        "Send cards from the store to sites, take back what comes from them, see stock.",
        "إرسال الكروت من المخزن إلى الأماكن واستلام ما يعود منها، والاطلاع على المخزون.",
    )
    STOCK_COUNT = (
        "stock:count",
        "Receive, count and send away cards at a site, and see its stock.",
        "استلام الكروت وجردها وإرسالها من المكان، والاطلاع على مخزونه.",
    )
    CARDS_REPORT = (
        "cards:report",
        "Find a holder's cards, report them lost, by telephone too, and send bread codes.",
        "البحث عن كروت المواطن والإبلاغ عن فقدها ولو بالتليفون، وإرسال رموز الخبز.",
    )

    REDEMPTIONS_CREATE = (
        "redemptions:create",
        "Sell against allowances at a terminal, online or offline, and reverse it.",
        "صرف المقررات على الماكينة بالشبكة أو دونها، وإلغاء العملية.",
    )
    REDEMPTIONS_LATE = (
        "redemptions:late",
        "Upload what a terminal had sold before it was suspended, and nothing else.",
        "رفع ما صرفته الماكينة قبل إيقافها، ولا شيء غيره.",
    )
    REDEMPTIONS_READ = "redemptions:read", "See a sale in the books.", "الاطلاع على عملية صرف مسجلة."
    ENTITLEMENTS_READ = (
        "entitlements:read",
        "See what a card's household has left this month.",
        "الاطلاع على المتبقي لأسرة الكارت هذا الشهر.",
    )
    CATALOGUE_READ = (
        "catalogue:read",
        "See what is on sale, its prices and limits, and the policies behind them.",
        "الاطلاع على السلع وأسعارها وحدودها والقواعد التي وراءها.",
    )
    DAYS_CLOSE = (
        "days:close",
        "Close an outlet's business day, and see its figures and settlement.",
        "إقفال يوم عمل المنفذ، والاطلاع على أرقامه وتسويته.",
    )
    DAYS_READ = "days:read", "See the figures of outlets' business days.", "الاطلاع على أرقام أيام عمل المنافذ."
    SETTLEMENTS_READ = (
        "settlements:read",
        "See settlements, and the sums and proofs by which they are checked.",
        "الاطلاع على التسويات وعلى المجاميع والأدلة التي تُراجع بها.",
    )
    POLICIES_READ = (
        "policies:read",
        "See the dated policies: prices, allowances, limits.",
        "الاطلاع على القواعد وتواريخها: الأسعار والمقررات والحدود.",
    )
    POLICIES_WRITE = (
        "policies:write",
        "Propose policies from a day to come, and see them.",
        "اقتراح قواعد تسري من يوم قادم، والاطلاع عليها.",
    )
    POLICIES_APPROVE = (
        "policies:approve",
        "Decide on policies that others have proposed, and see them.",
        "البت في القواعد التي اقترحها غيره، والاطلاع عليها.",
    )
    OUTLETS_READ = "outlets:read", "See the outlets.", "الاطلاع على المنافذ."
    OUTLETS_WRITE = "outlets:write", "Register outlets, and see them.", "تسجيل المنافذ، والاطلاع عليها."
    LEGACY_DRAWS_WRITE = (
        "legacy-draws:write",
        "Tell what households still drew with their ration cards.",
        "الإبلاغ بما صرفته الأسر ببطاقة التموين.",
    )
    FLOUR_CHOICES_WRITE = (
        "flour-choices:write",
        "Enter and withdraw that a household has flour instead of bread in a month to come, and see it.",
        "تسجيل أن الأسرة تأخذ الدقيق بدل الخبز في شهر قادم وسحب ذلك، والاطلاع عليه.",
    )
    FLOUR_DELIVERIES_WRITE = (
        "flour-deliveries:write",
        "Enter and withdraw sacks of flour that bakeries were given, and see them held against their loaves.",
        "تسجيل أجولة الدقيق المسلّمة للمخابز وسحبها، ومقارنتها بعدد الأرغفة.",
    )
    INSPECTOR_DRAWS_WRITE = (
        "inspector-draws:write",
        "Let a bakery sell bread to people without a card within the day's bound, take that back, and see it.",
        "السماح لمخبز بالبيع لمن لا كارت معه في حدود اليوم وسحب ذلك، والاطلاع عليه.",
    )
    DISPUTES_WRITE = (
        "disputes:write",
        "See what outlets claim of sales without a network with its evidence, and propose what becomes of it.",
        "الاطلاع على مطالبات المنافذ عن الصرف دون شبكة وأدلتها، واقتراح ما يتم فيها.",
    )
    DISPUTES_APPROVE = (
        "disputes:approve",
        "Decide what becomes of outlets' claims where others have proposed it, and see them.",
        "البت في مطالبات المنافذ بعد اقتراح غيره، والاطلاع عليها.",
    )
    SHEETS_WRITE = (
        "sheets:write",
        "Enter what outlets sold on paper while network or terminal failed, and see what became of it.",
        "تسجيل ما باعته المنافذ على الورق عند تعطل الشبكة أو الماكينة، ومتابعته.",
    )
    SHEETS_APPROVE = (
        "sheets:approve",
        "Decide on paper sheets of sales that others have entered, and see them.",
        "البت في كشوف المبيعات الورقية التي سجلها غيره، والاطلاع عليها.",
    )
    TERMINALS_READ = "terminals:read", "See the outlets' terminals.", "الاطلاع على ماكينات الصرف في المنافذ."
    TERMINALS_WRITE = (
        "terminals:write",
        "Register, suspend and reinstate the outlets' terminals, and see them.",
        "تسجيل ماكينات الصرف وإيقافها وإعادة تشغيلها، والاطلاع عليها.",
    )

    ELIGIBILITY_CHECK = (
        "eligibility:check",
        "Ask at a clinic whether a card's holder is covered and what services cost.",
        "السؤال في العيادة هل صاحب الكارت مؤمّن عليه وما تكلفة الخدمة.",
    )
    ENCOUNTERS_CREATE = (
        "encounters:create",
        "Enter visits at a clinic and have their co-payments taken.",
        "تسجيل الزيارات في العيادة وتحصيل مساهماتها.",
    )
    ENCOUNTERS_READ = "encounters:read", "See the visits of one's own clinic.", "الاطلاع على زيارات العيادة نفسها."
    CONTRIBUTIONS_WRITE = (
        "contributions:write",
        "Enter what was paid for a family's cover.",
        "تسجيل ما سُدد من اشتراكات الأسرة.",
    )
    COVERAGE_READ = "coverage:read", "See a family's cover.", "الاطلاع على تغطية الأسرة التأمينية."
    COVERAGE_WRITE = (
        "coverage:write",
        "Exempt a family or a person from contributions or co-payments.",
        "إعفاء أسرة أو شخص من الاشتراكات أو المساهمات.",
    )
    PROVIDERS_READ = (
        "providers:read",
        "See health providers and their terminals.",
        "الاطلاع على مقدمي الخدمة الصحية وماكيناتهم.",
    )
    PROVIDERS_WRITE = (
        "providers:write",
        "Register health providers and their terminals, and see them.",
        "تسجيل مقدمي الخدمة الصحية وماكيناتهم، والاطلاع عليها.",
    )
    FHIR_READ = (
        "fhir:read",
        "Read patients and their cover as FHIR R4 resources.",
        "قراءة المرضى وتغطيتهم بصيغة FHIR R4.",
    )

    PAYMENTS_CREATE = (
        "payments:create",
        "Hold, take, give up and refund payments by card at a terminal, and see them.",
        "حجز المدفوعات بالكارت على الماكينة وتحصيلها والتنازل عنها وردها، والاطلاع عليها.",
    )
    PAYMENTS_READ = "payments:read", "See payments by card.", "الاطلاع على المدفوعات بالكارت."
    WALLETS_READ = "wallets:read", "See a card's wallet and its movements.", "الاطلاع على محفظة الكارت وحركاتها."
    LEDGER_READ = (
        "ledger:read",
        "See accounts, and the sums and proofs by which the ledger is checked.",
        "الاطلاع على الحسابات وعلى المجاميع والأدلة التي تُراجع بها.",
    )
    LEDGER_WRITE = "ledger:write", "Open accounts and make transfers between them.", "فتح الحسابات والتحويل بينها."
    PAYOUTS_SUBMIT = (
        "payouts:submit",
        "Make batches of payouts and submit them, and see them.",
        "إعداد دفعات الصرف وإرسالها للاعتماد، والاطلاع عليها.",
    )
    PAYOUTS_APPROVE = (
        "payouts:approve",
        "Approve or withdraw batches of payouts others have submitted, and see them.",
        "اعتماد دفعات الصرف التي أرسلها غيره أو إعادتها، والاطلاع عليها.",
    )
    PAYOUTS_READ = (
        "payouts:read",
        "See the batches of payouts, funds and programmes of every authority.",
        "الاطلاع على دفعات الصرف والصناديق والبرامج في كل الجهات.",
    )
    PAYEES_RESOLVE = (
        "payees:resolve",
        "Find payees of payouts by national id or card number, each access noted.",
        "البحث عن مستحقي الصرف بالرقم القومي أو رقم الكارت، ويُسجل كل بحث.",
    )
    FUNDS_WRITE = (
        "funds:write",
        "Enter funds and programmes of payouts, propose whose they are and what is paid into them, and see them.",
        "تسجيل الصناديق وبرامج الصرف، واقتراح أصحابها وتمويلها، والاطلاع عليها.",
    )
    FUNDS_APPROVE = (
        "funds:approve",
        "Decide what is paid into funds and whose they are, where others have proposed it.",
        "البت في تمويل الصناديق وأصحابها بعد اقتراح غيره.",
    )

    MESSAGES_READ = (
        "messages:read",
        "See the messages to citizens, their counts and templates.",
        "الاطلاع على الرسائل المرسلة للمواطنين وأعدادها ونصوصها.",
    )
    CAMPAIGNS_WRITE = (
        "campaigns:write",
        "Write texts and campaigns of messages to many citizens, have them started, pause and cancel them, see them.",
        "كتابة نصوص حملات الرسائل وطلب بدئها وإيقافها وإلغائها، والاطلاع عليها.",
    )
    CAMPAIGNS_APPROVE = (
        "campaigns:approve",
        "Decide on texts and starts of campaigns that others have written, and see them.",
        "البت في نصوص الحملات وبدئها التي كتبها غيره، والاطلاع عليها.",
    )
    CODES_SEND = (
        "codes:send",
        "Have a code sent to a citizen, with which they sign in.",
        "طلب إرسال رمز التحقق إلى مواطن ليدخل به.",
    )
    NOTICES_SEND = (
        "notices:send",
        "Have somebody who works with the system told by SMS what they must know at once.",
        "طلب إبلاغ أحد العاملين برسالة بما يجب أن يعرفه فوراً.",
    )
    COMPLAINTS_ENTER = (
        "complaints:enter",
        "Enter citizens' complaints, reopen them or appeal, and see them.",
        "تسجيل شكاوى المواطنين وإعادة فتحها والتظلم، والاطلاع عليها.",
    )
    COMPLAINTS_ANSWER = (
        "complaints:answer",
        "Claim, hand on and answer citizens' complaints, and see them.",
        "أخذ شكاوى المواطنين وتحويلها والرد عليها، والاطلاع عليها.",
    )
    MESSAGES_REPORT = (
        "messages:report",
        "Report what became of messages, and hand over what citizens have sent.",
        "الإبلاغ بحالة الرسائل، وتسليم ما أرسله المواطنون.",
    )

    CLIENTS_READ = (
        "clients:read",
        "See who may call the API and with which scopes.",
        "معرفة الأنظمة المتصلة وصلاحياتها.",
    )
    CLIENTS_WRITE = (
        "clients:write",
        "Register, suspend and reinstate API clients and say what they may do, and see them.",
        "تسجيل الأنظمة المتصلة وإيقافها وإعادتها وتحديد ما تفعله، والاطلاع عليها.",
    )
    CLIENTS_SUSPEND = (
        "clients:suspend",
        "Suspend API clients at once, and see them.",
        "إيقاف الأنظمة المتصلة فوراً، والاطلاع عليها.",
    )
    CLIENTS_APPROVE = (
        "clients:approve",
        "Decide what API clients may do where others have asked for it, and see them.",
        "البت فيما تفعله الأنظمة المتصلة بعد طلب غيره، والاطلاع عليها.",
    )
    PEOPLE_READ = (
        "people:read",
        "See who works with the system, in which offices and roles, and since when.",
        "معرفة العاملين على النظام وجهاتهم ووظائفهم ومنذ متى.",
    )
    PEOPLE_WRITE = (
        "people:write",
        "Invite people, reinstate them and let them leave, and see them.",
        "دعوة العاملين وإعادتهم إلى العمل وإنهاء عملهم، والاطلاع عليهم.",
    )
    PEOPLE_SUSPEND = (
        "people:suspend",
        "Suspend people and end their sessions at once, and see them.",
        "إيقاف العاملين وإنهاء جلساتهم فوراً، والاطلاع عليهم.",
    )
    GRANTS_ASK = (
        "grants:ask",
        "Ask for roles for others, and see who has which.",
        "طلب صلاحيات لغيره، ومعرفة من له أي صلاحية.",
    )
    GRANTS_DECIDE = (
        "grants:decide",
        "Decide on roles others have asked for, confirm and revoke them, and see them.",
        "البت في الصلاحيات التي طلبها غيره وتأكيدها وإلغاؤها، والاطلاع عليها.",
    )
    AUTHORITIES_WRITE = (
        "authorities:write",
        "Enter the authorities and the areas in which people hold offices.",
        "إضافة الجهات والمناطق التي يعمل بها العاملون.",
    )
    TERMINALS_SUSPEND = (
        "terminals:suspend",
        "Suspend terminals of any kind at once, and see them.",
        "إيقاف الماكينات من أي نوع فوراً، والاطلاع عليها.",
    )
    TERMINALS_ENROL = (
        "terminals:enrol",
        "Give terminals the one-time codes with which they enrol.",
        "منح الماكينات رموز التشغيل لأول مرة.",
    )
    KEYS_ROTATE = "keys:rotate", "Propose the next key that signs tokens.", "اقتراح المفتاح التالي لتوقيع رموز الدخول."
    KEYS_APPROVE = (
        "keys:approve",
        "Decide on the next key that signs tokens, as another person than who proposed it.",
        "البت في المفتاح التالي لتوقيع رموز الدخول، من غير من اقترحه.",
    )
    OVERVIEW_READ = (
        "overview:read",
        "See at once what all services know of a card.",
        "الاطلاع مرة واحدة على ما تعرفه كل الخدمات عن كارت.",
    )
    OPERATIONS_READ = (
        "operations:read",
        "See the events a service has set aside.",
        "الاطلاع على الأحداث التي نحّتها الخدمة جانباً.",
    )
    OPERATIONS_WRITE = (
        "operations:write",
        "Replay events set aside, propose to discard them or to publish again, and see them.",
        "إعادة تشغيل الأحداث المنحّاة، واقتراح إسقاطها أو إعادة نشرها، والاطلاع عليها.",
    )
    OPERATIONS_APPROVE = (
        "operations:approve",
        "Decide on what operators have proposed, and see events set aside.",
        "البت فيما اقترحه المشغلون، والاطلاع على الأحداث المنحّاة.",
    )
    SELF_SESSIONS = "self:sessions", "See and end one's own sign-ins.", "الاطلاع على جلسات دخوله هو وإنهاؤها."
    SELF_CARD = (
        "self:card",
        "See one's own card and household, choose an hour to collect it, stop it when it is lost.",
        "الاطلاع على كارته وأسرته، واختيار موعد استلامه، وإيقافه عند فقده.",
    )
    SELF_BALANCES = (
        "self:balances",
        "See what oneself has left of bread, goods and money, and what was drawn.",
        "الاطلاع على المتبقي له من خبز وسلع ومال، وعلى ما صُرف.",
    )
    SELF_COMPLAINTS = "self:complaints", "Enter one's own complaints and see how they stand.", "تسجيل شكاواه ومتابعتها."
    SELF_MESSAGES = (
        "self:messages",
        "See all messages to oneself, choose their language and whether all are wanted.",
        "الاطلاع على رسائله، واختيار لغتها وما يريده منها.",
    )
    TRAINING_CLOCK = (
        "training:clock",
        "Move the business time of a training system.",
        "تحريك وقت العمل في نظام التدريب.",
    )

    RECORDS_READ = (
        "records:read",
        "See the record of who has seen or changed what, and whom a breach concerns.",
        "الاطلاع على سجل من رأى ماذا أو غيّره، وعلى من يمسه أي تسرب.",
    )
    RECORDS_COLLECT = (
        "records:collect",
        "Gather what a service holds and has recorded of one citizen: for the gateway.",
        "جمع ما تحفظه الخدمة وما سجلته عن مواطن واحد، لبوابة الدخول.",
    )
    DISCLOSURES_READ = (
        "disclosures:read",
        "See which offices have seen a citizen's data: citizens their own.",
        "معرفة الجهات التي اطلعت على بيانات مواطن، والمواطن يعرف ما يخصه.",
    )
    DATA_EXPORT = (
        "data:export",
        "Have a copy of all that is held on a citizen: citizens of their own.",
        "الحصول على نسخة من كل المحفوظ عن مواطن، والمواطن عن نفسه.",
    )
    PRIVACY_WRITE = (
        "privacy:write",
        "Restrict, erase, hold back what the law allows, by two persons.",
        "وقف استخدام البيانات ومحوها وحجب ما يسمح به القانون، بموافقة شخصين.",
    )
    PRIVACY_ASK = (
        "privacy:ask",
        "Ask that a citizen's data be restricted or erased, and follow it: citizens for themselves.",
        "طلب وقف استخدام بيانات مواطن أو محوها ومتابعة الطلب، والمواطن عن نفسه.",
    )


# What is about oneself alone, and nobody else's business.
OWN: Final = frozenset(
    {Scope.SELF_SESSIONS, Scope.SELF_CARD, Scope.SELF_BALANCES, Scope.SELF_COMPLAINTS, Scope.SELF_MESSAGES}
)
