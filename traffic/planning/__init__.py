"""Decisions from what the models say: how likely congestion is, when a link is full, what a month will cost.

Arrays and frames in, figures out. What is forecast belongs to ``traffic.models``; which rows a night keeps,
to ``assets``.
"""
