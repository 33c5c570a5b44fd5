"""The page that lays the two documents beside this installation's own data.

What its sections say is computed in ``traffic.reproduction``; the shell of a page is in ``assets.page``.
"""
