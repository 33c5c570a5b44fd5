"""The night's page: what the tables of one night say, in the order in which a person needs it.

Each module makes one section from the frames of ``night_frames``; ``page`` puts them together. What the
tables hold is computed elsewhere, and when a page is written is the affair of ``assets.reports``.
"""
