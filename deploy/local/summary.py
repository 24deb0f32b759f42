"""What became of everything, for .local/demo/summary.json."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from deploy.local.counting import Counts, Observer
from deploy.local.watching import say
from shared.departments import Register


async def summary(
    observer: Observer, counts: Counts, sent: int, out: list[dict[str, Any]], register: Register
) -> dict[str, Any]:
    """`sent` is what was submitted, `out` what came on `reports.published`."""
    scope = {
        row["scope"]: row["n"]
        for row in await observer.database.fetch(
            "SELECT scope, count(*) AS n FROM aggregator.assessment GROUP BY scope"
        )
    }
    unattributed = await observer.database.fetchval(
        "SELECT count(*) FROM aggregator.assessment WHERE department <> ALL($1)",
        [department.code for department in register.departments()],
    )
    return {
        "submitted": sent,
        "accepted": counts.accepted,
        "rejected": counts.refused,
        "recorded": counts.recorded,
        "repeats": counts.repeats,
        "conflicts": counts.conflicts,
        "procurements": sum(scope.values()),
        "in_scope": scope.get("applies", 0),
        "out_of_scope": scope.get("does-not-apply", 0),
        "cannot_tell": scope.get("cannot-tell", 0),
        "unattributed": unattributed,
        "reports": [report_line(report) for report in out],
    }


def tell(found: dict[str, Any], file: Path) -> None:
    """Writes it, and says the two sums that must come out."""
    file.write_text(json.dumps(found, indent=2) + "\n")
    say(
        "{submitted} submitted = {accepted} accepted + {rejected} rejected; accepted = "
        "{recorded} recorded + {repeats} repeats + {conflicts} conflicts".format(**found)
    )
    say(f"{found['procurements']} procurements, {len(found['reports'])} reports; {file}")


def report_line(published: dict[str, Any]) -> dict[str, Any]:
    """Of one message of `reports.published`: which report, the hash of its JSON form, and its path on the site."""
    hashes = {file["name"]: file["sha256"] for file in published["files"]}
    return {
        "department": published["department"],
        "period": published["period"],
        "revision": published["revision"],
        "sha256": hashes["report.json"],
        "path": urlsplit(published["address"]).path,
    }
