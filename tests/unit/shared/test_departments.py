"""The register: whose a buyer is, who answers on which day, who may send."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.departments import (
    AuthorityClass,
    Comparator,
    Register,
    RegisterError,
    Resolution,
    Sector,
    Sender,
    comparator,
    load_register,
    normalise,
    parse_register,
)
from shared.events.catalogue import Role
from tests.notices import notice_files

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
CENTRAL, SUB_CENTRAL = AuthorityClass.CENTRAL, AuthorityClass.SUB_CENTRAL


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register()


def by_name(register: Register, name: str, on: date = TODAY) -> tuple[str, str] | None:
    """(key, department that answers) for a name alone."""
    found = register.resolve(ids=[], name=name, on=on)
    return None if found is None else (found.key, found.department)


def by_id(register: Register, identifier: str, on: date = TODAY) -> tuple[str, str] | None:
    found = register.resolve(ids=[identifier], name=None, on=on)
    return None if found is None else (found.key, found.department)


# Who exists


STEADY = {"defra", "dfe", "dft", "dhsc", "dwp", "home-office", "mod", "moj", "nio", "scotland-office", "wales-office"}
UNTIL_2016 = STEADY | {"bis", "dclg", "dcms-1997", "decc", "dfid", "fco"}
FROM_2016 = STEADY | {"beis", "dclg", "dcms-1997", "dexeu", "dfid", "dit", "fco"}
FROM_2020 = STEADY | {"beis", "dclg", "dcms-1997", "dit", "fcdo"}
FROM_2021 = STEADY | {"beis", "mhclg", "dcms-1997", "dit", "fcdo"}
FROM_2023 = STEADY | {"dbt", "dcms", "desnz", "dsit", "fcdo", "mhclg"}
FROM_2026 = STEADY | {"bist", "dcms", "desnz", "fcdo", "mhclg"}


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        *((date(year, 6, 30), UNTIL_2016) for year in (2012, 2013, 2014, 2015, 2016)),
        *((date(year, 6, 30), FROM_2016) for year in (2017, 2018, 2019)),
        (date(2020, 6, 30), FROM_2016 - {"dexeu"}),
        (date(2021, 6, 30), FROM_2020),
        (date(2022, 6, 30), FROM_2021),
        *((date(year, 6, 30), FROM_2023) for year in (2023, 2024, 2025, 2026)),
        (TODAY, FROM_2026),
    ],
)
def test_every_year_has_its_secretaries_of_state(register: Register, on: date, expected: set[str]) -> None:
    """Every department that a Secretary of State led has an entry, in every year since the Act."""
    assert {department.code for department in register.secretaries(on)} == expected


@pytest.mark.parametrize(("on", "all_of_them", "led"), [(date(2015, 2, 18), 24, 17), (date(2026, 11, 1), 23, 16)])
def test_the_number_of_departments(register: Register, on: date, all_of_them: int, led: int) -> None:
    """24 departments in February 2015, 17 of them led by a Secretary of State; 23 and 16 in November 2026."""
    assert (len(register.answerable(on)), len(register.secretaries(on))) == (all_of_them, led)


def test_the_departments_come_by_name(register: Register) -> None:
    """Lists on the pages need no sorting of their own."""
    names = [department.name(TODAY) for department in register.answerable(TODAY)]

    assert names == sorted(names, key=str.casefold)
    assert names[:2] == ["Attorney General's Office", "Cabinet Office"]


# Machinery of government: the last day before, the first day after


@pytest.mark.parametrize(
    ("code", "first_day", "before", "after"),
    [
        ("bis", date(2016, 7, 14), "bis", "beis"),
        ("decc", date(2016, 7, 14), "decc", "beis"),
        ("dexeu", date(2020, 2, 1), "dexeu", "cabinet-office"),
        ("fco", date(2020, 9, 2), "fco", "fcdo"),
        ("dfid", date(2020, 9, 2), "dfid", "fcdo"),
        ("dclg", date(2021, 9, 19), "dclg", "mhclg"),
        ("beis", date(2023, 2, 7), "beis", "desnz"),
        ("dit", date(2023, 2, 7), "dit", "dbt"),
        ("dcms-1997", date(2023, 2, 7), "dcms-1997", "dcms"),
        ("dsit", date(2026, 7, 22), "dsit", "bist"),
        ("dbt", date(2026, 7, 22), "dbt", "bist"),
        ("dwp", date(2016, 7, 14), "dwp", "dwp"),
    ],
)
def test_a_department_answers_until_its_last_day(
    register: Register, code: str, first_day: date, before: str, after: str
) -> None:
    """On the day before it answers itself, from the day on its main successor does."""
    assert (register.answerable_for(code, first_day - DAY), register.answerable_for(code, first_day)) == (before, after)


@pytest.mark.parametrize(
    ("code", "first_day", "before", "after"),
    [
        ("dcms-1997", date(2017, 7, 3), "for Culture, Media and Sport", "for Digital, Culture, Media and Sport"),
        (
            "dclg",
            date(2018, 1, 8),
            "for Communities and Local Government",
            "of Housing, Communities and Local Government",
        ),
        ("dhsc", date(2018, 1, 8), "of Health", "of Health and Social Care"),
        (
            "mhclg",
            date(2024, 7, 10),
            "for Levelling Up, Housing and Communities",
            "of Housing, Communities and Local Government",
        ),
        ("dcms", date(2026, 7, 22), "for Culture, Media and Sport", "for Digital, Culture, Media and Sport"),
    ],
)
def test_a_renaming_keeps_the_code(register: Register, code: str, first_day: date, before: str, after: str) -> None:
    """The name changes from one day to the next, the department does not."""
    department = register.department(code)

    assert department.name(first_day - DAY).split(" ", 1)[1] == before
    assert department.name(first_day).split(" ", 1)[1] == after


@pytest.mark.parametrize(
    ("key", "day", "before", "after"),
    [
        ("student-loans-company", date(2016, 7, 14), "bis", "dfe"),
        ("companies-house", date(2016, 7, 14), "bis", "beis"),
        ("cafcass", date(2014, 4, 1), "dfe", "moj"),
        ("sellafield", date(2023, 2, 7), "beis", "desnz"),
        ("ukri", date(2023, 2, 7), "beis", "dsit"),
        ("bduk", date(2023, 2, 7), "dcms-1997", "dsit"),
        ("gds", date(2024, 7, 24), "cabinet-office", "dsit"),
        ("office-for-veterans-affairs", date(2024, 7, 24), "cabinet-office", "mod"),
        ("skills-england", date(2025, 9, 5), "dfe", "dwp"),
        ("ukri", date(2026, 7, 22), "dsit", "bist"),
        ("gds", date(2026, 7, 22), "dsit", "dcms"),
        ("ai-security-institute", date(2026, 7, 22), "dsit", "cabinet-office"),
        ("companies-house", date(2026, 7, 22), "dbt", "bist"),
    ],
)
def test_bodies_go_their_own_ways(register: Register, key: str, day: date, before: str, after: str) -> None:
    """A department that is dissolved several ways goes by body, not by its main successor."""
    name = register.body(key).name(day)

    assert by_name(register, name, day - DAY) == (key, before)
    assert by_name(register, name, day) == (key, after)


def test_dsit_goes_three_ways(register: Register) -> None:
    """Half to the main successor, a quarter each to the two others; whole on the day before."""
    day = date(2026, 7, 22)

    assert register.successors("dsit", day - DAY) == (("dsit", Fraction(1)),)
    assert register.successors("dsit", day) == (
        ("bist", Fraction(1, 2)),
        ("dcms", Fraction(1, 4)),
        ("cabinet-office", Fraction(1, 4)),
    )


def test_successors_follow_the_successors(register: Register) -> None:
    """BIS through BEIS, DBT and DSIT to the departments of today."""
    shares = dict(register.successors("bis", TODAY))

    assert set(shares) == {"bist", "desnz", "dfe", "dcms", "cabinet-office"}
    assert sum(shares.values()) == 1
    assert register.answerable_for("bis", TODAY) == "bist"


def test_announced_and_effective_days_are_kept_apart(register: Register) -> None:
    """Sources differ between 21 and 22 July 2026; the change names both."""
    change = register.changes[-1]

    assert (change.announced, change.effective) == (date(2026, 7, 21), date(2026, 7, 22))


@given(st.dates(date(2012, 3, 8), date(2030, 1, 1)), st.data())
def test_whatever_existed_is_answered_for_by_one_that_exists(on: date, data: st.DataObject) -> None:
    """On any day, for any department of the past, the answer is a department of that day, with shares that add to 1."""
    register = load_register()
    department = data.draw(st.sampled_from([d for d in register.departments() if d.exists_from is None]))
    existing = {d.code for d in register.answerable(on)}
    shares = register.successors(department.code, on)

    assert register.answerable_for(department.code, on) in existing
    assert {code for code, _ in shares} <= existing
    assert sum(share for _, share in shares) == 1
    assert register.answerable_for(department.code, on) == shares[0][0]


def test_nobody_answers_before_the_day_but_the_predecessor(register: Register) -> None:
    """A department that is not there yet is answered for by the one it was formed from."""
    assert register.answerable_for("bist", date(2019, 1, 1)) == "dit"
    assert register.answerable_for("mhclg", date(2019, 1, 1)) == "dclg"
    assert register.successors("desnz", date(2019, 1, 1)) == (("beis", Fraction(1)),)


# Names and ids


@pytest.mark.parametrize(
    ("name", "on", "key"),
    [
        ("Department for Culture, Media & Sport", date(2014, 1, 1), "dcms-1997"),
        ("Department for Digital, Culture, Media and Sport", date(2018, 1, 1), "dcms-1997"),
        ("Department for Culture, Media and Sport", date(2018, 1, 1), "dcms-1997"),
        ("DCMS", date(2023, 2, 6), "dcms-1997"),
        ("DCMS", date(2023, 2, 7), "dcms"),
        ("Department for Culture, Media and Sport", date(2024, 1, 1), "dcms"),
        ("Department for Digital, Culture, Media and Sport", date(2026, 8, 1), "dcms"),
        ("MHCLG", date(2019, 1, 1), "dclg"),
        ("Ministry of Housing, Communities & Local Government", date(2021, 9, 18), "dclg"),
        ("Ministry of Housing, Communities & Local Government", date(2025, 1, 1), "mhclg"),
        ("DLUHC", date(2022, 1, 1), "mhclg"),
    ],
)
def test_one_name_of_two_departments(register: Register, name: str, on: date, key: str) -> None:
    """DCMS is two departments with two names each, MHCLG one name of two: the day decides."""
    found = by_name(register, name, on)

    assert found is not None
    assert found[0] == key


@pytest.mark.parametrize(
    ("identifier", "on", "expected"),
    [
        ("GB-GOV-1", date(2020, 9, 1), ("dfid", "dfid")),
        ("GB-GOV-1", date(2020, 9, 2), ("fcdo", "fcdo")),
        ("GB-GOV-12", date(2023, 2, 6), ("dcms-1997", "dcms-1997")),
        ("GB-GOV-12", date(2023, 2, 7), ("dcms", "dcms")),
    ],
)
def test_one_id_of_two_departments(register: Register, identifier: str, on: date, expected: tuple[str, str]) -> None:
    """GB-GOV-1 was DfID's and is the FCDO's; GB-GOV-12 stayed with DCMS through its division."""
    assert by_id(register, identifier, on) == expected


@pytest.mark.parametrize(
    ("name", "on", "expected"),
    [
        ("Department for Science, Innovation & Technology", date(2026, 8, 12), ("dsit", "bist")),
        ("Department for Business & Trade", date(2026, 8, 10), ("dbt", "bist")),
        ("MHCLG", date(2022, 1, 1), ("dclg", "mhclg")),
        ("Department of Health", date(2020, 1, 1), ("dhsc", "dhsc")),
        ("Department for Digital, Culture, Media and Sport", date(2024, 1, 1), ("dcms-1997", "dcms")),
        ("Highways England", TODAY, ("national-highways", "dft")),
        ("Public Health England", TODAY, ("phe", "dhsc")),
    ],
)
def test_notices_lag_behind_reorganisations(register: Register, name: str, on: date, expected: tuple[str, str]) -> None:
    """A name that was right before still resolves, to the department that answers on the day."""
    assert by_name(register, name, on) == expected


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("defra", "defra"),
        ("DESNZ", "desnz"),
        ("DfTc - Department for Transport", "dft"),
        ("DVSA - Driver and Vehicle Standards Agency", "dvsa"),
        ("Driver and Vehicle Standards Agency (DVSA)", "dvsa"),
        ("DEPARTMENT FOR ENVIRONMENT, FOOD AND RURAL AFFAIRS", "defra"),
        ("Department for Work & Pensions", "dwp"),
        ("Department for Work &amp; Pensions", "dwp"),
        ("Department for Work &amp;amp; Pensions", "dwp"),
        ("The Department for Work and Pensions", "dwp"),
        ("  Department\u00a0for  Work\u200b and\tPensions. ", "dwp"),
        ("Foreign Commonwealth and Development Office", "fcdo"),
        ("Foreign, Commonwealth, & Development Office", "fcdo"),
        ("Attorney General’s Office", "ago"),
        ("Attorney Generals Office", "ago"),
        ("Secretary of State for Defence", "mod"),
        ("Secretary of State for Justice", "moj"),
        ("The Planning Inspectorate", "planning-inspectorate"),
        ("Homes England (the name adopted by the Homes and Communities Agency)", "homes-england"),
        ("UK Research & Innovation (UKRI)", "ukri"),
        ("Nuclear Restoration Services Limited ( Dounreay)", "nuclear-restoration-services"),
    ],
)
def test_spellings_of_one_name(register: Register, name: str, key: str) -> None:
    """Case, punctuation, "&", "the", entities, invisible characters and white space come and go."""
    found = by_name(register, name)

    assert found is not None
    assert found[0] == key


@pytest.mark.parametrize(
    "name",
    [
        "Northern Ireland Department of Health",
        "Department of Health (Northern Ireland)",
        "Department for Transport for Greater Manchester",
        "Friends of the Ministry of Defence",
        "Department",
        "Scottish Home Office",
        "Home Office Cleaning Ltd",
        "Ministry",
        "the",
        "&",
        "",
        " \u200b ",
    ],
)
def test_a_part_of_a_name_is_no_name(register: Register, name: str) -> None:
    """What merely contains a department's name, or is contained in it, is not that department."""
    assert by_name(register, name) is None


