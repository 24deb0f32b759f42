"""Where the marks of a chart stand: numbers in, coordinates out. Pure; the templates only draw what is placed here.

Coordinates are rounded to a tenth. An unknown value is a gap, never a zero. Every label lies inside the view box, by an
upper estimate of its width. Each chart comes in two widths, so that its text keeps its size on a phone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

DARK_BLUE, ORANGE, GREY = "#12436D", "#F46A25", "#3D3D3D"
"""Two series of the Government Analysis Function's palette; the text of a label is dark where its line is light."""

_WIDEST = 0.62  # of the font size: no usual letter of Arial is wider on average, bold included


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    hollow: bool


@dataclass(frozen=True, slots=True)
class Text:
    x: float
    y: float
    words: str
    anchor: Literal["start", "middle", "end"] = "start"
    size: int = 15
    bold: bool = False
    colour: str = "#0b0c0c"


@dataclass(frozen=True, slots=True)
class Rule:
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True, slots=True)
class Stroke:
    """One run of points without a gap."""

    points: tuple[Point, ...]
    colour: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`grid` lines lie behind, `targets` are dashed and lie in front."""

    id: str
    alt: str
    width: float
    height: float
    grid: tuple[Rule, ...] = ()
    bars: tuple[Bar, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    targets: tuple[Rule, ...] = ()
    texts: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """Percentages, oldest first; None is a gap."""

    label: str
    values: tuple[int | None, ...]
    colour: str


@dataclass(frozen=True, slots=True)
class Row:
    """A bar of `value` per cent (None: no bar) with what is written beside it, and where the level rated good lies."""

    label: str
    value: int | None
    words: str
    good_from: int | None
    good: bool | None


def width_of(words: str, size: int) -> float:
    """An upper estimate, in the chart's units."""
    return len(words) * size * _WIDEST


def runs(points: Sequence[Point | None]) -> tuple[tuple[Point, ...], ...]:
    """The points between gaps."""
    found: list[list[Point]] = [[]]
    for point in points:
        if point is None:
            found.append([])
        else:
            found[-1].append(point)
    return tuple(tuple(run) for run in found if run)


def lines(
    id: str, alt: str, *, ticks: Sequence[str], series: Sequence[Series], provisional: Sequence[bool], width: int
) -> Chart:
    """A line for each series over the ticks, 0 to 100 per cent, each named at its end."""
    size = 15 if width > 500 else 14
    names = [_name_lines(s, narrow=width <= 500) for s in series]
    right = max((width_of(line, size) for lines in names for line in lines), default=0) + 16
    left, top, bottom = width_of("100%", size) + 12, 12.0, 52.0
    height = 250 if width > 500 else 230
    inner_width, inner_height = width - left - right, height - top - bottom
    step = inner_width / max(len(ticks) - 1, 1)

    def x(position: int) -> float:
        return round(left + position * step, 1)

    def y(value: float) -> float:
        return round(top + inner_height * (1 - value / 100), 1)

    grid = tuple(Rule(left, y(level), round(left + inner_width, 1), y(level)) for level in (0, 25, 50, 75, 100))
    texts = [Text(round(left - 12, 1), round(y(g) + 5, 1), f"{g}%", "end", size) for g in (0, 25, 50, 75, 100)]
    strokes = []
    for s in series:
        points = [None if v is None else Point(x(i), y(v), provisional[i]) for i, v in enumerate(s.values)]
        strokes += [Stroke(run, s.colour) for run in runs(points)]
    texts += _names(series, names, x=round(left + inner_width + 12, 1), y=y, size=size, height=height - bottom)
    texts += _tick_texts(ticks, x=x, y=height - bottom, step=step, size=size, width=width)
    return Chart(id, alt, width, height, grid=grid, strokes=tuple(strokes), texts=tuple(texts))


def _name_lines(series: Series, *, narrow: bool) -> tuple[str, ...]:
    last = series.values[-1] if series.values else None
    value = f"{last}%" if last is not None else ""
    return tuple(part for part in (series.label, value) if part) if narrow else (f"{series.label} {value}".strip(),)


