"""Licences: what packages say of themselves, and which of it is allowed."""

from email.message import Message
from importlib import metadata

import pytest

from deploy.audit.licences import Package, findings, is_allowed, named


def said(*fields: tuple[str, str]) -> metadata.PackageMetadata:
    message = Message()
    for name, value in (("Name", "thing"), *fields):
        message[name] = value
    return message  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([("License-Expression", "MIT"), ("Classifier", "License :: OSI Approved :: BSD License")], ("MIT",)),
        ([("Classifier", "License :: OSI Approved :: BSD License"), ("License", "see the file")], ("BSD License",)),
        ([("Classifier", "License :: OSI Approved"), ("License", "Apache-2.0\nand its text")], ("Apache-2.0",)),
        ([("Classifier", "Topic :: Internet")], ()),
    ],
    ids=["expression", "classifier", "free text", "nothing"],
)
def test_a_licence_is_read_where_it_is_said_best(fields: list[tuple[str, str]], expected: tuple[str, ...]) -> None:
    """The expression first, then classifiers, then free text."""
    assert named(said(*fields)) == expected


@pytest.mark.parametrize(
    ("licences", "allowed"),
    [
        (["MIT"], True),
        (["3-Clause BSD License"], True),
        (["MPL-2.0 AND (Apache-2.0 OR MIT)"], True),
        (["BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0"], True),
        (["GNU Lesser General Public License v3 or later (LGPLv3+)"], True),
        (["GNU General Public License v2 or later (GPLv2+)", "Mozilla Public License 1.1 (MPL 1.1)"], True),
        (["GNU General Public License v3 (GPLv3)"], False),
        (["MIT AND GPL-3.0-only"], False),
        (["AGPL-3.0-only"], False),
        (["Proprietary"], False),
    ],
)
def test_every_part_of_one_choice_must_be_allowed(licences: list[str], allowed: bool) -> None:
    """OR and several classifiers are a choice; AND is none."""
    assert is_allowed(licences) is allowed


def test_a_package_that_may_not_be_used_is_named() -> None:
    """And one that says nothing; the others are not."""
    packages = [Package("a", "1", ("MIT",)), Package("b", "2", ("AGPL-3.0-only",)), Package("c", "3", ())]
    assert [line.split(":")[0] for line in findings(packages)] == ["b 2", "c 3"]
