"""make docs: writes what is not current."""

from pathlib import Path

from deploy.docs import configuration, contracts, events, logs, methodology, reports

DOCS = Path(__file__).resolve().parents[2] / "docs"


def generated() -> dict[Path, str]:
    """Every generated file and what it must hold."""
    return {
        DOCS / "events.md": events.markdown(),
        DOCS / "configuration.md": configuration.markdown(),
        DOCS / "logs.md": logs.markdown(),
        DOCS / "methodology.md": methodology.markdown(),
        **{DOCS / "reports" / name: text for name, text in reports.schemas().items()},
        DOCS / "asyncapi.json": contracts.asyncapi_document(),
        DOCS / "openapi.json": contracts.openapi_document(),
        **{DOCS / "schemas" / name: text for name, text in events.schemas().items()},
    }


def main() -> None:
    for path, text in generated().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
