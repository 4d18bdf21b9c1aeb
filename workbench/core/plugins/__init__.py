"""Extensions from other distributions: found by entry point, each loaded by itself, faults named."""
