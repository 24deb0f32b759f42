"""What every model of the event catalogue shares: field types with their limits, and the settings of the models."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from shared import times


def _day(value: Any) -> Any:
    """Text is read here, in one spelling: pydantic by itself also takes "1700006400", seconds since 1970, for a day."""
    if not isinstance(value, str):
        return value
    if not times.DAY.fullmatch(value):
        raise ValueError("must be a day such as 2026-04-01")
    return _plausible(date.fromisoformat(value))


def _instant(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not times.INSTANT.fullmatch(value):
        raise ValueError("must be a time with its offset such as 2026-04-01T09:30:00+01:00")
    return _plausible(times.parse(value))


def _when(value: Any) -> Any:
    return _day(value) if isinstance(value, str) and len(value) <= 10 else _instant(value)


def _plausible(moment: date | datetime) -> date | datetime:
    """One outside these years is a typing error, and no period could be written for it."""
    if not times.FIRST_YEAR <= moment.year <= times.LAST_YEAR:
        raise ValueError(f"must lie between {times.FIRST_YEAR} and {times.LAST_YEAR}")
    return moment


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
Key = Annotated[str, StringConstraints(strip_whitespace=False, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,119}$")]
Link = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"]+$", max_length=2_000)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Day = Annotated[date, BeforeValidator(_day)]
"""A day in London."""
Instant = Annotated[AwareDatetime, BeforeValidator(_instant)]
When = Annotated[AwareDatetime | date, Field(union_mode="left_to_right"), BeforeValidator(_when)]
"""A time with its offset, or a London day where only the day is known. On one day, without times, order is unknown."""
Pounds = Annotated[Decimal, Field(ge=0, max_digits=15, decimal_places=2)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]


class Data(BaseModel):
    """The `data` of one event. A property that the model does not know is refused: it would be a misspelling."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Evidence(Data):
    """Where the record behind a statement is kept, and its hash if it can be had."""

    url: Link
    sha256: Sha256 | None = None


class Category(StrEnum):
    SERVICES = "services"
    GOODS = "goods"
    WORKS = "works"


class Money(Data):
    """An estimate in pounds. Net (without VAT) and gross (with) are kept apart and never compared."""

    net: Pounds | None = None
    gross: Pounds | None = None


class Framework(StrEnum):
    """Whose outcomes and codes a procurement cites."""

    PPN_06_20 = "PPN0620"
    PPN_002 = "PPN002"
    PPN_026 = "PPN026"
    EXTERNAL = "external"
