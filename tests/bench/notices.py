"""What real notices yield: counts for docs/notices.md on stdout, and how long a release takes on stderr.

    python -m tests.bench.notices > docs/notices.md

Reads the files that tests/notices.py finds; the document holds counts only, nothing of the notices themselves.
"""

import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from services.aggregator import notices, scope
from services.aggregator.assessment import assess
from services.aggregator.hearing import heard
from services.aggregator.procurement import Procurement
from services.aggregator.scope import Decision, Scope
from services.aggregator.subjects import build
from shared.departments import Register, comparator, load_register
from shared.envelope import Event
from shared.rules import load_rules
from tests.notices import real_events

DECISIONS = (Decision.APPLIES, Decision.DOES_NOT_APPLY, Decision.CANNOT_TELL)
WORDS = {Decision.APPLIES: "applies", Decision.DOES_NOT_APPLY: "does not apply", Decision.CANNOT_TELL: "cannot tell"}
REGIMES = {
    "PA2023": "Procurement Act 2023",
    "PCR2015": "Public Contracts Regulations 2015",
    "UTILITIES": "utilities regulations",
    None: "not named (Contracts Finder)",
}
MEASURED = {"flagged-above", "text-above", "value-above", "light-touch-above"}
INTRODUCTION = """# What real notices yield

Counts of two files of real notices: {releases} OCDS releases of {procurements} procurements, from Find a Tender
(July and August 2026) and Contracts Finder (January and March 2025). They contain public sector information licensed
under the Open Government Licence v3.0 and are not part of this repository. Written by

    SVR_NOTICES_DIR=<folder> .venv/bin/python -m tests.bench.notices > docs/notices.md

The decision is that of `services/aggregator/scope.py`, from the notices alone: five conditions, each yes, no or
unknown; any no decides; otherwise any unknown leaves it open. Nothing in a notice shows whether social value was
considered: that only the departments' own events can say.
"""


def main() -> None:
    register = load_register()
    by_subject: dict[str, list[Event]] = defaultdict(list)
    for event in real_events():
        by_subject[event.subject].append(event)
    decided = [_decide(ocid, events, register) for ocid, events in by_subject.items()]
    releases = sum(len(events) for events in by_subject.values())
    sys.stdout.write(INTRODUCTION.format(releases=releases, procurements=len(decided)))
    _write_decisions(decided)
    _write_reasons(decided)
    _write_weights(procurement for procurement, _, _ in decided)
    _write_attribution(by_subject, register)
    sys.stderr.write(_timing(by_subject))


def _decide(ocid: str, events: list[Event], register: Register) -> tuple[Procurement, Scope, bool]:
    procurement = Procurement(ocid, heard(build(ocid, events).facts, register))
    day = procurement.start.moment.day if procurement.start else procurement.notices[0].at.day
    buyer = procurement.buyer
    known = register.resolve(ids=buyer.ids, name=buyer.name, on=day) if buyer else None
    beside = comparator(ids=buyer.ids, name=buyer.name, on=day) if buyer and not known else None
    decision = scope.decide(
        procurement,
        authority=known.authority if known else beside.authority if beside else None,
        is_register_body=known is not None,
        rules=load_rules(),
    )
    return procurement, decision, known is not None


def _write_decisions(decided: list[tuple[Procurement, Scope, bool]]) -> None:
    rows: Mapping[str, dict[str, Counter[Decision]]] = {
        name: defaultdict(Counter) for name in ("All", "By regime", "By first notice", "By category")
    }
    for procurement, found, registered in decided:
        first = procurement.notices[0]
        regime = procurement.regime.value if procurement.regime else None
        groups = {
            "All": ["all procurements", *(["a department or its body buys"] if registered else [])],
            "By regime": [REGIMES.get(regime, str(regime))],
            "By first notice": [first.type or ", ".join(first.tags)],
            "By category": [procurement.category.value if procurement.category else "not stated"],
        }
        for name, keys in groups.items():
            for key in keys:
                rows[name][key][found.decision] += 1
    sys.stdout.write("\n## Does the Act apply?\n")
    for name, counts in rows.items():
        header = " | ".join(WORDS[decision] for decision in DECISIONS)
        sys.stdout.write(f"\n| {name} | procurements | {header} |\n|---|---:|---:|---:|---:|\n")
        for key, count in sorted(counts.items(), key=lambda row: (-row[1].total(), row[0])):
            numbers = " | ".join(str(count[decision]) for decision in DECISIONS)
            sys.stdout.write(f"| {key} | {count.total()} | {numbers} |\n")


