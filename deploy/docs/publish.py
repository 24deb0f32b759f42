"""make publish-schemas: what docs/schemas holds becomes a promise, unless it would break an earlier one."""

import json
import sys

from shared.contracts.published import PUBLISHED, broken_promises, load
from shared.contracts.schemas import schema
from shared.events.catalogue import CATALOGUE


def main() -> None:
    """Exits with 1, and writes nothing, when a published type would refuse what it took."""
    if broken := broken_promises(load(), CATALOGUE.values()):
        sys.exit("Not published. A type that must refuse more is a new type, with a new version:\n" + "\n".join(broken))
    PUBLISHED.mkdir(exist_ok=True)
    for row in CATALOGUE.values():
        text = json.dumps(schema(row), indent=2, sort_keys=True) + "\n"
        (PUBLISHED / f"{row.name}.v1.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
