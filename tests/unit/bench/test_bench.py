"""What the benchmark makes of its measurements, and that its events are what ingest writes."""

import pytest

from services.aggregator.arrivals import read
from tests.bench.curve import stretches
from tests.bench.data import once, stream
from tests.bench.table import medians, ratios
from tests.integration.tables import raw


def test_every_event_of_the_stream_is_another_and_can_be_read() -> None:
    """Also beyond the first copies."""
    count = 9 * len(once())
    values = [value for _, value in stream(count)]
    assert len(values) == count
    arrivals, unreadable = read([raw(value) for value in values[-2_000:]])
    assert (len(arrivals), unreadable) == (2_000, [])
    keys = {arrival.event.key for arrival in read([raw(value) for value in values])[0]}
    assert len(keys) == count


def test_the_median_repetition_stands_for_a_contender() -> None:
    """The ratio says how many times as fast the first is."""
    runs = {
        "a": [{"rate": rate, "cpu_us": {"process": 10.0}, "rss_mib": rate} for rate in (300.0, 100.0, 200.0)],
        "b": [{"rate": 50.0, "cpu_us": {"process": 40.0}}],
    }
    found = medians(runs)
    assert found["a"] == {"rate": 200, "least": 100, "most": 300, "cpu_us": {"process": 10}, "rss_mib": 300}
    assert ratios(found, of="a") == {"b": pytest.approx(4)}


def test_the_curve_is_cut_at_its_points() -> None:
    """Each stretch has the time and the memory between its two points."""
    samples = [(0.0, 100, 50.0), (1.0, 1_100, 60.0), (3.0, 2_100, 70.0)]
    assert stretches(samples, [1_100, 2_100]) == [
        {"to": 1_100, "us": 1_000, "rate": 1_000, "rss_mib": 60},
        {"to": 2_100, "us": 2_000, "rate": 500, "rss_mib": 70},
    ]
