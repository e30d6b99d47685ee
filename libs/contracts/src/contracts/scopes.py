"""Scopes (OAuth 2.0): what a token lets its holder do, each with the sentence the API's documentation shows.

A route names those that open it; `contracts.roles` says which of them a client or a terminal is given.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    """A scope as a token carries it, and in `description` what it allows, as a sentence."""

    description: str

    def __new__(cls, value: str, description: str = "") -> Scope:
        """A member: its value on the wire and its sentence."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.description = description
        return member

    CITIZENS_READ = "citizens:read", "See households and citizens, and who has looked at them."
    CITIZENS_WRITE = "citizens:write", "Register and change households and citizens, and see them."
    CITIZENS_IMPORT = "citizens:import", "Send files of citizens to be registered, and follow them."
    REQUESTS_READ = "requests:read", "See requests for changes of the register and what became of them."
    REQUESTS_WRITE = "requests:write", "Enter requests for changes of the register, and see them."
    REQUESTS_APPROVE = (
        "requests:approve",
        "Decide requests for changes of the register that others have entered, and appeals, and see them.",
    )
    CITIZENS_VERIFY = "citizens:verify", "Ask whether a national id is registered, to send its holder a code."
    SITES_READ = "sites:read", "See the sites where cards are handed over."
    SITES_WRITE = "sites:write", "Enter the sites where cards are handed over, and see them and their appointments."
    ROLLOUT_READ = "rollout:read", "See roll-out phases, pick-up plans and activations."
    ROLLOUT_WRITE = "rollout:write", "Plan, pause and resume roll-out phases, order pick-up plans and activations."
    ROLLOUT_APPROVE = (
        "rollout:approve",
        "Decide what others have proposed of the roll-out: opening phases, passing gates, taking cohorts back; see it.",
    )
    CARDS_READ = "cards:read", "See a card and the credential by which it is checked without a network."
    CARDS_WRITE = "cards:write", "Block, unblock and replace cards, switch their services on and off, and see them."
    CARDS_HANDOVER = (
        "cards:handover",
        "Find, hand over and see cards at a counter, set and check their PINs, report them lost and found.",
    )
    CARDS_INSPECT = "cards:inspect", "Enter that a card was found with a trader, for others to decide on."
    CARDS_PRINT = "cards:print", "Get what is printed on cards that were not handed over yet: names, numbers, codes."
    PRODUCTION_WRITE = (
        "production:write",
        "Order cards of a bureau, send it batches, take in what it returns, have cards made again, and see all that.",
    )
    PRODUCTION_APPROVE = (
        "production:approve",
        "Decide on orders of cards and on bureaus and their keys that others have entered, and see them.",
    )
    STOCK_DISPATCH = "stock:dispatch", "Send cards from the store to sites, take back what comes from them, see stock."
    STOCK_COUNT = "stock:count", "Receive, count and send away cards at a site, and see its stock."
    CARDS_REPORT = "cards:report", "Find a holder's cards, report them lost, by telephone too, and send bread codes."

    REDEMPTIONS_CREATE = (
        "redemptions:create",
        "Sell against allowances at a terminal, online or offline, and reverse it.",
    )
    REDEMPTIONS_LATE = "redemptions:late", "Upload what a terminal had sold before it was suspended, and nothing else."
    REDEMPTIONS_READ = "redemptions:read", "See a sale in the books."
    ENTITLEMENTS_READ = "entitlements:read", "See what a card's household has left this month."
    CATALOGUE_READ = "catalogue:read", "See what is on sale, its prices and limits, and the policies behind them."
    DAYS_CLOSE = "days:close", "Close an outlet's business day, and see its figures and settlement."
    DAYS_READ = "days:read", "See the figures of outlets' business days."
    SETTLEMENTS_READ = "settlements:read", "See settlements, and the sums and proofs by which they are checked."
    POLICIES_READ = "policies:read", "See the dated policies: prices, allowances, limits."
    POLICIES_WRITE = "policies:write", "Propose policies from a day to come, and see them."
    POLICIES_APPROVE = "policies:approve", "Decide on policies that others have proposed, and see them."
    OUTLETS_READ = "outlets:read", "See the outlets."
    OUTLETS_WRITE = "outlets:write", "Register outlets, and see them."
    LEGACY_DRAWS_WRITE = "legacy-draws:write", "Tell what households still drew with their ration cards."
    FLOUR_CHOICES_WRITE = (
        "flour-choices:write",
        "Enter and withdraw that a household has flour instead of bread in a month to come, and see it.",
    )
    FLOUR_DELIVERIES_WRITE = (
        "flour-deliveries:write",
        "Enter and withdraw sacks of flour that bakeries were given, and see them held against their loaves.",
    )
    INSPECTOR_DRAWS_WRITE = (
        "inspector-draws:write",
        "Let a bakery sell bread to people without a card within the day's bound, take that back, and see it.",
    )
    DISPUTES_WRITE = (
        "disputes:write",
        "See what outlets claim of sales without a network with its evidence, and propose what becomes of it.",
    )
    DISPUTES_APPROVE = (
        "disputes:approve",
        "Decide what becomes of outlets' claims where others have proposed it, and see them.",
    )
    SHEETS_WRITE = (
        "sheets:write",
        "Enter what outlets sold on paper while network or terminal failed, and see what became of it.",
    )
    SHEETS_APPROVE = "sheets:approve", "Decide on paper sheets of sales that others have entered, and see them."
    TERMINALS_READ = "terminals:read", "See the outlets' terminals."
    TERMINALS_WRITE = "terminals:write", "Register, suspend and reinstate the outlets' terminals, and see them."

    ELIGIBILITY_CHECK = (
        "eligibility:check",
        "Ask at a clinic whether a card's holder is covered and what services cost.",
    )
    ENCOUNTERS_CREATE = "encounters:create", "Enter visits at a clinic and have their co-payments taken."
    ENCOUNTERS_READ = "encounters:read", "See the visits of one's own clinic."
    CONTRIBUTIONS_WRITE = "contributions:write", "Enter what was paid for a family's cover."
    COVERAGE_READ = "coverage:read", "See a family's cover."
    COVERAGE_WRITE = "coverage:write", "Exempt a family or a person from contributions or co-payments."
    PROVIDERS_READ = "providers:read", "See health providers and their terminals."
    PROVIDERS_WRITE = "providers:write", "Register health providers and their terminals, and see them."
    FHIR_READ = "fhir:read", "Read patients and their cover as FHIR R4 resources."

    PAYMENTS_CREATE = "payments:create", "Hold, take, give up and refund payments by card at a terminal, and see them."
    PAYMENTS_READ = "payments:read", "See payments by card."
    WALLETS_READ = "wallets:read", "See a card's wallet and its movements."
    LEDGER_READ = "ledger:read", "See accounts, and the sums and proofs by which the ledger is checked."
    LEDGER_WRITE = "ledger:write", "Open accounts and make transfers between them."
    PAYOUTS_SUBMIT = "payouts:submit", "Make batches of payouts and submit them, and see them."
    PAYOUTS_APPROVE = "payouts:approve", "Approve or withdraw batches of payouts others have submitted, and see them."
    PAYOUTS_READ = "payouts:read", "See the batches of payouts, funds and programmes of every authority."
    PAYEES_RESOLVE = "payees:resolve", "Find payees of payouts by national id or card number, each access noted."
    FUNDS_WRITE = (
        "funds:write",
        "Enter funds and programmes of payouts, propose whose they are and what is paid into them, and see them.",
    )
    FUNDS_APPROVE = "funds:approve", "Decide what is paid into funds and whose they are, where others have proposed it."

    MESSAGES_READ = "messages:read", "See the messages to citizens, their counts and templates."
    CAMPAIGNS_WRITE = (
        "campaigns:write",
        "Write texts and campaigns of messages to many citizens, have them started, pause and cancel them, see them.",
    )
    CAMPAIGNS_APPROVE = (
        "campaigns:approve",
        "Decide on texts and starts of campaigns that others have written, and see them.",
    )
    CODES_SEND = "codes:send", "Have a code sent to a citizen, with which they sign in."
    NOTICES_SEND = "notices:send", "Have somebody who works with the system told by SMS what they must know at once."
    COMPLAINTS_ENTER = "complaints:enter", "Enter citizens' complaints, reopen them or appeal, and see them."
    COMPLAINTS_ANSWER = "complaints:answer", "Claim, hand on and answer citizens' complaints, and see them."
    MESSAGES_REPORT = "messages:report", "Report what became of messages, and hand over what citizens have sent."

    CLIENTS_READ = "clients:read", "See who may call the API and with which scopes."
    CLIENTS_WRITE = (
        "clients:write",
        "Register, suspend and reinstate API clients and say what they may do, and see them.",
    )
    CLIENTS_SUSPEND = "clients:suspend", "Suspend API clients at once, and see them."
    CLIENTS_APPROVE = "clients:approve", "Decide what API clients may do where others have asked for it, and see them."
    PEOPLE_READ = "people:read", "See who works with the system, in which offices and roles, and since when."
    PEOPLE_WRITE = "people:write", "Invite people, reinstate them and let them leave, and see them."
    PEOPLE_SUSPEND = "people:suspend", "Suspend people and end their sessions at once, and see them."
    GRANTS_ASK = "grants:ask", "Ask for roles for others, and see who has which."
    GRANTS_DECIDE = "grants:decide", "Decide on roles others have asked for, confirm and revoke them, and see them."
    AUTHORITIES_WRITE = "authorities:write", "Enter the authorities and the areas in which people hold offices."
    TERMINALS_SUSPEND = "terminals:suspend", "Suspend terminals of any kind at once, and see them."
    TERMINALS_ENROL = "terminals:enrol", "Give terminals the one-time codes with which they enrol."
    KEYS_ROTATE = "keys:rotate", "Propose the next key that signs tokens."
    KEYS_APPROVE = "keys:approve", "Decide on the next key that signs tokens, as another person than who proposed it."
    OVERVIEW_READ = "overview:read", "See at once what all services know of a card."
    OPERATIONS_READ = "operations:read", "See the events a service has set aside."
    OPERATIONS_WRITE = (
        "operations:write",
        "Replay events set aside, propose to discard them or to publish again, and see them.",
    )
    OPERATIONS_APPROVE = "operations:approve", "Decide on what operators have proposed, and see events set aside."
    SELF_SESSIONS = "self:sessions", "See and end one's own sign-ins."
    SELF_CARD = "self:card", "See one's own card and household, choose an hour to collect it, stop it when it is lost."
    SELF_BALANCES = "self:balances", "See what oneself has left of bread, goods and money, and what was drawn."
    SELF_COMPLAINTS = "self:complaints", "Enter one's own complaints and see how they stand."
    SELF_MESSAGES = "self:messages", "See all messages to oneself, choose their language and whether all are wanted."
    TRAINING_CLOCK = "training:clock", "Move the business time of a training system."

    RECORDS_READ = (
        "records:read",
        "See the record of who has seen or changed what, and whom a breach concerns.",
    )
    RECORDS_COLLECT = "records:collect", "Gather what a service holds and has recorded of one citizen: for the gateway."
    DISCLOSURES_READ = "disclosures:read", "See which offices have seen a citizen's data: citizens their own."
    DATA_EXPORT = "data:export", "Have a copy of all that is held on a citizen: citizens of their own."
    PRIVACY_WRITE = (
        "privacy:write",
        "Restrict, erase, hold back what the law allows, by two persons.",
    )
    PRIVACY_ASK = (
        "privacy:ask",
        "Ask that a citizen's data be restricted or erased, and follow it: citizens for themselves.",
    )


# What is about oneself alone, and nobody else's business.
OWN: Final = frozenset(
    {Scope.SELF_SESSIONS, Scope.SELF_CARD, Scope.SELF_BALANCES, Scope.SELF_COMPLAINTS, Scope.SELF_MESSAGES}
)
