"""What a question of an assessment is called, and its answers in words. Pure."""

from collections.abc import Mapping

from services.reporter.evidence import ITEMS
from services.reporter.words import humanised
from shared.indicators import BY_ID

INDICATOR = {question: indicator for indicator, questions in ITEMS.items() for question in questions}
"""Question of an item → the indicator that it counts in."""


def title_of(question: str) -> str:
    return BY_ID[question].title if question in BY_ID else f"{question.capitalize()} well-being"


def answer_words(question: str, answer: str) -> str:
    question = INDICATOR.get(question, question)
    labels: Mapping[str, str] = BY_ID[question].answers if question in BY_ID else {}
    if question == "challenge":
        return labels.get(f"spot-check-{answer}") or humanised(answer)
    return labels.get(answer) or humanised(answer)
