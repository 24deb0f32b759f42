"""So much of Loki's query language as our alerts use, evaluated over log lines. What it does not know it refuses."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

_UNITS = {"s": 1, "m": 60, "h": 3600}
_RULE = re.compile(
    r"""(?:(?P<over>sum|max)\ by\ \((?P<by>[a-z_, ]+)\)\ \()?
    (?P<function>count_over_time|max_over_time|absent_over_time)\(
    \{(?P<selector>[^}]*)\}\ \|\ json(?P<filters>(?:\ \|\ [a-z_]+="[^"]*")*)(?:\ \|\ unwrap\ (?P<unwrap>[a-z_]+))?
    \ \[(?P<range>\d+)(?P<unit>[smh])\]\)\)?\ >\ (?P<limit>\d+)""",
    re.VERBOSE,
)
_EQUALS = re.compile(r'([a-z_]+)="([^"]*)"')


@dataclass(frozen=True)
class Alert:
    """An expression of one of our shapes, read."""

    over: str | None
    by: tuple[str, ...]
    function: str
    labels: Mapping[str, str]
    unwrap: str | None
    range: timedelta
    limit: float

    @classmethod
    def parse(cls, expression: str) -> "Alert":
        """Raises ValueError for what is not of these shapes."""
        found = _RULE.fullmatch(expression)
        if found is None:
            raise ValueError(f"not understood: {expression}")
        unwrapped = found["function"] == "max_over_time"
        if unwrapped is not (found["unwrap"] is not None):
            raise ValueError(f"max_over_time, and it alone, unwraps a field: {expression}")
        return cls(
            found["over"],
            tuple(name.strip() for name in (found["by"] or "").split(",") if name.strip()),
            found["function"],
            dict(_EQUALS.findall(found["selector"] + found["filters"])),
            found["unwrap"],
            timedelta(seconds=int(found["range"]) * _UNITS[found["unit"]]),
            float(found["limit"]),
        )

    def firing(self, lines: Sequence[Mapping[str, Any]], now: datetime) -> list[dict[str, str]]:
        """The labels of each series that is over the limit at the moment."""
        found = [
            labels
            for line in lines
            if now - self.range < datetime.fromisoformat(line["@timestamp"]) <= now
            and all((labels := labels_of(line)).get(name) == value for name, value in self.labels.items())
        ]
        if self.function == "absent_over_time":
            return [] if found else [dict(self.labels)]
        series: dict[tuple[str, ...], list[float]] = defaultdict(list)
        for labels in found:
            series[tuple(labels.get(name, "") for name in self.by)].append(float(labels.get(self.unwrap or "", 1)))
        value = sum if self.function == "count_over_time" else max
        return [
            dict(zip(self.by, key, strict=True)) for key, values in sorted(series.items()) if value(values) > self.limit
        ]


def labels_of(line: Mapping[str, Any]) -> dict[str, str]:
    """As Vector labels it and as `| json` reads it: dots become underscores."""
    read = {name.replace(".", "_").replace("@", "_"): str(value) for name, value in line.items()}
    return {**read, "app": "svr", "service": str(line.get("service.name", ""))}
