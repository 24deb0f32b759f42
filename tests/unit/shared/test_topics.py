"""The topics: names, and what they keep."""

import pytest

from shared.topics import Topic, rejections, sender_of, submissions, topics


def test_a_senders_topics_are_named_for_it() -> None:
    """The topic says who writes there, and who reads."""
    assert (submissions("dwp"), rejections("dwp")) == ("submissions.dwp", "rejections.dwp")


@pytest.mark.parametrize("sender", ["dwp", "home-office", "find-a-tender"])
def test_the_sender_is_read_back_from_its_topic(sender: str) -> None:
    """It is the only thing that says who sent a record."""
    assert sender_of(submissions(sender)) == sender


@pytest.mark.parametrize("topic", ["rejections.dwp", "submissions", "submissions.", "procurement.events", ""])
def test_another_topic_says_nothing_of_a_sender(topic: str) -> None:
    """A record from it cannot be anybody's submission."""
    with pytest.raises(ValueError, match="is no submissions topic"):
        sender_of(topic)


def test_the_topics_of_two_senders() -> None:
    """The record of a government is kept for ever; of a status, the latest."""
    assert topics(["dwp", "moj"]) == [
        Topic("procurement.events", partitions=8, forever=True),
        Topic("implementation.status", partitions=2, compacted=True),
        Topic("reports.published", partitions=1, forever=True),
        Topic("submissions.dwp", partitions=1),
        Topic("submissions.moj", partitions=1),
        Topic("rejections.dwp", partitions=1),
        Topic("rejections.moj", partitions=1),
    ]