def test_acting_through_is_the_agency(register: Register) -> None:
    """The Secretary of State acting through an agency buys for the agency, by an explicit alias only."""
    name = "Secretary of State for Health and Social Care acting as part of the Crown through UK Health Security Agency"

    assert register.resolve(ids=[], name=name, on=TODAY) == Resolution("ukhsa", "dhsc", CENTRAL, "alias")
    assert by_name(register, "Secretary of State for Health and Social Care acting through somebody else") is None


def test_an_id_goes_before_a_name(register: Register) -> None:
    """A buyer that signs as its parent department, yet gives its own id, is itself."""
    found = register.resolve(ids=["GB-PPON-UNKNOWN", "GB-PPON-PVRL-5831-GLMM"], name="Ministry of Defence", on=TODAY)

    assert found == Resolution("des", "mod", CENTRAL, "id")


def test_the_first_known_id_decides(register: Register) -> None:
    """The release's own id comes first among a party's ids, so it wins over further ones."""
    found = register.resolve(ids=["GB-GOV-9", "GB-GOV-8"], name=None, on=TODAY)

    assert found == Resolution("dwp", "dwp", CENTRAL, "id")


def test_the_ministry_of_defence_has_many_ids(register: Register) -> None:
    """One department signs with several accounts and numbers."""
    ids = ["GB-PPON-PHVX-4316-ZVGZ", "GB-CFS-312158", "GB-CFS-175488", "GB-FTS-7833", "GB-GOR-D17", "GB-GOV-8"]

    assert {by_id(register, identifier) for identifier in ids} == {("mod", "mod")}


