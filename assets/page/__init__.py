"""Self-contained HTML pages: the shell with its style, and charts embedded in it without a network.

What a page says belongs to the neighbours that write pages; nothing here knows a table or a model.
"""
