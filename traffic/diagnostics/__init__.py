"""Diagnostics: what a series, or what a model has left of it, looks like.

Here belong correlograms, residual tests and the peaks and phases of days: plain arrays in, figures and
verdicts out. Fitting and forecasting belong to ``traffic.models``.
"""
