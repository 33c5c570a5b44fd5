"""Simulated traffic: a landing zone whose truth is known, and paths of fitted models to size for.

Here belong drawing traffic and web logs from a seed, and writing them as the text that a provider or a
web server would hand over. Reading such text belongs to ``traffic.parsing``; putting it on disk, to
``orchestration``.
"""
