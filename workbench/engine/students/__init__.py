"""The compressed model as a trainable module: fixed zeros, ranks and levels, learned rounding, BatchNorm, schedules."""
