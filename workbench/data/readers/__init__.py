"""Kinds of data sets, one file a kind."""
