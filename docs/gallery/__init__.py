"""The gallery: every public function of the science in a picture, drawn from simulated processes.

Chapters, the processes that they draw from, and the writer of ``docs/gallery.md`` belong here. Nothing of it
is installed; the science itself belongs to ``traffic``, the pictures of a night to ``assets``.
"""
