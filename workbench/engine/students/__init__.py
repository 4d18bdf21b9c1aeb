"""The compressed model as something that learns: zeros, ranks and levels held, BatchNorm, schedules, penalties."""
