"""Who buys and who supplies."""

from collections.abc import Iterator
from typing import Any

from services.aggregator.facts import Value
from services.aggregator.notices import reading
from services.aggregator.notices.reading import Json
from services.aggregator.notices.release import Release
from shared.departments import AuthorityClass

CLASSES = {
    "publicAuthorityCentralGovernment": AuthorityClass.CENTRAL,
    "publicAuthoritySubCentralGovernment": AuthorityClass.SUB_CENTRAL,
    "publicUndertaking": AuthorityClass.PUBLIC_UNDERTAKING,
    "privateUtility": AuthorityClass.PRIVATE_UTILITY,
    # Forms before 2025. A national agency or a body governed by public law may stand in either row: no class.
    "MINISTRY": AuthorityClass.CENTRAL,
    "REGIONAL_AUTHORITY": AuthorityClass.SUB_CENTRAL,
    "REGIONAL_AGENCY": AuthorityClass.SUB_CENTRAL,
}
CLASS_SCHEMES = ("UK_CA_TYPE", "TED_CA_TYPE")
DEVOLVED_SCHEME = "UK_CA_DEVOLVED_REGULATIONS"
SCOTTISH_HOST = "publiccontractsscotland.gov.uk"


def buyer_facts(release: Release) -> Iterator[tuple[str, Value]]:
    """Id, name, threshold class and devolved rules of the lead buyer, each a fact of its own: a notice may omit any."""
    named = reading.child(release.data, "buyer")
    lead_id = reading.key(named)
    buyers = [party for party in release.parties if "buyer" in reading.texts(party, "roles")]
    lead = next((party for party in buyers if reading.key(party) == lead_id), buyers[0] if buyers else None)
    party: Json = lead if lead is not None else {}
    ids = _ids(lead_id, party)
    name = reading.text(named, "name") or reading.text(party, "name")
    if ids or name:
        yield "buyer", _named(ids, name)
    others = [_named(_ids(None, other), reading.text(other, "name")) for other in buyers if other is not lead]
    if any(others):
        yield "joint-buyers", [other for other in others if other]
    devolved = set()
    for classification in reading.items(reading.child(party, "details"), "classifications"):
        scheme, code = classification.get("scheme"), reading.text(classification, "id")
        if scheme in CLASS_SCHEMES and code in CLASSES:
            yield "buyer-class", CLASSES[code].value
        elif scheme == DEVOLVED_SCHEME and code is not None:
            devolved.add(code)
    if devolved:
        yield "buyer-devolved", sorted(devolved)
    for link in reading.items(release.data, "links"):
        if link.get("rel") == "canonical" and SCOTTISH_HOST in (reading.text(link, "href") or ""):
            yield "scottish-original", True


def _named(ids: list[str], name: str | None) -> dict[str, Any]:
    return reading.known((("ids", ids), ("name", name)))


def _ids(first: str | None, party: Json) -> list[str]:
    """Every id a register may know the party by, as `scheme-id`, without repeats, the release's own id first."""
    found = [first, reading.key(party)]
    for identifier in (reading.child(party, "identifier"), *reading.items(party, "additionalIdentifiers")):
        scheme, code = reading.text(identifier, "scheme"), reading.key(identifier)
        if scheme and code:
            found.append(f"{scheme}-{code}")
    return list(dict.fromkeys(id for id in found if id is not None))


def suppliers(release: Release) -> dict[str, dict[str, Any]]:
    """Party id → scale and kind of supplier, for the parties that state them."""
    found = {}
    for party in release.parties:
        id, details = reading.key(party), reading.child(party, "details")
        if id is None or not details or "supplier" not in reading.texts(party, "roles"):
            continue
        found[id] = reading.known((("scale", reading.text(details, "scale")), ("vcse", reading.flag(details, "vcse"))))
    return found
