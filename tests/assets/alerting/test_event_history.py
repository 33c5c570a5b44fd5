"""How long events last: held against a slow obvious rule, whatever nights are judged again or made up for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assets.alerting.held import Held
from assets.alerting.history import Changes, changes_of_night, event_id

FIRST = datetime(2025, 11, 1)
SUBJECTS = ("isp/a", "isp/b", "isp/c")


def held(*subjects: str, sentence: str = "It holds.") -> list[Held]:
    return [Held("full", "congestion", subject, sentence, 0.5) for subject in subjects]


class Record:
    """The tables, kept as dictionaries."""

    def __init__(self) -> None:
        self.events: dict[str, dict[str, Any]] = {}
        self.nights: list[datetime] = []
        self.told: list[str] = []

    def judge(self, night: datetime, found: list[Held]) -> Changes:
        former = max((one for one in self.nights if one < night), default=None)
        known = [row for row in self.events.values() if row["last_issued_at_utc"] in (night, former)]
        changes = changes_of_night(found, known, night, former, set(self.told))
        for identity in changes.withdrawn:
            del self.events[identity]
        for identities, last in ((changes.lasting, night), (changes.ended, former)):
            for identity in identities:
                self.events[identity]["last_issued_at_utc"] = last
        for row in changes.begun:
            assert row["event_id"] not in self.events
            self.events[row["event_id"]] = row
        self.nights = sorted({*self.nights, night})
        return changes

    def spans(self) -> set[tuple[str, datetime, datetime]]:
        return {
            (row["subject"], row["first_issued_at_utc"], row["last_issued_at_utc"])
            for row in self.events.values()
        }


def runs(nights: dict[datetime, set[str]]) -> set[tuple[str, datetime, datetime]]:
    """The obvious rule: of each subject, the longest stretches of judged nights in which it held."""
    found = set()
    for subject in SUBJECTS:
        first = last = None
        for night in sorted(nights):
            if subject in nights[night]:
                first, last = first or night, night
            elif first and last:
                found.add((subject, first, last))
                first = last = None
        if first and last:
            found.add((subject, first, last))
    return found


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.lists(st.sets(st.sampled_from(SUBJECTS)), min_size=1, max_size=3)),
        min_size=1,
        max_size=10,
    )
)
def test_events_are_the_stretches_of_nights_in_which_a_rule_held(
    steps: list[tuple[int, list[set[str]]]],
) -> None:
    record, truth, night = Record(), {}, FIRST
    for gap, attempts in steps:
        night += timedelta(days=1 + gap)
        for subjects in attempts:  # the last attempt at a night is the one that counts
            record.judge(night, held(*sorted(subjects)))
        truth[night] = attempts[-1]
    assert record.spans() == runs(truth)


@given(st.sets(st.sampled_from(SUBJECTS)), st.sets(st.sampled_from(SUBJECTS)))
def test_the_same_night_judged_again_changes_nothing(before: set[str], now: set[str]) -> None:
    record, second = Record(), FIRST + timedelta(days=1)
    record.judge(FIRST, held(*before))
    opened = record.judge(second, held(*now)).open
    again = record.judge(second, held(*now))
    assert again == Changes(open=opened)


def test_what_was_told_stays_as_it_was_told() -> None:
    record = Record()
    (identity,) = record.judge(FIRST, held("isp/a")).open
    record.told.append(identity)
    assert record.judge(FIRST, held()) == Changes()
    assert record.spans() == {("isp/a", FIRST, FIRST)}
    # Should it hold after all, it is the same event, and not told again.
    assert list(record.judge(FIRST, held("isp/a")).open) == [identity]


def test_the_sentence_is_that_of_the_first_night() -> None:
    record = Record()
    record.judge(FIRST, held("isp/a", sentence="first"))
    record.judge(FIRST + timedelta(days=1), held("isp/a", sentence="second"))
    assert [row["sentence"] for row in record.events.values()] == ["first"]


@given(st.tuples(*[st.text(max_size=5)] * 2), st.tuples(*[st.text(max_size=5)] * 2))
def test_only_the_same_event_has_the_same_fingerprint(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (event_id(*one, FIRST) == event_id(*other, FIRST)) == (one == other)
    assert event_id(*one, FIRST) != event_id(*one, FIRST + timedelta(days=1))
    assert len(event_id(*one, FIRST)) == 32


def test_fingerprints_stay_the_same_from_release_to_release() -> None:
    # What was told must be known again after an update.
    assert event_id("full", "isp/a", FIRST) == event_id("full", "isp/a", datetime(2025, 11, 1))
    assert event_id("full", "isp/\ud800", FIRST)