@pytest.mark.parametrize(
    ("key", "authority"),
    [
        ("dvla", CENTRAL),
        ("acas", CENTRAL),
        ("cefas", CENTRAL),
        ("national-highways", CENTRAL),
        ("nhs-england", CENTRAL),
        ("environment-agency", SUB_CENTRAL),
        ("sellafield", SUB_CENTRAL),
        ("british-council", SUB_CENTRAL),
        ("ukaea", None),
    ],
)
def test_the_class_of_a_body(register: Register, key: str, authority: AuthorityClass | None) -> None:
    """Crown bodies and those of Schedule 2 are central whatever the notice says; where nothing is known, open."""
    assert register.body(key).authority is authority


def test_the_bodies_of_a_department(register: Register) -> None:
    """Only those that exist on the day and report to it then."""
    before = {body.key for body in register.bodies_of("dfe", date(2016, 7, 13))}
    after = {body.key for body in register.bodies_of("dfe", date(2018, 4, 1))}

    assert {"efa", "ofsted"} <= before
    assert not {"esfa", "student-loans-company"} & before
    assert {"esfa", "student-loans-company", "office-for-students"} <= after
    assert not {"efa", "sfa"} & after


WORDS = st.sampled_from(
    ["The ", "&", "&amp;", " and ", "Department", " of ", "Health", "\u200b", "İ", "ß", "ﬁ", "'", ","]
)


