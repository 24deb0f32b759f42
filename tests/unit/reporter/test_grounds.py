"""Why the Act applies or not, in words."""

import re
from pathlib import Path

import pytest

from services.aggregator import scope, threshold
from services.reporter import grounds

CODE = re.compile(r'\b(?:yes|no|unknown|make)\(\s*"([a-z-]+)"')


@pytest.mark.parametrize("module", [scope, threshold])
def test_every_code_of_the_aggregator_has_words(module: object) -> None:
    """A reader is shown no code."""
    codes = set(CODE.findall(Path(str(module.__file__)).read_text()))  # type: ignore[attr-defined]
    assert codes
    assert codes | {code for code, _ in scope.SPECIAL.values()} <= grounds.GROUNDS.keys()


def test_a_code_that_is_new_is_still_readable() -> None:
    """Rather than nothing."""
    assert grounds.words("made-up") == "Made up"
