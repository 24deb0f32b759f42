"""docker-compose.yml as the tests read it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def environment(name: str, replaced: Mapping[str, str]) -> dict[str, str]:
    """What the file tells a container, with other words for what is so in containers only: hosts, paths, ports."""
    found = {}
    for variable, value in SERVICES[name].get("environment", {}).items():
        for said, here in replaced.items():
            value = value.replace(said, here)
        found[variable] = value
    return found
