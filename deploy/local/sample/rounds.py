"""The reporting rounds that the Prime Minister's office opens, one a quarter."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from deploy.local.sample.model import PERIODS, Draft, draft, due, publish_at
from shared.times import LONDON


def rounds() -> Iterator[Draft]:
    for period in PERIODS:
        opened = datetime.combine(period.last_day - timedelta(days=13), time(9), LONDON)
        data = {
            "due": str(due(period)),
            "publish_at": publish_at(period).isoformat(timespec="seconds"),
            "note": f"What has your department done in {period.months} to implement the Act?",
        }
        recorded = opened + timedelta(minutes=5)
        yield draft("pm-office", "round.opened", str(period), opened, data, recorded=recorded, stage="rounds")