@given(st.one_of(st.text(), st.lists(WORDS).map("".join)))
def test_normalising_twice_is_normalising_once(name: str) -> None:
    """Stored names can be compared with fresh ones."""
    assert normalise(normalise(name)) == normalise(name)


@given(st.one_of(st.text(), st.lists(WORDS).map("".join)), st.lists(st.text()), st.dates())
def test_resolving_never_raises(name: str, ids: Sequence[str], on: date) -> None:
    """Whatever a notice says, and whenever."""
    found = load_register().resolve(ids=ids, name=name, on=on)

    assert found is None or isinstance(found, Resolution)


@given(st.data(), st.dates(date(2012, 3, 8), date(2030, 1, 1)))
def test_whoever_resolves_has_a_department_of_the_day(data: st.DataObject, on: date) -> None:
    """Any alias on any day since the Act leads to a department that exists on it, but for DExEU, formed from none."""
    register = load_register()
    aliases = [alias for each in register.departments() for alias in each.aliases]
    aliases += [alias for each in register.bodies() for alias in each.aliases]
    alias = data.draw(st.sampled_from(aliases))
    found = register.resolve(ids=[], name=alias.text, on=on)

    assert found is not None
    assert found.department == "dexeu" or register.department(found.department).existed(on)


# Senders and attributions


