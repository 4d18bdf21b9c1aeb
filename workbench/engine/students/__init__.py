"""The compressed model as a trainable module: fixed zeros, ranks and levels, BatchNorm, schedules, penalties."""
