"""The forms that are made while publishing: JSON, CSV and its metadata. Pure; a few milliseconds."""

from services.reporter import addresses
from services.reporter.forms import catalogue, measures, table
from services.reporter.model import Overview, Report
from services.reporter.revisions import canonical


def address(said: Report | Overview) -> str:
    """Of the immutable revision."""
    code = said.department.code if isinstance(said, Report) else "overview"
    return addresses.publication(code, said.period.key, said.revision)


def make(said: Report | Overview) -> dict[str, bytes]:
    """File name → content."""
    name = said.department.name if isinstance(said, Report) else "All departments"
    title = f"{name}: social value, {said.period.title}, {said.id}"
    made = {
        "json": canonical(said),
        "csv": table.measures_csv(measures.rows(said)),
        catalogue.METADATA.suffix: table.metadata(
            f"{address(said)}.csv", title=title, modified=said.published_at, sample=said.sample
        ),
    }
    return {catalogue.BY_SUFFIX[suffix].file: content for suffix, content in made.items()}
