"""How much a sender may send, and the brake: accounts and outcomes, with the time as an argument."""

from services.ingest.problems import problem
from services.ingest.traffic import (
    BRAKED_BURST,
    LEAST,
    LONGEST_WAIT,
    SUMMARY,
    WINDOW,
    Brake,
    Change,
    Refusal,
    Traffic,
)


def refusal(slug: str = "not-json", place: str = "p") -> Refusal:
    return Refusal("/s", "1", place, problem(slug, "", "no"))


def changes(brake: Brake, *outcomes: Refusal | None) -> list[Change]:
    return [change for outcome in outcomes if (change := brake.saw(outcome)) is not None]


def test_a_sender_within_its_burst_does_not_wait() -> None:
    """And one that has used it up exactly does not either."""
    traffic = Traffic(rate=10, burst=100)
    assert traffic.charge("dwp", 100, 0) == 0


def test_a_debt_is_paid_by_waiting() -> None:
    """What has come is taken; the next waits until the rate has made up for it. Others owe nothing."""
    traffic = Traffic(rate=10, burst=100)
    assert traffic.charge("dwp", 150, 0) == 5
    assert traffic.charge("moj", 0, 0) == 0
    assert traffic.charge("dwp", 0, 2) == 3
    assert traffic.charge("dwp", 0, 5) == 0


def test_an_account_holds_no_more_than_the_burst() -> None:
    """A quiet year does not make a flood."""
    traffic = Traffic(rate=10, burst=100)
    traffic.charge("dwp", 1, 0)
    assert traffic.charge("dwp", 110, 1e7) == 1


def test_nobody_waits_for_ever() -> None:
    """The largest debt is paid within a minute."""
    assert Traffic(rate=10, burst=100).charge("dwp", 10**9, 0) == LONGEST_WAIT


def test_no_rate_is_no_limit() -> None:
    """0 turns it off."""
    assert Traffic(rate=0, burst=1).charge("dwp", 10**9, 0) == 0


def test_the_brake_is_applied_once_when_more_than_half_is_refused() -> None:
    """With how many of how many, and the latest example of the most frequent problem."""
    mixed = [refusal("not-json", f"j{n}") if n % 2 else refusal("too-large") for n in range(LEAST // 2)]
    applied = changes(Brake(), *[None] * (LEAST // 2), *mixed, refusal("not-json", "last"), *[refusal()] * 500)
    assert applied == [Change(True, LEAST // 2 + 1, LEAST + 1, refusal("not-json", "last"))]


def test_few_outcomes_prove_nothing() -> None:
    """The first steps of a new sender are often wrong."""
    assert changes(Brake(), *[refusal()] * (LEAST - 1)) == []


def test_half_is_not_most() -> None:
    """A sender that is half right is not held back."""
    assert changes(Brake(), *[None, refusal()] * WINDOW) == []


def test_the_brake_is_released_once_it_sends_mostly_good_again() -> None:
    """Not at the first good one: less than a quarter of the last must be refused."""
    brake = Brake()
    changes(brake, *[refusal()] * WINDOW)
    good = next(number for number in range(1, 1_000) if brake.saw(None) is not None)
    assert (good, brake.applied) == (WINDOW * 3 // 4 + 1, False)


def test_it_is_applied_anew_after_its_release() -> None:
    """As often as things turn."""
    outcomes = [*[refusal()] * WINDOW, *[None] * WINDOW, *[refusal()] * WINDOW]
    assert [change.applied for change in changes(Brake(), *outcomes)] == [True, False, True]


def braked() -> Traffic:
    traffic = Traffic(rate=0, burst=1)
    traffic.saw("dwp", [refusal()] * LEAST)
    return traffic


def test_requests_of_a_braked_sender_are_few() -> None:
    """A handful at once, then one a second; another's are not counted."""
    traffic = braked()
    assert [traffic.request("dwp", 0) for _ in range(int(BRAKED_BURST) + 1)] == [*[0.0] * int(BRAKED_BURST), 1.0]
    assert traffic.request("dwp", 1) == 0
    assert traffic.request("moj", 1) == 0


def test_a_change_is_taken_by_one_who_tells_it() -> None:
    """Twice taken is once had; given back, it is had again, before what came since."""
    traffic = braked()
    (change,) = traffic.take_untold("dwp")
    assert traffic.take_untold("dwp") == []
    traffic.give_back("dwp", [change])
    assert traffic.take_untold("dwp") == [change]


def test_refusals_of_a_braked_sender_are_summed_up() -> None:
    """So many to a line; none are counted twice."""
    traffic = braked()
    traffic.saw("dwp", [refusal()] * (SUMMARY - 1))
    assert traffic.summary("dwp") == 0
    traffic.saw("dwp", [refusal()] * 2)
    assert (traffic.summary("dwp"), traffic.summary("dwp"), traffic.summary("moj")) == (SUMMARY + 1, 0, 0)
