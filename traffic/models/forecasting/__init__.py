"""Forecasts of many series at once: periodic profiles, updated, combined, judged by the past and calibrated.

What belongs here makes forecasts of arrays of histories (``forecaster``) and of long frames (``frames``).
The periodic model as a description of a series belongs to ``traffic.models.periodic``.
"""
