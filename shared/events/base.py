"""What every model of the event catalogue shares: field types with their limits, and the settings of the models."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from shared import periods, times

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,119}$")]
Link = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"]+$", max_length=2_000)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Day = Annotated[date, Field(ge=date(times.FIRST_YEAR, 1, 1), le=date(times.LAST_YEAR, 12, 31))]
"""A day in London. One outside these years is a typing error, and no period could be written for it."""
When = Annotated[AwareDatetime | date, Field(union_mode="left_to_right")]
"""A time with its offset, or a London day where only the day is known. On one day, without times, order is unknown."""
Pounds = Annotated[Decimal, Field(ge=0, max_digits=15, decimal_places=2)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]
PeriodKey = Annotated[str, StringConstraints(pattern=periods.PATTERN)]


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
