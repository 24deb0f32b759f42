"""Secrets that were left in what is under version control: known shapes, and random text that is called a secret. Pure.

What is found is named by its place and its hash, and never shown.
"""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

SHAPES: Mapping[str, re.Pattern[str]] = {
    "private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*[A-Za-z0-9+/=]{20}"),
    "AWS access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "GitHub token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})\b"),
    "GitLab token": re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}\b"),
    "Slack token": re.compile(r"\bxox[abposr]-[A-Za-z0-9-]{10,}\b"),
    "Google API key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b"),
    "JSON web token": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    "GOV.UK Notify key": re.compile(r"\b[a-z_]{1,40}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
                                    r"-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"),
    "password in an address": re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s:/@'\"{}$<>…]+:([^\s:/@'\"{}$<>…]{8,})@"),
}  # fmt: skip
CALLED_SECRET = re.compile(
    r"(?i)(?:password|passwd|secret|token|api[_-]?key|private[_-]?key|credential)[a-z0-9_]*['\"]?\s*[:=]\s*"
    r"['\"]?([A-Za-z0-9+/=_.~-]{16,})"
)
BITS = 3.6
"""Bits a character, from which text is random rather than words: base64 of 24 bytes has 4.3, an English name 3.2."""


@dataclass(frozen=True, slots=True)
class Leak:
    """`sha256` is that of the secret itself: by it, one that is none is allowed."""

    path: str
    line: int
    kind: str
    sha256: str


def scan(path: str, text: str, *, allowed: Collection[str] = ()) -> Iterator[Leak]:
    """In the order of kinds. `allowed`: hashes of what was looked at and is no secret."""
    for kind, shape in SHAPES.items():
        for match in shape.finditer(text):
            yield from _leak(path, text, match, kind, allowed)
    for match in CALLED_SECRET.finditer(text):
        if _looks_random(match[1]):
            yield from _leak(path, text, match, "random text called a secret", allowed)


def _leak(path: str, text: str, match: re.Match[str], kind: str, allowed: Collection[str]) -> Iterator[Leak]:
    secret = match[1] if match.re.groups else match[0]
    digest = hashlib.sha256(secret.encode()).hexdigest()
    if digest not in allowed:
        yield Leak(path, text.count("\n", 0, match.start()) + 1, kind, digest)


def _looks_random(word: str) -> bool:
    """Letters and digits mixed, and none repeated much: no name of a variable, and no word of a test."""
    return bool(re.search(r"\d", word) and re.search(r"[A-Za-z]", word)) and entropy(word) >= BITS


def entropy(word: str) -> float:
    """Shannon's, in bits a character."""
    return -sum(n / len(word) * math.log2(n / len(word)) for n in Counter(word).values())
