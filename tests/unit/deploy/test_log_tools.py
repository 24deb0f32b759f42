"""Dashboard, lnav format, Vector pipeline and queries speak of the lines that there are."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.docs.logs import fields_of
from shared.log_events import LOG_EVENTS
from tests.logql import Query
from tests.unit.deploy.test_alerts import IN_EVERY_LINE, NOW, Said, recorded

FOLDER = Path(__file__).resolve().parents[3] / "deploy/logs"
DASHBOARD: dict[str, Any] = json.loads((FOLDER / "grafana/dashboard.json").read_text("utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] == "timeseries"]
EXPRESSIONS = [target["expr"] for panel in PANELS for target in panel["targets"]]
QUERIES = (FOLDER / "queries.md").read_text("utf-8")
COMMON = {"@timestamp", "log.level", "message", "service.name", "event.action", "ecs.version", "__timestamp__"}
KNOWN = COMMON | {name for event in LOG_EVENTS for name in fields_of(event)}


def test_the_dashboard_is_one_for_grafana() -> None:
    """With a version of the schema, and each panel with an id, a place and the data source that is chosen."""
    assert DASHBOARD["schemaVersion"] >= 39
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in DASHBOARD["panels"]]
    assert len(set(places)) == len(places)
    sources = {json.dumps(target["datasource"]) for panel in DASHBOARD["panels"] for target in panel["targets"]}
    assert sources == {'{"type": "loki", "uid": "${loki}"}'}
    assert [(each["name"], each["query"]) for each in DASHBOARD["templating"]["list"]] == [("loki", "loki")]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_panel_asks_for_what_lines_have(expression: str) -> None:
    """An event of the catalogue, and fields of that event."""
    query = Query.parse(expression)
    event = query.labels["event_action"]
    assert query.fields - IN_EVERY_LINE <= {name.replace(".", "_") for name in fields_of(event)}
    assert query.limit is None


def test_a_panel_shows_the_numbers_of_the_lines() -> None:
    """Those of refusals, by sender, over its time."""
    query = Query.parse(next(each for each in EXPRESSIONS if "svr_refused" in each))
    lines = recorded(
        Said("ingest", "info", "refusals.rate", {"sender": "dwp", "refused": 2, "of": 9}),
        Said("ingest", "info", "refusals.rate", {"sender": "dwp", "refused": 3, "of": 9}),
        Said("ingest", "info", "refusals.rate", {"sender": "moj", "refused": 0, "of": 1}),
    )
    assert query.values(lines, NOW) == [({"svr_sender": "dwp"}, 5), ({"svr_sender": "moj"}, 0)]


def test_lnav_knows_only_fields_that_lines_have() -> None:
    """And is told of each that its line shows."""
    (format_,) = (
        value for name, value in json.loads((FOLDER / "svr.lnav.json").read_text("utf-8")).items() if name[0] != "$"
    )
    shown = {part["field"] for part in format_["line-format"] if isinstance(part, dict)}
    assert shown | set(format_["value"]) <= KNOWN
    assert {format_["timestamp-field"], format_["level-field"], format_["body-field"], format_["opid-field"]} <= KNOWN


def test_vector_labels_a_line_with_no_more_than_its_service() -> None:
    """Each label more is a stream more in Loki; alerts and panels read the rest out of the line."""
    pipeline = yaml.safe_load((FOLDER / "vector.yaml").read_text("utf-8"))
    (sink,) = pipeline["sinks"].values()
    assert (set(sink["labels"]), sink["encoding"]) == ({"app", "service"}, {"codec": "json"})
    assert set(sink["inputs"]) <= set(pipeline["transforms"])
    assert {name for each in pipeline["transforms"].values() for name in each["inputs"]} <= set(pipeline["sources"])
    selectors = {name for each in EXPRESSIONS for name in re.findall(r"(\w+)=", each.partition("}")[0])}
    assert selectors <= set(sink["labels"])


def test_the_queries_ask_for_what_lines_have() -> None:
    """In LogQL with underscores, in jq and lnav with dots."""
    events = re.findall(r"""(?:event_action|"event\.action")\s*=+\s*["']([^"']+)["']""", QUERIES)
    assert len(events) > 10
    assert set(events) <= set(LOG_EVENTS)
    dotted = set(re.findall(r'"((?:svr|event|messaging|http|url|log|trace|service)\.[\w.]+|@timestamp)"', QUERIES))
    underscored = set(re.findall(r"\b((?:svr|event|messaging|trace)_[a-z_]+)\b", QUERIES)) - {"svr_log"}
    assert dotted - set(LOG_EVENTS) <= KNOWN
    assert underscored <= {name.replace(".", "_") for name in KNOWN}


def test_the_queries_that_count_are_read_by_the_evaluator() -> None:
    """All of them."""
    counting = re.findall(r"^    ((?:sum|max) by .*)$", QUERIES, re.MULTILINE)
    assert len(counting) >= 6
    assert all(Query.parse(each).limit is None for each in counting)


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
@pytest.mark.parametrize("command", re.findall(r"^    (jq .*)$", QUERIES, re.MULTILINE))
def test_jq_finds_what_is_asked_for(command: str, tmp_path: Path) -> None:
    """One line of each kind there is, and one that is meant by none."""
    trace = {"trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": "b7ad6b7169203331"}
    lines = recorded(
        Said("reporter", "error", "request.failed", {"error": "bug"}),
        Said("ingest", "warning", "rejection.written", {"sender": "dwp", "problem": "invalid-data", **trace}),
        Said("reporter", "info", "http.request", {"path": "/slow", "duration": 2_000_000_000}),
        Said("reporter", "info", "report.published", {"report": "dwp/2026-27-q2/r1", "cause": "first publication"}),
        Said("reporter", "info", "heartbeat"),
    )
    (tmp_path / "all.log").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    program = shlex.split(command.partition(" | sort")[0])[:3]
    found = subprocess.run([*program, "all.log"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert len(found.splitlines()) == 1
    assert "heartbeat" not in found