def test_the_senders(register: Register) -> None:
    """Every department that ever existed, and the four fixed senders with their roles."""
    senders = register.senders()
    departments = [sender.code for sender in senders if sender.role is Role.DEPARTMENT]

    assert departments == [department.code for department in register.departments()]
    assert [sender for sender in senders if sender.role is not Role.DEPARTMENT] == [
        Sender("contracts-finder", Role.PUBLISHER),
        Sender("find-a-tender", Role.PUBLISHER),
        Sender("pm-office", Role.PM_OFFICE),
        Sender("review-team", Role.REVIEW_TEAM),
    ]
    assert all(re.fullmatch(r"[a-z][a-z0-9-]{1,39}", sender.code) for sender in senders)


def test_who_is_no_sender(register: Register) -> None:
    """A body sends as its department; a stranger does not send."""
    assert register.sender("dwp") == Sender("dwp", Role.DEPARTMENT)
    assert (register.sender("ukri"), register.sender("nobody")) == (None, None)
    assert (register.known_sender("dsit"), register.known_sender("ukri")) == (True, False)


def test_later_attributions(register: Register) -> None:
    """A buyer that the register does not know is attributed by id or by name; the register itself stays as it is."""
    attributed = register.with_attributions({"GB-FTS-1": "dsit", "National  Example & Institute": "dwp"})

    assert attributed.resolve(ids=["GB-FTS-1"], name=None, on=TODAY) == Resolution("dsit", "bist", None, "id")
    assert attributed.resolve(ids=[], name="National Example and Institute", on=TODAY) == Resolution(
        "dwp", "dwp", None, "alias"
    )
    assert register.resolve(ids=["GB-FTS-1"], name="National Example Institute", on=TODAY) is None


def test_an_attribution_does_not_overrule_the_register(register: Register) -> None:
    """What the register knows stays, by id and by name."""
    attributed = register.with_attributions({"GB-GOV-9": "mod", "Department for Work and Pensions": "mod"})

    assert by_id(attributed, "GB-GOV-9") == ("dwp", "dwp")
    assert by_name(attributed, "DWP") == ("dwp", "dwp")


def test_an_attribution_to_nobody_is_refused(register: Register) -> None:
    """A code that no department ever had."""
    with pytest.raises(RegisterError, match="'nobody', which is no department"):
        register.with_attributions({"GB-FTS-1": "nobody"})


# Sectors of buyers outside the register


