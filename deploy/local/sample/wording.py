"""What is bought in the sample, and what its records say. All of it is invented."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["services", "light-touch", "direct", "below", "call-off", "goods", "works", "concession", "cannot-tell"]


@dataclass(frozen=True, slots=True)
class Bought:
    """`citizen`: delivered directly to citizens. The strands say what was considered for each."""

    title: str
    cpv: str
    citizen: bool = False
    economic: str = "Lots small enough for local firms; prompt payment down the supply chain."
    social: str = "Entry-level posts and apprenticeships for people who live near the sites."
    environmental: str = "Less travel and waste; an annual account of carbon with a plan to lower it."


SERVICES = (
    Bought("Facilities management", "79993000"),
    Bought("Cleaning and waste services", "90910000"),
    Bought("Contact centre for the public", "79512000", citizen=True),
    Bought("Grounds maintenance", "77314000"),
    Bought("Application development and support", "72262000"),
    Bought("Cloud hosting and service desk", "72400000"),
    Bought("Evaluation of a national programme", "79419000"),
    Bought("Translation and interpreting", "79530000", citizen=True),
    Bought("Courier and mail services", "64120000"),
    Bought("Occupational health", "85147000"),
    Bought("Payroll and pensions administration", "79211110"),
    Bought("Public information campaign", "79341400", citizen=True),
    Bought("Fleet maintenance", "50110000"),
    Bought("Survey of households", "79320000", citizen=True),
    Bought("Records storage and scanning", "79995100"),
)

LIGHT_TOUCH = (
    Bought("Employability training", "80530000", citizen=True),
    Bought("Guarding and reception", "79710000"),
    Bought("Staff catering", "55510000"),
    Bought("Legal advice panel", "79110000"),
    Bought("Support for families in temporary accommodation", "85310000", citizen=True),
    Bought("Skills bootcamps", "80500000", citizen=True),
)

GOODS = (
    Bought("Laptops and monitors", "30213100"),
    Bought("Office furniture", "39130000"),
    Bought("Protective clothing", "18143000"),
    Bought("Laboratory consumables", "33696500"),
)

WORKS = (
    Bought("Roof replacement", "45261900"),
    Bought("Refurbishment of a regional office", "45453100"),
    Bought("Flood wall repairs", "45246400"),
)

CONCESSIONS = (Bought("Café at a visitor centre", "55330000", citizen=True),)

PLACES = (
    "North East",
    "North West",
    "Yorkshire and the Humber",
    "East Midlands",
    "West Midlands",
    "East of England",
    "London",
    "South East",
    "South West",
    "national",
)

PROCESS = (
    "Sites were visited with local suppliers before the specification was settled; bids could be made jointly.",
    "The timetable left six weeks for bids, and the questions on social value were published with the draft.",
    "Criteria ask for a method and for measures, so that a small bidder is not marked down for its size.",
)

RELEVANCE = (
    "Each matter concerns the people who deliver or use this service, or the places where it is delivered.",
    "The matters follow from the work itself: who does it, how they travel, what is thrown away.",
)

PROPORTIONALITY = (
    "Weighed against the value and the term of the contract; what only large bidders could meet was left out.",
    "One question of social value with a page limit, in keeping with the size of the contract.",
)

NOT_PURSUED = "The benefit found was small beside the cost of bidding, so no criterion was added."
NOT_RELEVANT = (
    "The service is delivered remotely with existing equipment, so the choice of supplier changes nothing here."
)
NONE_MADE = "The procurement was prepared from an earlier file, and the question was not put."
NO_CONSULTATION = (
    "A back-office service: those concerned are staff, whose representatives were asked in the ordinary way."
)
CONSULTATION = "People who use the service can say best which improvements matter to them."
URGENCY = "The former supplier gave notice to stop within three weeks; the service could not be left without cover."

WITH_WHOM = (
    "service users and two user groups",
    "local voluntary organisations",
    "suppliers at two open meetings",
    "staff and the councils of the area",
)

COMMITMENTS = (
    ("Apprenticeships started by people living within the area served", "apprenticeship starts", (2, 20)),
    ("Hours of volunteering given to community projects", "hours", (100, 900)),
    ("Spend with small firms and social enterprises in the supply chain", "pounds", (50_000, 600_000)),
    ("Lower emissions from vehicles used for the contract", "tonnes of CO2e", (5, 80)),
    ("Posts filled by people who were long out of work", "posts", (2, 15)),
)
