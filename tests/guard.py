"""How long a test waits for what must come before it says that it hangs.

No measure of anything, so it is generous: the machine that runs the tests may be busy with other work. What is measured
in seconds is measured in tests/benchmarks.
"""

HANG_S = 300.0
HANG_MS = round(1000 * HANG_S)