@pytest.mark.parametrize(
    ("ids", "name", "expected"),
    [
        ([], "Example Teaching Hospitals NHS Foundation Trust", Comparator(Sector.HEALTH, CENTRAL)),
        ([], "EXAMPLE PARTNERSHIP NHS TRUST", Comparator(Sector.HEALTH, CENTRAL)),
        ([], "NHS Example and Sample Integrated Care Board (ICB)", Comparator(Sector.HEALTH, None)),
        (["GB-NHS-XYZ"], "Example Health Board", Comparator(Sector.HEALTH, None)),
        ([], "Exampleshire County Council", Comparator(Sector.LOCAL_AUTHORITY, SUB_CENTRAL)),
        ([], "The London Borough of Example", Comparator(Sector.LOCAL_AUTHORITY, SUB_CENTRAL)),
        (["GB-LAE-EXA"], "Example", Comparator(Sector.LOCAL_AUTHORITY, SUB_CENTRAL)),
        ([], "British Example Council", None),
        ([], "Example Procurement (hosted by Example NHS Trust)", None),
        ([], "Friends of Example NHS Trust", None),
        (["GB-COH-00000001"], "Example Limited", None),
        ([], None, None),
    ],
)
def test_the_sector_of_a_buyer(ids: list[str], name: str | None, expected: Comparator | None) -> None:
    """Where its statutory name or its register leaves no doubt; else none."""
    assert comparator(ids=ids, name=name, on=date(2026, 11, 1)) == expected


# Faults in the register's file


HEAD = 'heads = [{ text = "Minister" }]\nsecretary_of_state = false\n'
ONE = f'[department.one]\nnames = [{{ text = "Ministry One", short = "M1" }}]\n{HEAD}'
TWO = f'[department.two]\nnames = [{{ text = "Ministry Two", short = "M2" }}]\n{HEAD}'
THREE = f'[department.three]\nnames = [{{ text = "Ministry Three", short = "M3" }}]\n{HEAD}'
ENDED = ONE + "until = 2020-01-01\n"


def moves(*rows: str) -> str:
    listed = ", ".join(rows)
    return f'[[change]]\neffective = 2020-01-01\nwhat = "x"\nmark = "confirmed"\nmoves = [{listed}]\n'


TO_TWO = '{ from = "one", to = "two", share = "1" }'
HALF = '{ from = "one", to = "two", share = "1/2" }'
OTHER_HALF = '{ from = "one", to = "three", share = "1/2" }'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[department", "no TOML"),
        (ONE + "colour = 1\n", r"department\.one\.colour: Extra inputs"),
        (ENDED, "'one' ended on 2019-12-31: say who succeeded it"),
        (ENDED + moves('{ from = "one", to = "nobody", share = "1" }'), "'nobody' is no department"),
        (ENDED + TWO + moves(HALF), "the shares of 'one' add to 1/2, not to 1"),
        (ONE + TWO + moves(TO_TWO), "'one' has shares, yet ends on None"),
        (ENDED + TWO + "from = 2021-01-01\n" + moves(TO_TWO), "'two' did not exist on that day"),
        (ONE + "from = 2020-01-01\nuntil = 2019-01-01\n", "'one' ends before it begins"),
        (
            '[department.one]\nnames = [{ text = "A", short = "A", from = 2020-01-02 },'
            f' {{ text = "B", from = 2020-01-01 }}]\n{HEAD}',
            "overlap in their dates",
        ),
        (ONE + 'formed_from = "nobody"\n', "'one' is formed from 'nobody', which is no department"),
        (ONE + TWO + 'formed_from = "one"\n', "no change moves anything between them"),
        (ONE + 'ids = ["GB-GOV-1"]\n' + TWO + 'ids = ["GB-GOV-1"]\n', "id 'GB-GOV-1' belongs to 'one' and to 'two'"),
        (
            ONE
            + 'ids = [{ text = "GB-GOV-1", until = 2020-01-02 }]\n'
            + TWO
            + 'ids = [{ text = "GB-GOV-1", from = 2020-01-01 }]\n',
            "id 'GB-GOV-1' belongs to 'one' and to 'two' on the same days",
        ),
        (ONE + TWO + 'aliases = ["The Ministry-One"]\n', "alias 'The Ministry-One' belongs to 'one' and to 'two'"),
        (ONE + TWO + 'aliases = ["&"]\n', "'two' has an empty alias"),
        (ONE.replace("department.one", "department.One"), "'One' is no code"),
        (ONE.replace("department.one", "department.pm-office"), "'pm-office' is the code of a fixed sender"),
        (ONE + '[body.one]\nname = "One"\nsponsors = ["one"]\n', "'one' is both a department and a body"),
        (ONE + '[body.agency]\nname = "Agency"\nsponsors = ["nobody"]\n', "sponsored by 'nobody'"),
        (ONE + TWO + '[body.agency]\nname = "Agency"\nsponsors = ["one", "two"]\n', "say from when 'two' sponsors it"),
        (
            ENDED + TWO + THREE + moves(HALF, OTHER_HALF) + '[body.agency]\nname = "Agency"\nsponsors = ["one"]\n',
            "'one' ended on 2019-12-31 and went several ways: say who sponsors it after",
        ),
        (ONE + '[body.agency]\nsponsors = ["one"]\n', "'agency' needs either name or names"),
    ],
)
def test_a_faulty_register_says_what_to_correct(text: str, complaint: str) -> None:
    """Each complaint names the entry."""
    with pytest.raises(RegisterError, match=complaint):
        parse_register(text)


