"""Compression methods, one file each. A file here that defines a method is discovered automatically."""
