"""What the two documents show, computed anew: the constant-volatility post and the paper on daily traffic.

Each section holds what a document states, in words and numbers, beside what one log or one week of a series
gives, and sentences that follow from the numbers. Estimators belong to ``traffic.models`` and
``traffic.diagnostics``; how a section is drawn or written down, to whoever shows it.
"""
