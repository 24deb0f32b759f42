"""The addresses of rounds and returns. Pure."""

from urllib.parse import quote


def round_(period: str) -> str:
    return f"/rounds/{period}"


def return_(period: str, department: str) -> str:
    return f"/returns/{period}/{quote(department, safe='')}"
