"""Shared test suites: the contracts of extensions, for their authors to run (resources/docs/extending).

Each `check_...` raises AssertionError naming the violation; it needs no test runner.
"""

from workbench.testing.formats import check_format
from workbench.testing.methods import Case, check_method
from workbench.testing.metrics import check_metric
from workbench.testing.readers import check_reader
from workbench.testing.targets import check_target

__all__ = ["Case", "check_format", "check_method", "check_metric", "check_reader", "check_target"]
