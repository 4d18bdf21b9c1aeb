"""Supervision of a student: samples, teachers' outputs, feature maps, losses."""
