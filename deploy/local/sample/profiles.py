"""How well each department keeps its records, quarter by quarter: levels, and who is at which."""

from dataclasses import dataclass
from typing import Literal

from deploy.local.sample.model import PERIODS
from shared.departments import Department
from shared.periods import Period


@dataclass(frozen=True, slots=True)
class Level:
    """Shares between 0 and 1 of what a department does of all that it might. `missing`: of considerations."""

    reported: float
    missing: float
    in_time: float
    complete: float
    consulted: float
    weighted: float
    delivered: float
    late: float
    trained: float


LEVELS = {
    "S": Level(0.99, 0.0, 0.995, 0.99, 0.995, 0.97, 0.95, 0.02, 0.11),
    "F": Level(0.93, 0.03, 0.87, 0.80, 0.84, 0.80, 0.75, 0.12, 0.07),
    "W": Level(0.84, 0.04, 0.52, 0.55, 0.55, 0.50, 0.45, 0.30, 0.03),
    "N": Level(0.94, 0.62, 0.90, 0.85, 0.80, 0.70, 0.60, 0.06, 0.05),
}
"""Strong, fair, weak, and N: sends much, but seldom the consideration, so that there is not enough data."""


@dataclass(frozen=True, slots=True)
class Profile:
    """`quarters` has a level a quarter; `size` is the least number of procurements a quarter."""

    quarters: str
    size: int = 9
    mishap: Literal["silent", "refused", "late-statement"] | None = None

    def level(self, period: Period) -> Level:
        return LEVELS[self.quarters[PERIODS.index(period)]]


PROFILES: tuple[tuple[str, Profile], ...] = (
    ("Work and Pensions", Profile("SSSSSSSS", 12)),
    ("Housing", Profile("FFFSSSSS", 10)),
    ("Environment", Profile("FFSSSSSS", 11)),
    ("Energy", Profile("WWFFFSSS", 9)),
    ("Justice", Profile("SSSSFFFF", 12)),
    ("Education", Profile("FFFFFFFF", 11)),
    ("Home", Profile("SSFFFFWW", 12)),
    ("Transport", Profile("FFSSFFFF", 12, "late-statement")),
    ("Defence", Profile("WWWWFFFF", 12)),
    ("Health", Profile("NNNNNNNN", 11)),
    ("Foreign", Profile("FFFFFNNN", 9)),
    ("Culture", Profile("FFFFFFFF", 9, "refused")),
    ("Science, Innovation and Technology", Profile("FFFFFFFF", 9)),
    ("Business", Profile("WWWWFFFF", 9)),
    ("Northern Ireland", Profile("SSSSSSSS", 2)),
    ("Scotland", Profile("FFFFSSSS", 1)),
    ("Wales", Profile("WWWWWWWW", 4, "silent")),
)
"""By words of the department's latest name or head's title, because its code is the register's business."""

OTHERS = Profile("FFFFFFFF", 9)


def profile_of(department: Department) -> Profile:
    """The first whose words occur; for a department that the table does not foresee, a fair one."""
    known_as = f"{department.names[-1].text}; {department.head_titles[-1].text}"
    return next((profile for words, profile in PROFILES if words in known_as), OTHERS)
