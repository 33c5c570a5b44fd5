"""Who speaks for a series: the combination where it has beaten the seasonal naive forecasts, else they.

The rule and its sentence belong here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.models.forecasting.naive import SEASONAL_NAIVE_DAY, SEASONAL_NAIVE_WEEK

COMBINATION: Final = "combination"
CONTESTANTS: Final = (COMBINATION, SEASONAL_NAIVE_DAY, SEASONAL_NAIVE_WEEK)
N_SEASONAL: Final = len(CONTESTANTS) - 1


@dataclass(frozen=True, eq=False)
class Champions:
    """The champion of each series and row.

    Parameters
    ----------
    index : ndarray of int of shape (series, rows)
        Into ``CONTESTANTS``; each row's is chosen by what was known at its eve.
    mean_error : ndarray of shape (3, series)
        Mean absolute errors by which the last row's was chosen, of the contestants; NaN where nothing was
        judged.
    n_judged : ndarray of int of shape (series,)
        Days they are means of.
    """

    index: NDArray[np.int64]
    mean_error: NDArray[np.float64]
    n_judged: NDArray[np.int64]

    def forecasts(self, made: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pick the champions' forecasts.

        Parameters
        ----------
        made : ndarray of shape (contestants, series, rows, slots)

        Returns
        -------
        ndarray of shape (series, rows, slots)
        """
        picked: NDArray[np.float64] = np.take_along_axis(made, self.index[None, :, :, None], axis=0)[0]
        return picked

    def names(self) -> list[str]:
        """Champion of each series for the day ahead."""
        return [CONTESTANTS[index] for index in self.index[:, -1]]

    def reasons(self) -> list[str]:
        """Why it is the champion, in a sentence."""
        return [self._reason(series) for series in range(self.index.shape[0])]

    def _reason(self, series: int) -> str:
        chosen = CONTESTANTS[self.index[series, -1]]
        if self.n_judged[series] == 0:
            return f"{_words(chosen)}: the record is too short to compare models."
        of_combination, *of_naive = self.mean_error[:, series]
        best = int(np.argmin(of_naive))
        least = of_naive[best]
        days = f"{self.n_judged[series]} day{'s' if self.n_judged[series] > 1 else ''}"
        if chosen == COMBINATION:
            share = f"{of_combination / least:.2f} times" if least > 0 else "no more than"
            return (
                f"{_words(chosen)}: on {days} its error was {share} that of the {_name(1 + best)} forecast."
            )
        share = f"{of_combination / least:.2f} times as large" if least > 0 else "larger"
        return f"{_words(chosen)}: on {days} the combination's error was {share}."


def choose_champions(errors: NDArray[np.float64], is_judged: NDArray[np.bool_], lead: int) -> Champions:
    """Choose the champion of each row by the errors known at its eve.

    Parameters
    ----------
    errors : ndarray of shape (3, series, rows - 1)
        Daily mean absolute errors of the combination and of the seasonal naive forecasts by day and by week.
    is_judged : ndarray of bool of shape (series, rows - 1)
    lead : int
        Days from what is known to the end of a row's day.

    Returns
    -------
    Champions
        The combination where its mean error over all days judged is below that of both seasonal naive
        forecasts, else the better of these; where nothing was judged, the seasonal naive forecast by day.
    """
    n_judged = is_judged.shape[1]
    known = np.append(np.maximum(np.arange(n_judged) - lead + 1, 0), n_judged)
    total = np.concatenate([np.zeros((*errors.shape[:2], 1)), np.cumsum(errors, axis=2)], axis=2)[:, :, known]
    count = np.concatenate(
        [np.zeros((is_judged.shape[0], 1), dtype=np.int64), np.cumsum(is_judged, axis=1)], axis=1
    )
    count = count[:, known]
    of_combination, by_day, by_week = total
    naive = np.where(by_week < by_day, 2, 1)
    wins = of_combination < np.minimum(by_day, by_week)
    index = np.where(wins | ((of_combination == 0) & (count > 0)), 0, naive)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_error = total[:, :, -1] / np.where(count[:, -1] > 0, count[:, -1], np.nan)
    return Champions(index, mean_error, count[:, -1])


def _words(model: str) -> str:
    return model.replace("_", " ").capitalize()


def _name(index: int) -> str:
    return CONTESTANTS[index].replace("_", " ")