def _write_reasons(decided: list[tuple[Procurement, Scope, bool]]) -> None:
    """Of a yes only what decided the threshold: the other four conditions hold for each."""
    counts: Counter[tuple[Decision, str, str]] = Counter()
    for _, found, _ in decided:
        for reason in found.reasons:
            if found.decision is not Decision.APPLIES or reason.code in MEASURED:
                counts[found.decision, reason.code, reason.section] += 1
    sys.stdout.write(
        "\n## Reasons\n\nA procurement may have several. Of those to which the Act applies, what shows that they are"
        "\nat or above the threshold.\n\n| decision | reason | section | procurements |\n|---|---|---|---:|\n"
    )
    for (decision, code, section), count in sorted(
        counts.items(), key=lambda row: (DECISIONS.index(row[0][0]), -row[1], row[0][1:])
    ):
        sys.stdout.write(f"| {WORDS[decision]} | `{code}` | {section} | {count} |\n")


def _write_weights(procurements: Iterable[Procurement]) -> None:
    counts = Counter(p.weight.answer for p in procurements if p.weight is not None)
    sys.stdout.write(
        "\n## Weight of social value in calls for tenders\n\nNot stated is unknown, not nothing: documents outside the"
        " notice may state it.\n\n| answer | procurements |\n|---|---:|\n"
    )
    for answer in ("stated", "combined", "not-stated"):
        sys.stdout.write(f"| {answer.replace('-', ' ')} | {counts[answer]} |\n")


def _write_attribution(by_subject: Mapping[str, list[Event]], register: Register) -> None:
    """Whom the buyers belong to, by identifier or whole name; comparators are told by what the law calls them."""
    rules = load_rules()
    counts = Counter(
        assess(build(ocid, events), register=register, rules=rules).department for ocid, events in by_subject.items()
    )
    attributed = sum(count for code, count in counts.items() if register.has_department(code))
    sys.stdout.write(
        "\n## Who answers for them?\n\n"
        "The department that answers on the last day of the quarter of the start, the buyer found in the register by\n"
        "an identifier or by its whole name. Councils and health bodies are comparators, not departments. The rest\n"
        f"are unresolved: counted, listed, and attributed later by an event. A department: {attributed} of "
        f"{counts.total()}.\n\n| answers | procurements |\n|---|---:|\n"
    )
    for code, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        sys.stdout.write(f"| {code} | {count} |\n")


def _timing(by_subject: Mapping[str, list[Event]]) -> str:
    """From an accepted event to the decision, without decoding and acceptance."""
    rules, register = load_rules(), load_register()

    def once(ocid: str, events: list[Event]) -> float:
        began = time.perf_counter()
        found = Procurement(ocid, heard(build(ocid, events).facts, register))
        scope.decide(found, authority=None, is_register_body=False, rules=rules)
        return (time.perf_counter() - began) * 1e6 / len(events)

    def read(event: Event) -> float:
        began = time.perf_counter()
        notices.facts(event)
        return (time.perf_counter() - began) * 1e6

    whole = [min(once(ocid, events) for _ in range(5)) for ocid, events in by_subject.items()]
    facts = [min(read(event) for _ in range(5)) for events in by_subject.values() for event in events]
    return (
        f"facts, merge, decide: median {statistics.median(whole):.0f} µs a release, mean"
        f" {statistics.mean(whole):.0f} µs; of these facts: median {statistics.median(facts):.0f} µs\n"
    )


if __name__ == "__main__":
    main()
