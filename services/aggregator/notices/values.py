"""Money, and what a notice says of the threshold. Amounts stay decimal text; zero is no information."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from services.aggregator.facts import Value
from services.aggregator.notices import reading
from services.aggregator.notices.reading import Json
from services.aggregator.notices.release import Release


def value_facts(release: Release) -> Iterator[tuple[str, Value]]:
    """An estimate of the whole; where the release has none, what it awarded or contracted for."""
    if release.is_market:
        return
    estimate = money(reading.child(release.tender, "value")) or _sum_of_lots(release.lots)
    if estimate is not None:
        yield release.numbered("value"), [{"kind": "estimate", **estimate}]
    else:
        awarded = [("award", award) for award in release.awards] + [("contract", part) for part in release.contracts]
        amounts = [
            {"kind": kind, **amount}
            for kind, part in awarded
            if (amount := money(reading.child(part, "value"))) is not None
        ]
        if amounts:
            yield release.numbered("value"), amounts
    parts = (release.tender, *release.awards, *release.contracts)
    flags = [flag for part in parts if (flag := reading.flag(part, "aboveThreshold")) is not None]
    if flags:
        yield release.numbered("flag"), any(flags)
    details = (reading.text(release.tender, "procurementMethodDetails") or "").lower()
    if "above threshold" in details:
        yield release.numbered("flag-text"), "above"
    elif "below threshold" in details:
        yield release.numbered("flag-text"), "below"


def money(value: Json) -> dict[str, Any] | None:
    """`net` without VAT, `gross` with, and the currency; None when neither says more than nothing."""
    net, gross = _amount(value, "amount"), _amount(value, "amountGross")
    if net is None and gross is None:
        return None
    currency = reading.text(value, "currency") or "GBP"
    return reading.known((("net", net), ("gross", gross), ("currency", currency)))


def _amount(value: Json, name: str) -> str | None:
    amount = reading.decimal(value, name)
    return None if amount is None or not amount.strip("0.") else amount


def _sum_of_lots(lots: list[Json]) -> dict[str, Any] | None:
    """Of the lots with a value, in one currency; net and gross each only where all of them state it."""
    amounts = [amount for lot in lots if (amount := money(reading.child(lot, "value"))) is not None]
    if not amounts or len({amount["currency"] for amount in amounts}) != 1:
        return None
    sums: dict[str, Any] = {
        kind: reading.plain(sum((Decimal(amount[kind]) for amount in amounts), Decimal(0)))
        for kind in ("net", "gross")
        if all(kind in amount for amount in amounts)
    }
    return {**sums, "currency": amounts[0]["currency"]} if sums else None
