"""Writes docs/gallery.md and its pictures: ``make gallery``."""

from gallery.page import write

write()
