"""Extensions from other distributions: found by entry point, loaded separately, failures reported by name."""
