"""Where the marks of charts stand."""

from hypothesis import given
from hypothesis import strategies as st

from services.reporter import charts
from services.reporter.charts import Chart, Point, Row, Series, Text

LINES_TICKS = [f"Q{1 + i % 4} {2024 + i // 4} to {2025 + i // 4}" for i in range(2, 10)]
rates = st.none() | st.integers(0, 100)
labels = st.text(st.characters(codec="utf-8", categories=("L", "N", "Zs")), min_size=1, max_size=40)


def inside(chart: Chart) -> bool:
    """Whether every mark and every label, by an upper estimate of its width, lies in the view box."""
    points = [p for stroke in chart.strokes for p in stroke.points]
    corners = [(b.x + b.width, b.y + b.height) for b in chart.bars] + [(p.x, p.y) for p in points]
    rules = [end for r in (*chart.grid, *chart.targets) for end in ((r.x1, r.y1), (r.x2, r.y2))]
    shapes = all(0 <= x <= chart.width and 0 <= y <= chart.height for x, y in corners + rules)
    return shapes and all(_text_inside(text, chart) for text in chart.texts)


def _text_inside(text: Text, chart: Chart) -> bool:
    width = charts.width_of(text.words, text.size) * 0.9  # as bars() measures the labels of rows
    start = {"start": text.x, "middle": text.x - width / 2, "end": text.x - width}[text.anchor]
    return start >= -0.1 and start + width <= chart.width + 0.1 and text.size * 0.7 <= text.y <= chart.height


def row(value: int | None, **more: object) -> Row:
    parts: dict[str, object] = {"label": "A", "value": value, "words": f"{value}%", "good_from": 90, "good": True}
    return Row(**parts | more)  # type: ignore[arg-type]


def test_the_width_of_a_bar_is_proportional_to_its_value() -> None:
    """From zero: half the value, half the width."""
    chart = charts.bars("f", "alt", [row(100), row(50), row(0)], width=820)
    full = chart.bars[0].width
    assert [bar.width for bar in chart.bars] == [full, round(full / 2, 1), 0.0]


def test_an_unknown_value_has_no_bar() -> None:
    """Its row keeps label and words; it is no bar of zero width."""
    chart = charts.bars("f", "alt", [row(None, words="7 of 9")], width=820)
    assert (chart.bars, chart.targets, [text.words for text in chart.texts]) == ((), (), ["A", "7 of 9"])


def test_a_bar_below_the_level_is_orange_and_the_level_is_dashed() -> None:
    """Colour is never the only carrier: the dashed line stands to its right."""
    chart = charts.bars("f", "alt", [row(80, good=False)], width=820)
    assert chart.bars[0].colour == charts.ORANGE
    assert chart.targets[0].x1 > chart.bars[0].x + chart.bars[0].width


def test_an_unknown_value_is_a_gap_in_the_line() -> None:
    """Two strokes, and no point at zero."""
    a, b, c = Point(0, 1, False), Point(1, 1, False), Point(3, 1, True)
    assert charts.runs([a, b, None, c]) == ((a, b), (c,))


def test_provisional_points_are_hollow() -> None:
    """The last one only."""
    chart = charts.lines(
        "f", "alt", ticks=LINES_TICKS, series=[Series("C", (50,) * 8, "#12436D")],
        provisional=[False] * 7 + [True], width=820,
    )  # fmt: skip
    assert [p.hollow for p in chart.strokes[0].points] == [False] * 7 + [True]


def test_two_names_at_one_height_are_moved_apart() -> None:
    """Both stay readable."""
    chart = charts.lines(
        "f", "alt", ticks=LINES_TICKS,
        series=[Series("Considered", (88,) * 8, "#12436D"), Series("Consultation", (88,) * 8, "#F46A25")],
        provisional=[False] * 8, width=820,
    )  # fmt: skip
    heights = sorted(text.y for text in chart.texts if text.bold)
    assert heights[1] - heights[0] >= 15


@given(
    st.lists(st.lists(rates, min_size=8, max_size=8), min_size=1, max_size=4),
    st.sampled_from([820, 340]),
)
def test_no_mark_or_label_of_a_line_chart_lies_outside_the_view_box(values: list[list[int | None]], width: int) -> None:
    """Whatever the values and however many series."""
    series = [Series(f"Series {i}", tuple(v), "#12436D") for i, v in enumerate(values)]
    chart = charts.lines("f", "alt", ticks=LINES_TICKS, series=series, provisional=[False] * 8, width=width)
    assert inside(chart)


@given(st.lists(st.tuples(labels, rates), min_size=1, max_size=8))
def test_no_mark_or_label_of_a_bar_chart_lies_outside_the_view_box(rows: list[tuple[str, int | None]]) -> None:
    """In both widths, with labels of up to 40 characters."""
    given_rows = [row(value, label=label) for label, value in rows]
    assert inside(charts.bars("f", "alt", given_rows, width=820))
    assert inside(charts.bars("f", "alt", [row(value, label=label[:32]) for label, value in rows], width=340))


@given(st.lists(rates, min_size=8, max_size=8))
def test_a_sparkline_shows_each_known_value_and_no_other(values: list[int | None]) -> None:
    """As many points as known values, all inside, from 0 to 100 in every row."""
    chart = charts.spark("s", "alt", values)
    points = [p for stroke in chart.strokes for p in stroke.points]
    assert len(points) == sum(value is not None for value in values)
    assert inside(chart)
