from itertools import product

import pytest

from traffic.models.champion import PREFERENCE, choose_champion


@pytest.mark.parametrize("refused", list(product([False, True], repeat=3)))
def test_the_first_that_could_be_fitted_speaks_and_the_reason_names_the_others(refused):
    why_not = {
        model: f"Too short {model}." if no else None for model, no in zip(PREFERENCE, refused, strict=True)
    }
    champion = choose_champion(why_not)
    able = [model for model, no in zip(PREFERENCE, refused, strict=True) if not no]
    assert champion.model == (able[0] if able else None)
    passed_over = PREFERENCE[: PREFERENCE.index(able[0])] if able else PREFERENCE
    for model in PREFERENCE:
        assert (f"Too short {model}." in champion.reason) == (model in passed_over)
    assert champion.reason.endswith(".")


def test_models_that_were_not_tried_cannot_win():
    champion = choose_champion({"reference": None})
    assert champion.model == "reference"
    assert "Not periodic: It was not tried." in champion.reason
    assert choose_champion({}).model is None
