"""How much longer a run takes: from what each of its steps took before, and how fast it goes this time.

Pure arithmetic on seconds; what a terminal shows of it is ``progress``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# A night of the simulated landing zone on two cores: only their proportion counts. All other steps are short.
USUAL_SECONDS = {
    "effects_of_outlier_rules": 9.0,
    "constant_volatility_fits": 8.0,
    "champions_and_points": 5.0,
    "periodic_family": 4.0,
    "landing_files": 3.0,
    "residual_diagnostics": 3.0,
    "expectations": 2.0,
    "night_page": 2.0,
    "outlooks_and_bills": 1.0,
    "published_copy": 1.0,
    "series_of_sources": 1.0,
}
SHORT_SECONDS = 0.1
# Without an earlier run the pace is known only from what is done: less than this share says nothing.
LEAST_SHARE = 0.15
# An earlier run speaks for the pace like this many seconds of the present one.
PRIOR_SECONDS = 10.0
# A step that takes longer than expected is never said to be done.
NEARLY = 0.95


class Estimate:
    """The remaining time of one run.

    Parameters
    ----------
    steps : iterable of str
        Keys of all steps.
    before : mapping of str to float
        Seconds that each took in an earlier run; empty if there was none.
    started : float
        When the run began, in seconds of any clock; all other times are of the same.
    """

    def __init__(self, steps: Iterable[str], before: Mapping[str, float], started: float) -> None:
        known = before or USUAL_SECONDS
        self._expected = {step: max(known.get(step, 0.0), SHORT_SECONDS) for step in steps}
        self._prior = PRIOR_SECONDS if before else 0.0
        self._started = started
        self._ended: set[str] = set()
        self._step: str | None = None
        self._began = started
        self._share: float | None = None

    @property
    def whole(self) -> float:
        """Expected seconds of all steps."""
        return sum(self._expected.values())

    def begin(self, step: str, now: float) -> None:
        """Note that a step has begun."""
        self._step, self._began, self._share = step, now, None

    def tell(self, share: float) -> None:
        """Note which share of the present step is done, where the step knows."""
        self._share = share

    def end(self, step: str) -> None:
        """Note that a step has ended, well or not."""
        self._ended.add(step)
        self._step = None

    def done(self, now: float) -> float:
        """Return the expected seconds of what is done, the present step's part included."""
        ended = sum(self._expected.get(step, 0.0) for step in self._ended)
        if self._step is None:
            return ended
        expected = self._expected.get(self._step, SHORT_SECONDS)
        passed = min((now - self._began) / expected, NEARLY)
        return ended + expected * (passed if self._share is None else self._share)

    def remaining(self, now: float) -> float | None:
        """Return the seconds that are left, or None while too little is known."""
        pace = self._pace(now)
        return None if pace is None else pace * (self.whole - self.done(now))

    def run_seconds(self, now: float) -> float | None:
        """Return the seconds that a whole run like this takes, or None while too little is known."""
        pace = self._pace(now)
        return None if pace is None else pace * self.whole

    def _pace(self, now: float) -> float | None:
        done = self.done(now)
        if not self._prior and done <= LEAST_SHARE * self.whole:
            return None
        return (self._prior + now - self._started) / (self._prior + done)


def in_words(seconds: float) -> str:
    """Say a duration as roughly as an estimate knows it.

    Parameters
    ----------
    seconds : float
        Zero or more.

    Returns
    -------
    str
        Such as "40 s", "5 min", "2 h 10 min".
    """
    if seconds < 58:
        return f"{max(5, 5 * round(seconds / 5))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
