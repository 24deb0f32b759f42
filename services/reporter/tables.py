"""Tables as the templates take them: cells in the form of GOV.UK's table macro. Pure; markup is only made here.

Text is escaped by the templates; `html` cells are built with `Markup.format`, which escapes what it is given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from markupsafe import Markup

from services.reporter.addresses import procurement
from services.reporter.words import RATING_WORDS, number
from shared.status import Rating

Cell: TypeAlias = dict[str, Any]

TAG_COLOURS = {
    Rating.GOOD: "green",
    Rating.PARTIAL: "yellow",
    Rating.POOR: "red",
    Rating.NOT_ENOUGH_DATA: "grey",
}
ARROWS = {"up": "▲", "down": "▼", "same": "●", "none": ""}


@dataclass(frozen=True, slots=True)
class Table:
    """`size`: narrow tables fit a phone, wide ones need most room and scroll there first."""

    caption: str
    head: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    size: str = "middle"
    row_headers: bool = True


def text(words: str, *, nowrap: bool = False, classes: str = "") -> Cell:
    return {"text": words, "classes": " ".join(c for c in (classes, "sv-nowrap" if nowrap else "") if c)}


def numeric(words: str) -> Cell:
    return {"text": words, "format": "numeric", "classes": "sv-nowrap"}


def count(value: int | None) -> Cell:
    """A count; what is not available is marked, never written as zero."""
    return numeric("[x]" if value is None else number(value))


def html(markup: Markup, classes: str = "") -> Cell:
    return {"html": markup, "classes": classes}


def head(words: str, *, right: bool = False) -> Cell:
    return {"text": words, "format": "numeric"} if right else {"text": words}


def tag(words: str, colour: str) -> Markup:
    return Markup('<strong class="govuk-tag govuk-tag--{} sv-tag">{}</strong>').format(colour, words)


def linked(cell: Cell, address: str) -> Cell:
    """A number that leads to what is behind it; what is not available leads nowhere."""
    if cell["text"] == "[x]":
        return cell
    anchor = Markup('<a class="govuk-link govuk-link--text-colour" href="{}">{}</a>').format(address, cell["text"])
    return {key: value for key, value in cell.items() if key != "text"} | {"html": anchor}


def rating_tag(rating: Rating) -> Markup:
    return tag(RATING_WORDS[rating], TAG_COLOURS[rating])


def link(words: str, address: str) -> Markup:
    return Markup('<a class="govuk-link" href="{}">{}</a>').format(address, words)


def reference(ocid: str) -> Markup:
    """A link to the procurement and its evidence."""
    return Markup('<a class="govuk-link sv-ocid" href="{}">{}</a>').format(procurement(ocid), ocid)


def foreign(words: str) -> Markup:
    """Words of others, in whatever direction they are written, kept from turning ours around."""
    return Markup("<bdi>{}</bdi>").format(words)


def bullet_list(items: Sequence[str]) -> Markup:
    if len(items) == 1:
        return foreign(items[0])
    return Markup('<ul class="sv-list">{}</ul>').format(
        Markup("").join(Markup("<li>{}</li>").format(foreign(i)) for i in items)
    )