def test_a_body_follows_the_one_heir_of_its_sponsor() -> None:
    """Where nothing is in doubt, nothing need be said."""
    register = parse_register(ENDED + TWO + moves(TO_TWO) + '[body.agency]\nname = "Agency"\nsponsors = ["one"]\n')

    assert by_name(register, "Agency", date(2019, 12, 31)) == ("agency", "one")
    assert by_name(register, "Agency", date(2020, 1, 1)) == ("agency", "two")


# Real notices


def buyers() -> Iterator[tuple[str, list[str], str | None, date]]:
    """File, ids, name and day of the lead buyer of every real release."""
    for path in notice_files():
        for line in path.read_text("utf-8").splitlines():
            release = json.loads(line)
            named = release.get("buyer") or {}
            parties = [party for party in release.get("parties", []) if "buyer" in party.get("roles", [])]
            lead = next((party for party in parties if party["id"] == named.get("id")), parties[0] if parties else {})
            ids = [identifier for identifier in (named.get("id"), lead.get("id")) if identifier]
            yield path.stem, ids, named.get("name") or lead.get("name"), date.fromisoformat(release["date"][:10])


def test_real_buyers_are_attributed(register: Register) -> None:
    """So many releases have a department, so many of them in the department's own name."""
    attributed, own = Counter[str](), Counter[str]()
    for file, ids, name, on in buyers():
        found = register.resolve(ids=ids, name=name, on=on)
        attributed[file] += found is not None
        own[file] += found is not None and register.has_department(found.key)

    expected = {"find-a-tender": (140, 36), "contracts-finder": (30, 12)}
    assert {file: (attributed[file], own[file]) for file in attributed} == {file: expected[file] for file in attributed}


def test_real_names_and_ids_agree(register: Register) -> None:
    """Whom a real buyer's id resolves to, its name alone does too."""
    for _, ids, name, on in buyers():
        found = register.resolve(ids=ids, name=None, on=on)
        if found is not None and name is not None:
            assert by_name(register, name, on) == (found.key, found.department)


@pytest.mark.parametrize(
    ("on", "authority"),
    [(date(2021, 8, 15), AuthorityClass.SUB_CENTRAL), (date(2021, 8, 16), AuthorityClass.CENTRAL)],
)
def test_trusts_moved_to_the_central_row(on: date, authority: AuthorityClass) -> None:
    """The day before they were measured by the sub-central threshold."""
    assert comparator(ids=[], name="Example NHS Foundation Trust", on=on) == Comparator(Sector.HEALTH, authority)


@pytest.mark.parametrize(
    ("buyer", "speakers"),
    [
        ("Department for Work and Pensions", {"dwp"}),
        (
            "Department of Energy and Climate Change",
            {"decc", "beis", "desnz", "dbt", "dsit", "bist", "dcms", "cabinet-office"},
        ),
        ("Office of Lost Property", set()),
    ],
)
def test_whose_word_counts_on_what_a_buyer_does(buyer: str, speakers: set[str]) -> None:
    """A department's own, and that of those it was dissolved into; functions that merely moved give no voice."""
    assert load_register().speakers(ids=(), name=buyer) == speakers
