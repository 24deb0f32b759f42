"""Signatures, pending sign-ins, and addresses that lead nowhere else."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from services.reporter.signing_in.cookies import PENDING_FOR, Pending, Signer, safe_next

NOW = datetime(2026, 10, 8, 9, tzinfo=UTC)
SIGNER = Signer("secret")


@given(st.text())
def test_only_what_we_signed_is_read_and_only_for_its_purpose(value: str) -> None:
    """Under another key, for another purpose, changed, or made up: nothing."""
    signed = SIGNER.signed("session", value)
    assert SIGNER.read("session", signed) == (value or None)
    assert SIGNER.read("sign-in", signed) is None
    assert Signer("other").read("session", signed) is None
    assert SIGNER.read("session", "x" + signed) is None
    assert SIGNER.read("session", value) is None
    assert SIGNER.read("session", None) is None


def test_a_pending_sign_in_comes_back_as_it_was_and_not_too_late() -> None:
    """To the second."""
    pending = Pending("state", "nonce", "verifier", "/returns/2026-27-q2/dwp", NOW)
    assert Pending.from_text(pending.to_text(), now=NOW + PENDING_FOR) == pending
    assert Pending.from_text(pending.to_text(), now=NOW + PENDING_FOR + timedelta(seconds=1)) is None


@given(
    st.one_of(
        st.text(max_size=40),
        st.builds(
            "".join, st.lists(st.sampled_from(["/", "\\", ":", "@", ".", "?", "#", "\t", "\n", "a", "//", "https:"]))
        ),
    )
)
def test_whatever_is_asked_for_nobody_is_sent_elsewhere(text: str) -> None:
    """As a browser reads an address."""
    base = "https://reports.test/sign-in/callback"
    found = urljoin(base, safe_next(text).replace("\\", "/"))
    assert urlsplit(found)[:2] == ("https", "reports.test")


def test_addresses_of_ours_are_kept_whole() -> None:
    """With their query."""
    for address in ("/", "/returns/2026-27-q2/dwp", "/rounds/open?period=2026-27-q2"):
        assert safe_next(address) == address
    assert [safe_next(text) for text in (None, "", "x", "//x", "/\\x", "https://x", "/" + "x" * 1_000)] == ["/"] * 7
