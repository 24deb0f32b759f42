"""Events of the Cabinet Office's review team: Mystery Shopper cases, spot checks, recommendations, attributions.

Case events carry no supplier identity: the supplier may stay anonymous and is never published.
"""

from enum import StrEnum
from typing import Literal

from pydantic import model_validator

from shared.events.base import Data, Day, Key, Line, Text


class CaseOpened(Data):
    department: Key
    authority: Line
    issue: Text
    opened_on: Day
    central: bool = True
    ocid: Key | None = None


class CaseState(StrEnum):
    SCREENED = "screened"
    ACCEPTED = "accepted"
    INFORMATION_REQUESTED = "information-requested"
    FINDINGS = "findings"
    RECOMMENDATION_ISSUED = "recommendation-issued"
    PUBLISHED = "published"
    FOLLOWED_UP = "followed-up"


class CaseUpdated(Data):
    state: CaseState
    on: Day
    text: Text | None = None


class CaseClosed(Data):
    closed_on: Day
    outcome: Literal["upheld", "not-upheld", "no-change", "out-of-scope"]
    urgency_rejected: bool = False


class SpotCheckCompleted(Data):
    """One procurement examined against the Act; the subject is its OCID."""

    check: Key
    completed_on: Day
    result: Literal["passed", "passed-with-advice", "not-passed", "could-not-be-assessed"]
    in_scope: bool | None = None
    considered_before_start: bool | None = None
    three_strands: bool | None = None
    consultation_decided: bool | None = None
    urgency_rejected: bool = False
    text: Text | None = None


class RecommendationIssued(Data):
    recommendation: Key
    text: Text
    issued_on: Day
    due: Day
    accepted: bool | None = None


class RecommendationImplemented(Data):
    recommendation: Key
    implemented_on: Day


class BuyerAttributed(Data):
    """Says which department answers for a buyer that the register does not know. Give its id, its name, or both."""

    buyer_id: Line | None = None
    buyer_name: Line | None = None
    department: Key

    @model_validator(mode="after")
    def names_a_buyer(self) -> "BuyerAttributed":
        if self.buyer_id is None and self.buyer_name is None:
            raise ValueError("needs buyer_id, buyer_name or both")
        return self
