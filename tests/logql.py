"""So much of Loki's query language as our alerts and dashboards use, evaluated over log lines. What it does not know it
refuses.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

_UNITS = {"s": 1, "m": 60, "h": 3600}
_RULE = re.compile(
    r"""(?:(?P<over>sum|max)\ by\ \((?P<by>[a-z_, ]+)\)\ \()?
    (?P<function>count_over_time|sum_over_time|max_over_time|absent_over_time)\(
    \{(?P<selector>[^}]*)\}\ \|\ json(?P<filters>(?:\ \|\ [a-z_]+="[^"]*")*)(?:\ \|\ unwrap\ (?P<unwrap>[a-z0-9_]+))?
    \ \[(?P<range>\d+)(?P<unit>[smh])\]\)(?(over)\))(?:\ >\ (?P<limit>\d+))?""",
    re.VERBOSE,
)
_EQUALS = re.compile(r'([a-z_]+)="([^"]*)"')
_VALUES: Mapping[str, Callable[[Sequence[float]], float]] = {
    "count_over_time": len,
    "sum_over_time": sum,
    "max_over_time": max,
}


@dataclass(frozen=True)
class Query:
    """An expression of one of our shapes, read. `limit` is an alert's; None: a panel's."""

    by: tuple[str, ...]
    function: str
    labels: Mapping[str, str]
    unwrap: str | None
    range: timedelta
    limit: float | None

    @classmethod
    def parse(cls, expression: str) -> "Query":
        """Raises ValueError for what is not of these shapes."""
        found = _RULE.fullmatch(expression)
        if found is None:
            raise ValueError(f"not understood: {expression}")
        function = found["function"]
        if (function in ("max_over_time", "sum_over_time")) is not (found["unwrap"] is not None):
            raise ValueError(f"max_over_time and sum_over_time, and they alone, unwrap a field: {expression}")
        if (found["over"] is None) is not (function == "absent_over_time"):
            raise ValueError(f"absent_over_time, and it alone, is not summed up by labels: {expression}")
        if found["over"] is not None and (found["over"] == "max") is not (function == "max_over_time"):
            raise ValueError(f"the maximum of maxima, the sum of sums and counts: {expression}")
        return cls(
            tuple(name.strip() for name in (found["by"] or "").split(",") if name.strip()),
            function,
            dict(_EQUALS.findall(found["selector"] + found["filters"])),
            found["unwrap"],
            timedelta(seconds=int(found["range"]) * _UNITS[found["unit"]]),
            None if found["limit"] is None else float(found["limit"]),
        )

    @property
    def fields(self) -> frozenset[str]:
        """The labels, as `| json` makes them of a line's fields, that the expression names."""
        return frozenset({*self.labels, *self.by, *([self.unwrap] if self.unwrap else [])})

    def values(self, lines: Sequence[Mapping[str, Any]], now: datetime) -> list[tuple[dict[str, str], float]]:
        """The labels and the value of each series at the moment."""
        found = [
            labels
            for line in lines
            if now - self.range < datetime.fromisoformat(line["@timestamp"]) <= now
            and all((labels := labels_of(line)).get(name) == value for name, value in self.labels.items())
        ]
        if self.function == "absent_over_time":
            return [] if found else [(dict(self.labels), 1)]
        series: dict[tuple[str, ...], list[float]] = defaultdict(list)
        for labels in found:
            if self.unwrap is None or self.unwrap in labels:
                value = 1.0 if self.unwrap is None else float(labels[self.unwrap])
                series[tuple(labels.get(name, "") for name in self.by)].append(value)
        return [(dict(zip(self.by, key, strict=True)), _VALUES[self.function](v)) for key, v in sorted(series.items())]

    def firing(self, lines: Sequence[Mapping[str, Any]], now: datetime) -> list[dict[str, str]]:
        """The labels of each series that is over the limit at the moment."""
        if self.limit is None:
            raise ValueError("only an alert has a limit")
        return [labels for labels, value in self.values(lines, now) if value > self.limit]


def labels_of(line: Mapping[str, Any]) -> dict[str, str]:
    """As Vector labels it and as `| json` reads it: dots become underscores."""
    read = {name.replace(".", "_").replace("@", "_"): str(value) for name, value in line.items()}
    return {**read, "app": "svr", "service": str(line.get("service.name", ""))}
