import numpy as np
import pytest
from scipy import stats

from traffic.windowing.flags import flag_values
from traffic.windowing.outlier_rules import (
    hampel_limits,
    no_limits,
    outlier_rules,
    quantile_limits,
    tukey_limits,
)

SAMPLE = np.array([2.0, 4.0, np.nan, 6.0, 8.0, 100.0])


def test_each_rule_by_hand():
    # Quartiles of 2, 4, 6, 8, 100 are 4 and 8; the median is 6, the deviations from it 4, 2, 0, 2, 94.
    assert [limit[0] for limit in tukey_limits(SAMPLE)] == [-2, 14]
    assert [limit[0] for limit in tukey_limits(SAMPLE, fence=3)] == [-8, 20]
    assert [limit[0] for limit in hampel_limits(SAMPLE, threshold=3)] == pytest.approx(
        [6 - 3 * 1.4826 * 2, 6 + 3 * 1.4826 * 2]
    )
    assert [limit[0] for limit in quantile_limits(SAMPLE, below=0.25, above=0.25)] == [4, 8]
    assert [limit[0] for limit in quantile_limits(SAMPLE, above=0.25)] == [-np.inf, 8]
    assert [limit[0] for limit in no_limits(SAMPLE)] == [-np.inf, np.inf]


def test_every_rule_gives_a_limit_at_every_time_whatever_is_missing():
    for x in (SAMPLE, np.full(6, np.nan), np.full(6, 3.0), np.empty(0)):
        rules = outlier_rules(np.arange(x.size, dtype=np.int32) % 3, 3_600)
        assert list(rules)[-1] == "hampel_slot"
        for rule in rules.values():
            lower, upper = rule(x)
            assert lower.shape == upper.shape == x.shape
            with np.errstate(invalid="ignore"):
                assert not (lower > upper).any()


def test_without_slots_there_is_no_rule_of_the_slot():
    assert list(outlier_rules()) == ["none", "tukey_1.5", "tukey_3", "hampel_3", "hampel_6", "quantile_99"]


def test_the_flags_of_a_short_series_are_tukeys_and_of_a_long_one_hampels():
    rng = np.random.default_rng(1)
    for days, name in ((1, "tukey_1.5"), (6, "hampel_slot")):
        x = rng.lognormal(size=24 * days)
        slot = np.tile(np.arange(24, dtype=np.int32), days)
        clean = flag_values(x, slot, 3_600).value_clean
        lower, upper = outlier_rules(slot, 3_600)[name](x)
        np.testing.assert_array_equal(clean, np.clip(x, lower, upper))


def test_normal_values_lie_beyond_the_limits_as_often_as_they_should():
    # 200,000 values; three standard errors of each share.
    x = np.random.default_rng(2).standard_normal(200_000)
    quartile = stats.norm.ppf(0.75)
    expected = {
        "tukey_1.5": 2 * stats.norm.sf(4 * quartile),
        "tukey_3": 2 * stats.norm.sf(7 * quartile),
        "hampel_3": 2 * stats.norm.sf(3),
        "quantile_99": 0.01,
    }
    for name, share in expected.items():
        lower, upper = outlier_rules()[name](x)
        found = np.mean((x < lower) | (x > upper))
        # The limits are estimated too, which adds about as much again.
        assert abs(found - share) < 2 * 3 * np.sqrt(share / x.size) + 1e-5, name


@pytest.mark.parametrize(("below", "above"), [(-0.1, 0.1), (0.5, 0.5), (0.1, -0.1)])
def test_shares_that_leave_nothing_are_refused(below, above):
    with pytest.raises(ValueError, match="below 1 together"):
        quantile_limits(SAMPLE, below, above)
