"""Does section 1 of the Public Services (Social Value) Act 2012 apply? Five conditions, each yes, no or unknown.

Any no: it does not apply, and every ground is listed. Otherwise any unknown: cannot tell, with what is missing.
The conditions are independent: a bare cancellation notice of a Welsh council is decided by the council.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from services.aggregator import threshold
from services.aggregator.parts import EventKey
from services.aggregator.procurement import Procurement
from services.aggregator.reasons import Answer, Reason, no, unknown, yes
from shared.departments import AuthorityClass
from shared.events.base import Category
from shared.rules import Rules

__all__ = ["Answer", "Decision", "Reason", "Scope", "decide"]


class Decision(StrEnum):
    APPLIES = "applies"
    DOES_NOT_APPLY = "does-not-apply"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True)
class Scope:
    """`reasons`: every ground of a no; what is unknown of a cannot-tell; the five conditions of a yes.

    `missing` names what would settle a cannot-tell. Provisional: the procurement has not started as far as is known.
    """

    decision: Decision
    reasons: tuple[Reason, ...]
    missing: tuple[str, ...]
    provisional: bool


def decide(
    procurement: Procurement, *, authority: AuthorityClass | None, is_register_body: bool, rules: Rules
) -> Scope:
    """`authority` is the register's class for the buyer; None: not in it, and the notice's own class stands in."""
    reasons = (
        *_authority(procurement, authority, is_register_body=is_register_body),
        *_regime(procurement, rules),
        *_services(procurement),
        *_framework(procurement),
        *threshold.answers(procurement, authority=authority, rules=rules),
    )
    provisional = procurement.start is None
    for answer, decision in ((Answer.NO, Decision.DOES_NOT_APPLY), (Answer.UNKNOWN, Decision.CANNOT_TELL)):
        if found := tuple(reason for reason in reasons if reason.answer is answer):
            missing = tuple(dict.fromkeys(m for reason in found for m in reason.missing))
            return Scope(decision, found, missing, provisional)
    return Scope(Decision.APPLIES, reasons, (), provisional)


def _authority(
    procurement: Procurement, registered: AuthorityClass | None, *, is_register_body: bool
) -> Iterator[Reason]:
    """s.1(15): a contracting authority under s.2 of the Procurement Act 2023; s.1(12): not a Welsh devolved one."""
    buyer = procurement.buyer
    evidence: tuple[EventKey, ...] = (buyer.event,) if buyer is not None else ()
    stated = procurement.authority
    grounds = list(_authority_grounds(procurement, registered, is_register_body=is_register_body))
    yield from grounds
    if grounds:
        return
    if is_register_body:
        yield yes("register-body", "the buyer is a department or a body of one", "s.1(15)", evidence)
    elif stated is not None:
        yield yes("authority", f"the notice calls the buyer a {stated.value} authority", "s.1(15)", (stated.event,))
    elif buyer is not None:
        yield yes("authority", "the buyer publishes its notices as a contracting authority", "s.1(15)", evidence)
    elif procurement.senders:
        senders = tuple(sender.event for sender in procurement.senders)
        yield yes("declared-by-department", "the department itself reports it as its own", "s.1(15)", senders)
    else:
        yield unknown("no-buyer", "no event names the buyer", "s.1(15)", evidence, "buyer")


def _authority_grounds(
    procurement: Procurement, registered: AuthorityClass | None, *, is_register_body: bool
) -> Iterator[Reason]:
    for sign in (procurement.devolved, procurement.scottish_original):
        if sign is None:
            continue
        if is_register_body:
            words = (
                "the notice says that devolved rules apply, yet the buyer is a body of the United Kingdom government"
            )
            yield unknown("devolved-conflict", words, "s.1(11), (12), (15)", (sign.event,), "devolved-status")
        else:
            yield _devolved(sign is procurement.devolved, procurement)
    stated = procurement.authority
    evidence = (stated.event,) if registered is None and stated is not None else ()
    kind = registered or (stated.value if stated is not None else None)
    if kind is AuthorityClass.EXCLUDED:
        words = "the buyer is no contracting authority: an intelligence service or ARIA"
        yield no("excluded-authority", words, "s.1(15)", evidence)
    elif kind is AuthorityClass.PRIVATE_UTILITY:
        words = "a private utility is an authority only for utilities contracts, which are out"
        yield no("private-utility", words, "s.1(15), (16)(a)", evidence)
    elif kind is AuthorityClass.PUBLIC_UNDERTAKING and registered is not None:
        words = "a public undertaking is an authority only for utilities contracts, which are out"
        yield no("public-undertaking", words, "s.1(15), (16)(a)", evidence)
    elif kind is AuthorityClass.PUBLIC_UNDERTAKING and not is_register_body and not _is_utilities(procurement):
        # Universities, landlords and hospitals tick this box too: the notice alone does not settle it.
        words = "the notice calls the buyer a public undertaking, which would not be an authority for this contract"
        yield unknown("public-undertaking-claimed", words, "s.1(15)", evidence, "authority-class")


def _devolved(by_class: bool, procurement: Procurement) -> Reason:
    if not by_class or procurement.devolved is None:
        said = procurement.scottish_original
        words = "the notice was first published on Public Contracts Scotland, under Scottish rules"
        return no("scottish-notice", words, "s.1(15)", (said.event,) if said is not None else ())
    country = procurement.devolved.value
    names = {"GB-WLS": "Welsh", "GB-NIR": "Northern Ireland", "GB-SCT": "Scottish"}
    rules = " and ".join(names.get(code, code) for code in country)
    section = "s.1(11), (12)" if "GB-WLS" in country else "s.1(15), s.4(4)"
    return no("devolved", f"{rules} devolved rules apply to the buyer", section, (procurement.devolved.event,))


def _is_utilities(procurement: Procurement) -> bool:
    special, regime = procurement.special_regimes, procurement.regime
    return (special is not None and "utilities" in special.value) or (
        regime is not None and regime.value == "UTILITIES"
    )


SPECIAL = {
    "utilities": ("utilities-contract", "a utilities contract"),
    "defenceSecurity": ("defence-contract", "a defence and security contract"),
    "concession": ("concession-contract", "a concession contract"),
}
OTHER_STATUTES = {"UTILITIES": "utilities", "DEFENCE": "defenceSecurity", "CONCESSIONS": "concession"}


def _regime(procurement: Procurement, rules: Rules) -> Iterator[Reason]:
    """s.1(16): not utilities, defence and security, or concession contracts, nor exempted ones."""
    special, regime = procurement.special_regimes, procurement.regime
    found: dict[str, EventKey] = {}
    if special is not None:
        found = {name: special.event for name in SPECIAL if name in special.value}
    if regime is not None and regime.value in OTHER_STATUTES:
        found.setdefault(OTHER_STATUTES[regime.value], regime.event)
    for name, event in found.items():
        code, words = SPECIAL[name]
        yield no(code, words, "s.1(16)(a)", (event,))
    if procurement.is_market_only:
        evidence = tuple(notice.event for notice in procurement.notices)
        yield no("dynamic-market", "a dynamic market, which is no contract", "s.1(1), (16)", evidence)
        found["market"] = evidence[0]
    questions = list(_regime_questions(procurement, rules))
    yield from questions
    if not found and not questions:
        evidence = (regime.event,) if regime is not None else ()
        words = "not a utilities, defence and security, or concession contract as far as the notices say"
        yield yes("regime", words, "s.1(16)", evidence)


def _regime_questions(procurement: Procurement, rules: Rules) -> Iterator[Reason]:
    if procurement.health_hints:
        words = "a notice names the Provider Selection Regime, to which the Procurement Act 2023 does not apply"
        answers = {"does-not-apply": no, "cannot-tell": unknown}
        if rules.health.decision in answers:
            missing = ("health-procurement",) if rules.health.decision == "cannot-tell" else ()
            make = answers[rules.health.decision]
            yield make("health-procurement", words, "s.1(16)(b)", procurement.health_hints, *missing)
    if procurement.exempt_hints:
        words = "a notice speaks of an exempted contract"
        yield unknown("exempted-claimed", words, "s.1(16), (17)", procurement.exempt_hints, "exemption")
    regime = procurement.regime
    if regime is not None and regime.value == "OTHER":
        words = "the notice names a legal basis that is not known here"
        yield unknown("legal-basis", words, "s.1(16)", (regime.event,), "regime")


def _services(procurement: Procurement) -> Iterator[Reason]:
    """s.1(1): services, also with goods or works; in a mixed contract the greater part by value decides."""
    category = procurement.category
    if category is None:
        yield unknown("no-category", "no event says whether services are bought", "s.1(1)", (), "category")
    elif category.value == Category.SERVICES:
        yield yes("services", "services are the main category", "s.1(1)", (category.event,))
    else:
        words = f"{category.value} are the main category, not services"
        yield no(f"{category.value}-contract", words, "s.1(1)", (category.event,))


def _framework(procurement: Procurement) -> Iterator[Reason]:
    """s.1(1)(a): not on the basis of a framework. Setting up a framework, or using a dynamic market, is no call-off."""
    signs = [sign for sign in procurement.call_off if sign.value]
    if signs:
        evidence = tuple(sign.event for sign in signs)
        yield no("call-off", "a call-off from a framework, which was itself within the Act", "s.1(1)(a)", evidence)
    elif procurement.framework_hints and not procurement.call_off and procurement.framework is None:
        words = "a planning notice speaks of buying through a framework"
        yield unknown("framework-hint", words, "s.1(1)(a)", procurement.framework_hints, "call-off")
    else:
        evidence = tuple(sign.event for sign in procurement.call_off)
        yield yes("no-call-off", "nothing says that it is based on a framework", "s.1(1)(a)", evidence)
