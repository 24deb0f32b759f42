"""Numbers, money and dates as people read them, in the style of GOV.UK. Pure; the words never depend on the locale."""

from collections.abc import Sequence
from datetime import date, datetime

from shared.status import Rating
from shared.times import LONDON

RATING_WORDS = {
    Rating.GOOD: "Good",
    Rating.PARTIAL: "Partial",
    Rating.POOR: "Poor",
    Rating.NOT_ENOUGH_DATA: "Not enough data",
}

NO_EVIDENCE = "The absence of a record is no evidence that the duty was met. It is not evidence of a breach."

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def day(value: date) -> str:
    """`14 October 2026`."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime) -> str:
    """`14 October 2026, 9:30am`, London time."""
    local = value.astimezone(LONDON)
    hour = local.hour % 12 or 12
    minutes = f":{local.minute:02d}" if local.minute else ""
    return f"{day(local.date())}, {hour}{minutes}{'am' if local.hour < 12 else 'pm'}"


def number(value: int) -> str:
    return f"{value:,}"


def money(pence: int) -> str:
    """`£1.42bn`, `£48.2m`, `£135,018`: to the pound below a million, else to three significant digits."""
    pounds = _rounded(pence, 100)
    for unit, name in ((1_000_000_000, "bn"), (1_000_000, "m")):
        if pounds >= unit:
            decimals = 2 if pounds < 10 * unit else 1 if pounds < 100 * unit else 0
            scaled = _rounded(pounds * 10**decimals, unit)
            if decimals and scaled >= 1000:  # 9.999 → 10.0, not 10.00
                decimals, scaled = decimals - 1, scaled // 10
            whole, rest = divmod(scaled, 10**decimals)
            if whole == 1000 and name == "m":
                return "£1.00bn"
            return f"£{whole:,}.{rest:0{decimals}d}{name}" if decimals else f"£{whole:,}{name}"
    return f"£{pounds:,}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 procurement`, `2 procurements`."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def listed(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def sentence(text: str) -> str:
    """With a capital letter and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def shortened(text: str, most: int) -> str:
    """On one line, and with an ellipsis where it is longer than `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def label(name: str) -> str:
    """A department's name for a narrow column: `Department for Work and Pensions` → `Work and Pensions`."""
    for start in ("Department for the ", "Department for ", "Department of ", "Ministry of "):
        if name.startswith(start):
            return name[len(start) :]
    return name


def humanised(key: str) -> str:
    """The words of a key that no catalogue names: `call-off` → `Call off`."""
    text = key.replace("-", " ").replace("_", " ").replace(":", ": ").replace("/", ": ")
    return text[:1].upper() + text[1:]


def _rounded(value: int, unit: int) -> int:
    """To the nearest whole, halves up."""
    return (2 * value + unit) // (2 * unit)
