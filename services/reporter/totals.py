"""The figures of several departments as one, measure by measure. Pure."""

from collections.abc import Sequence

from services.reporter.figures import Figure, added, figure
from shared.status import Status


def totals(statuses: Sequence[Status], measures: Sequence[str]) -> dict[str, Figure]:
    """Only the measures that somebody has; counts are added, percentages taken anew."""
    found = {}
    for name in measures:
        figures = [figure(s.measures[name]) for s in statuses if name in s.measures]
        if figures:
            found[name] = added(figures)
    return found
