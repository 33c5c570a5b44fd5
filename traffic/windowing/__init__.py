"""From records to series: clock, windows, regular grids, flags and the ensemble of days.

Reading bytes belongs to ``traffic.parsing``; saying what a series means, to the models.
"""
