"""The spellings under which a department or body is known, each with the days on which it was right."""

from collections.abc import Iterable, Sequence
from datetime import date

from shared.departments.model import Dated, Window
from shared.departments.names import normalise


def aliases(
    *, names: Sequence[tuple[Dated, str | None]], titles: Sequence[Dated], further: Iterable[Window], until: date | None
) -> tuple[Window, ...]:
    """Names with their short names, the Secretary of State's title and further aliases → one window a spelling.

    A Secretary of State is a corporation sole and signs contracts under that name, so the title is an alias too.
    """
    windows: dict[tuple[str, date | None], Window] = {}
    for position, (name, short) in enumerate(names):
        end = names[position + 1][0].since if position + 1 < len(names) else until
        for text in _spellings(name.text, short):
            windows[normalise(text), name.since] = Window(text, name.since, end)
    for position, title in enumerate(titles):
        end = titles[position + 1].since if position + 1 < len(titles) else until
        if title.text.startswith("Secretary of State for "):
            windows[normalise(title.text), title.since] = Window(title.text, title.since, end)
    for window in further:
        windows.setdefault((normalise(window.text), window.since), window)
    return tuple(_joined(windows.values()))


def _spellings(name: str, short: str | None) -> Iterable[str]:
    """`DVSA`, `DVSA - Driver and Vehicle Standards Agency`, `Driver and Vehicle Standards Agency (DVSA)`."""
    yield name
    if short:
        yield short
        yield f"{short} - {name}"
        yield f"{name} ({short})"


def _joined(windows: Iterable[Window]) -> list[Window]:
    """A spelling that two names in a row share (a short name, say) is one window, not two."""
    joined: list[Window] = []
    for window in windows:
        for position, other in enumerate(joined):
            if window.since and other.until == window.since and normalise(other.text) == normalise(window.text):
                joined[position] = Window(other.text, other.since, window.until)
                break
        else:
            joined.append(window)
    return joined
