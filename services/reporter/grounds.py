"""Why the Act applies to a procurement, does not, or cannot be told: the aggregator's codes in words. Data."""

from collections.abc import Mapping

from services.reporter.words import humanised

GROUNDS: Mapping[str, str] = {
    "register-body": "The buyer is a department or a body of one, s.1(15)",
    "authority": "The notices call the buyer a contracting authority, s.1(15)",
    "declared-by-department": "The department itself reports it as its own, s.1(15)",
    "no-buyer": "No event names the buyer, s.1(15)",
    "devolved": "Devolved rules apply to the buyer, s.1(11), (12), (15)",
    "devolved-conflict": "A notice says that devolved rules apply, yet the buyer is a body of the United Kingdom "
    "government, s.1(11), (12), (15)",
    "scottish-notice": "First published on Public Contracts Scotland, under Scottish rules, s.1(15)",
    "excluded-authority": "The buyer is no contracting authority, s.1(15)",
    "private-utility": "The buyer is a private utility, s.1(15), (16)(a)",
    "public-undertaking": "The buyer is a public undertaking, s.1(15), (16)(a)",
    "public-undertaking-claimed": "The notice calls the buyer a public undertaking, which alone does not settle it, "
    "s.1(15)",
    "utilities-contract": "A utilities contract, s.1(16)(a)",
    "defence-contract": "A defence and security contract, s.1(16)(a)",
    "concession-contract": "A concession contract, s.1(16)(a)",
    "dynamic-market": "A dynamic market, which is no contract, s.1(1), (16)",
    "health-procurement": "A notice names the Provider Selection Regime, s.1(16)(b)",
    "exempted-claimed": "A notice speaks of an exempted contract, s.1(16), (17)",
    "legal-basis": "The notice names a legal basis that is not known here, s.1(16)",
    "regime": "No utilities, defence and security, or concession contract as far as the notices say, s.1(16)",
    "no-category": "No event says whether services are bought, s.1(1)",
    "services": "Services are the main category, s.1(1)",
    "goods-contract": "Goods are the main category, s.1(1)",
    "works-contract": "Works are the main category, s.1(1)",
    "call-off": "A call-off from a framework, which was itself within the Act, s.1(1)(a)",
    "framework-hint": "A planning notice speaks of buying through a framework, s.1(1)(a)",
    "no-call-off": "Nothing says that it is based on a framework, s.1(1)(a)",
    "before-the-act": "It started before the Act came into force, s.1(14)",
    "flagged-above": "A notice says that it is above the threshold, s.1(16), (17)",
    "text-above": "The procedure’s own name says that it is above the threshold, s.1(16), (17)",
    "value-above": "Its value is at or above the threshold, s.1(16), (17)",
    "light-touch-above": "Its value is at or above the light touch threshold, s.1(16), (17)",
    "flagged-below": "A notice says that it is below the threshold, s.1(16), (17)",
    "value-below": "Its value is below the threshold, s.1(16), (17)",
    "value-between": "Its value is too near the threshold to tell, s.1(16), (17)",
    "contradiction": "A notice says that it is below the threshold, yet its value is not, s.1(16), (17)",
    "no-start": "No event says when it started, s.1(16), (17)",
    "no-value": "No event gives a value or says on which side it lies, s.1(16), (17)",
    "foreign-currency": "Its value is in a currency that is not compared with pounds, s.1(16), (17)",
}


def words(code: str) -> str:
    return GROUNDS.get(code) or humanised(code)
