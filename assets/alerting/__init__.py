"""What tells people of a night: which rules hold, how long an event lasts, its words, and how they are sent.

The tables are written by ``assets.alerts``; when a night tells is ``orchestration``'s.
"""
