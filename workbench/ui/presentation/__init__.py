"""Presentation of a compression: full screen, as a page and as a document."""
