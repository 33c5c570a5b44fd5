"""What is expected of the tables, as Great Expectations suites: one module per table, and one adapter.

A suite says what must hold of a frame (``web_requests``, ``provider_samples``, ``observations``,
``points``); ``adapter`` runs it and tells a check that failed from one that could not run. Where results
are stored, when suites run and what a failure stops do not belong here.
"""
