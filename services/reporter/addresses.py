"""The addresses of the pages, in one place. Pure; whatever stands in an identifier is escaped."""

from urllib.parse import quote


def publication(department: str, period: str, revision: int | None = None) -> str:
    """A department's report or, for `overview`, the overview; without a revision, the latest one."""
    base = f"/overview/{period}" if department == "overview" else f"/departments/{quote(department, safe='')}/{period}"
    return base if revision is None else f"{base}/r{revision}"


def department(code: str) -> str:
    return f"/departments/{quote(code, safe='')}"


def procurement(ocid: str) -> str:
    return f"/procurements/{quote(ocid, safe='')}"


def evidence(department: str, period: str, question: str) -> str:
    """The procurements behind a figure of a report."""
    return f"{publication(department, period)}/evidence/{question}"


def mapped(department: str, period: str) -> str:
    """The period as mapped now: with the figures of the departments that this one succeeded."""
    return f"{publication(department, period)}/mapped"


def methodology(version: int) -> str:
    return f"/methodology/v{version}"


def overview_evidence(period: str, question: str) -> str:
    """A figure of government, department by department."""
    return f"{publication('overview', period)}/evidence/{question}"


def sector(code: str) -> str:
    return f"/sectors/{quote(code, safe='')}"


def sector_evidence(code: str, period: str, question: str) -> str:
    return f"{sector(code)}/{period}/evidence/{question}"


def asset(name: str) -> str:
    return f"/assets/{name}"
