"""Central government beside the other sectors, by the same definitions: is it the weakest link? Pure.

A sector is no department: it is never ranked with them, never rated, and counted in no total of government.
"""

from collections.abc import Collection, Mapping, Sequence

from services.reporter.figures import figure
from services.reporter.model import Comparator
from services.reporter.totals import totals
from shared.departments import Sector
from shared.status import Status

MEASURES = ("in-scope", "considered-in-time", "consultation")
TITLES: Mapping[str, str] = {
    Sector.CENTRAL_GOVERNMENT.value: "Central government",
    Sector.LOCAL_AUTHORITY.value: "Local authorities",
    Sector.HEALTH.value: "Health bodies",
    Sector.BUSINESS.value: "Businesses",
    Sector.SOCIAL_ENTERPRISE.value: "Social enterprises",
}
BESIDE: Collection[str] = tuple(sector.value for sector in Sector if sector is not Sector.CENTRAL_GOVERNMENT)
"""What stands as `department` in the status of a sector."""


def comparators(departments: Sequence[Status], sectors: Sequence[Status]) -> tuple[Comparator, ...]:
    """Central government first, then the sectors of which anything is known, in a fixed order; none without them."""
    known = {status.department: status for status in sectors if status.department in BESIDE}
    if not known:
        return ()
    central = Sector.CENTRAL_GOVERNMENT.value
    return (
        Comparator(
            id=central,
            title=TITLES[central],
            figures=totals(departments, MEASURES),
            events=sum(status.data.events for status in departments),
        ),
        *(
            Comparator(
                id=code,
                title=TITLES[code],
                figures={name: figure(known[code].measures[name]) for name in MEASURES if name in known[code].measures},
                events=known[code].data.events,
            )
            for code in BESIDE
            if code in known
        ),
    )