def _names(
    series: Sequence[Series],
    names: Sequence[Sequence[str]],
    *,
    x: float,
    y: Callable[[float], float],
    size: int,
    height: float,
) -> list[Text]:
    """At the height of the last known value, moved apart where two would overlap."""
    placed = []
    for s, words in zip(series, names, strict=True):
        known = [value for value in s.values if value is not None]
        if known:
            placed.append((y(known[-1]) + 5, words, s.colour))
    placed.sort(key=lambda item: item[0])
    line, texts, free = size + 3, [], float(size)
    for position, (wanted, words, colour) in enumerate(placed):
        after = sum(len(item[1]) for item in placed[position:]) * line
        baseline = min(max(wanted, free), height - after + line)
        for offset, text in enumerate(words):
            texts.append(Text(x, round(baseline + offset * line, 1), text, "start", size, True, _readable(colour)))
        free = baseline + len(words) * line
    return texts


def _readable(colour: str) -> str:
    """Orange on white is too faint for text (3:1); its name is dark instead and stands at the line's end."""
    return GREY if colour == ORANGE else colour


def _tick_texts(
    ticks: Sequence[str], *, x: Callable[[int], float], y: float, step: float, size: int, width: float
) -> list[Text]:
    """`Q2 2026 to 2027` under its point as Q2, and its financial year once, in a second row, where there is room."""
    texts = []
    years = [tick.partition(" ")[2] if tick.startswith("Q") else "" for tick in ticks]
    for position, tick in enumerate(ticks):
        words = tick.partition(" ")[0] if tick.startswith("Q") else tick.replace(" to ", "–")
        texts.append(Text(x(position), round(y + 20, 1), words, "middle", size - 1))
        same = [i for i, year in enumerate(years) if year and year == years[position]]
        if same and same[0] == position:
            middle = (x(same[0]) + x(same[-1])) / 2
            long = f"{years[position][:4]} to {years[position][-2:]}"
            for words in (long, f"{years[position][2:4]}/{years[position][-2:]}"):
                half = width_of(words, size - 1) / 2
                if half * 2 <= step * len(same) and half <= middle <= width - half:
                    texts.append(Text(round(middle, 1), round(y + 40, 1), words, "middle", size - 1))
                    break
    return texts


def bars(id: str, alt: str, rows: Sequence[Row], *, width: int) -> Chart:
    """A bar for each row from 0 to 100 per cent, its value right-aligned in a column of its own."""
    narrow = width <= 500
    size = 15
    values = max((width_of(row.words, size) for row in rows), default=0) + 14
    left = 0.0 if narrow else max((width_of(row.label, size) for row in rows), default=0) * 0.9 + 12
    inner = width - left - values
    pitch, drop = (56, 26) if narrow else (36, 6)
    placed, targets, texts = [], [], []
    for position, row in enumerate(rows):
        top = position * pitch + drop
        baseline = top + 17
        label = (
            Text(0, top - 8, row.label, size=size) if narrow else Text(round(left - 12, 1), baseline, row.label, "end")
        )
        texts += [label, Text(width - 2, baseline, row.words, "end", size, True)]
        if row.value is not None:
            colour = ORANGE if row.good is False else DARK_BLUE
            placed.append(Bar(round(left, 1), top, round(inner * row.value / 100, 1), 22, colour))
            if row.good_from is not None:
                x = round(left + inner * row.good_from / 100, 1)
                targets.append(Rule(x, top - 4, x, top + 26))
    return Chart(
        id, alt, width, max(len(rows), 1) * pitch + 8, bars=tuple(placed), targets=tuple(targets), texts=tuple(texts)
    )


def spark(id: str, alt: str, values: Sequence[int | None], *, width: int = 104, height: int = 28) -> Chart:
    """A small line over eight periods, always from 0 to 100 so that rows can be compared; the last point stands out."""
    step = (width - 10) / max(len(values) - 1, 1)
    points = [
        None
        if value is None
        else Point(round(5 + i * step, 1), round(5 + (height - 10) * (1 - value / 100), 1), i == len(values) - 1)
        for i, value in enumerate(values)
    ]
    return Chart(id, alt, width, height, strokes=tuple(Stroke(run, DARK_BLUE) for run in runs(points)))
