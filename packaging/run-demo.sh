#!/bin/sh
# Opens the window on the embedded demo; without a display, says so and does the same job headless.
set -eu
cd "$(dirname "$0")/.."
if problem=$(.venv/bin/python -m workbench.display); then
    exec .venv/bin/workbench demo
fi
printf '%s\n' "$problem Running the demo without a window; the results go to out/." >&2
.venv/bin/workbench demo --headless --out out
# Qt without a screen warns of every call that only a screen can answer.
QT_QPA_PLATFORM=offscreen QT_LOGGING_RULES=default.warning=false \
    exec .venv/bin/python -m tests.screenshots --shoot '{"themes": ["light"], "dialogs": false}'
