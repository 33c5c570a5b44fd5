"""Weights of days, beside loops over days."""

import numpy as np
import pytest

from traffic.models.forecasting.day_weights import N_DAYS, SAME_KIND_DAYS, WINDOW_DAYS, day_weights

LEADS = (1, 2, 5, 7)
FIRST, SUNDAY = 7, 6
WEEKDAYS = (np.arange(N_DAYS + 7) + 3) % 7
# Two holidays of the past on working days, one on a Sunday, one that is not over yet, and two ahead.
WITH_HOLIDAYS = WEEKDAYS + 7 * np.isin(np.arange(N_DAYS + 7), [10, 30, 37, 55, 56, 60])


def alike(kinds, target, day):
    """Whether a day of the past is of the kind of a target, by the words of the docstring."""
    if kinds[target] >= 7:
        return kinds[day] >= 7 or kinds[day] == SUNDAY
    return kinds[day] % 7 == kinds[target] % 7


def slow_weights(kinds, lead):
    """Weights of each day, day by day from the newest known one."""
    targets = [*range(FIRST, N_DAYS), N_DAYS - 1 + lead]
    names = ("last_days", "all_days", "same_kind", "joint", "deviations", "last_week", "level")
    found = {name: np.zeros((len(targets), N_DAYS)) for name in names}
    newest = np.full((len(targets), SAME_KIND_DAYS), -1)
    for row, target in enumerate(targets):
        known = [day for day in range(target - lead, -1, -1) if day < N_DAYS]
        of_kind = [day for day in known if alike(kinds, target, day)]
        window = [day for day in known if target - lead - day < WINDOW_DAYS]
        only_alike = kinds[target] >= 7 and any(day in of_kind for day in window)
        for day in window:
            age = target - lead - day
            heard = 0.0 if only_alike and not alike(kinds, target, day) else 1.0
            found["last_days"][row, day] = heard * 0.5**age
            found["all_days"][row, day] = heard * 0.5 ** (age / 8)
            found["level"][row, day] = 1
            rank = of_kind.index(day) if day in of_kind else None
            by_kind = {h: 0.0 if rank is None else 0.5 ** (rank / h) for h in (2, 4)}
            by_age = heard * 0.5 ** (age / 4)
            found["same_kind"][row, day] = by_kind[4] + 1e-9 * by_age
            found["joint"][row, day] = by_kind[4] + 0.3 * by_age
            found["deviations"][row, day] = by_kind[2] + 1e-9 * by_age
        found["last_week"][row, known[:7]] = 1
        chosen = of_kind[:SAME_KIND_DAYS]
        newest[row, : len(chosen)] = chosen
    return found, newest


@pytest.mark.parametrize("lead", LEADS)
@pytest.mark.parametrize("kinds", [WEEKDAYS, WITH_HOLIDAYS], ids=["weekdays", "holidays"])
def test_weights_are_those_of_loops_over_days(kinds, lead):
    kinds = kinds[: N_DAYS + lead]
    made = day_weights(kinds, lead)
    found, newest = slow_weights(kinds, lead)
    for name, weights in found.items():
        np.testing.assert_allclose(getattr(made, name), weights, rtol=1e-12, err_msg=name)
    np.testing.assert_array_equal(made.newest_same_kind, newest)


@pytest.mark.parametrize("lead", LEADS)
def test_no_day_younger_than_the_lead_has_weight(lead):
    made = day_weights(WITH_HOLIDAYS[: N_DAYS + lead], lead)
    target = np.append(np.arange(FIRST, N_DAYS), N_DAYS - 1 + lead)
    is_unknown = np.arange(N_DAYS) > target[:, None] - lead
    for name in ("last_days", "all_days", "same_kind", "joint", "deviations", "last_week", "level"):
        assert not getattr(made, name)[is_unknown].any(), name
    assert (made.newest_same_kind <= (target - lead)[:, None]).all()


def test_a_day_without_a_day_of_its_kind_is_heard_from_the_others():
    # Half of the days of a first week have none before them.
    made = day_weights(np.arange(N_DAYS + 1) % 7, 1)
    assert (made.same_kind.sum(axis=1) > 0).all()
    kinds = np.append(np.zeros(N_DAYS, dtype=np.int64), 3)
    lonely = day_weights(kinds, 1)
    assert 0 < lonely.same_kind[-1].sum() < 1e-7
    assert (lonely.newest_same_kind[-1] == -1).all()
