"""docs/logs.md from the log catalogue."""

from shared.log_events import LOG_EVENTS


def markdown() -> str:
    rows = "\n".join(
        f"| `{name}` | {event.level} | {event.means} | {event.operator} |" for name, event in sorted(LOG_EVENTS.items())
    )
    return f"""# Log events

Generated from `shared/log_events.py` by `make docs`.

One JSON object a line on stdout, with ECS names; `event.action` is one of these. An alert is a match on `event.action`
and `log.level`.

| event | level | means | what to do |
|---|---|---|---|
{rows}
"""
