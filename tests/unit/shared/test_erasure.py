"""A name taken out: how it may be written in a file, and what is left of a JSON value."""

from markupsafe import escape

from shared.erasure import ERASED, spellings, without

NAME = 'Máire "Mo" O\'Dowd & Lee'


def test_a_plain_name_has_one_spelling() -> None:
    """Letters of any alphabet are written as they are, in every form."""
    assert spellings("Söhne 山田") == ["Söhne 山田"]


def test_a_name_is_found_as_every_form_writes_it() -> None:
    """Plain, in JSON, in HTML as Jinja and Python escape it, and in CSV."""
    assert set(spellings(NAME)) == {
        NAME,
        'Máire \\"Mo\\" O\'Dowd & Lee',
        str(escape(NAME)),
        "Máire &quot;Mo&quot; O&#x27;Dowd &amp; Lee",
        'Máire "Mo" O\'Dowd &amp; Lee',
        'Máire ""Mo"" O\'Dowd & Lee',
    }


def test_what_is_left_of_a_value() -> None:
    """Every text in it, however deep; property names and other values stay."""
    value = {"name": NAME, "texts": [f"by {NAME}, signed", {NAME: 1}], "n": 1.5, "none": None, "flag": True}
    assert without(value, NAME) == {
        "name": ERASED, "texts": [f"by {ERASED}, signed", {NAME: 1}], "n": 1.5, "none": None, "flag": True,
    }  # fmt: skip
