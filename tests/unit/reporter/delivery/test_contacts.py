"""Whom to write to."""

from pathlib import Path

import pytest

from services.reporter.delivery.contacts import load
from shared.departments import load_register

REGISTER = load_register()


def written(folder: Path, text: str) -> Path:
    path = folder / "contacts.toml"
    path.write_text(text)
    return path


def test_the_office_and_departments(tmp_path: Path) -> None:
    """By their codes."""
    path = written(tmp_path, 'pm-office = ["a@no10.test", "b@no10.test"]\ndwp = ["c@dwp.test"]\n')
    assert load(path, REGISTER) == {"pm-office": ("a@no10.test", "b@no10.test"), "dwp": ("c@dwp.test",)}
    assert load(None, REGISTER) == {}


@pytest.mark.parametrize(
    "text",
    ['atlantis = ["a@b.test"]', 'dwp = "a@b.test"', 'dwp = ["a"]', 'dwp = ["a@b.test\\nBcc: c@d.test"]', "dwp = [1]"],
)
def test_what_cannot_be_an_address_does_not_start(tmp_path: Path, text: str) -> None:
    """It is named."""
    with pytest.raises(ValueError, match=r"atlantis|dwp"):
        load(written(tmp_path, text), REGISTER)
