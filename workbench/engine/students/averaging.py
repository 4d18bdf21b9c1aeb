"""Moving average of trained values. Polyak and Juditsky 1992; Izmailov et al. 2018, Averaging weights, UAI."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from workbench.engine.students.student import Student


class Average:
    """Moving average of all floats of a student, with this decay; 0 for none."""

    def __init__(self, decay: float) -> None:
        self.decay = decay
        self.values: dict[str, Tensor] = {}

    @torch.no_grad()
    def follow(self, student: Student, step: int) -> None:
        """Update the average from the student; with a larger share at first, when there is little to average."""
        if not self.decay:
            return
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, value in student.state().items():
            if name in self.values:
                self.values[name].lerp_(value, 1 - decay)
            elif value.is_floating_point():
                self.values[name] = value

    @contextmanager
    def within(self, student: Student) -> Iterator[None]:
        """Replace the student's values by the average inside this context."""
        if not self.values:
            yield
            return
        now = student.state()
        student.load(now | self.values)
        try:
            yield
        finally:
            student.load(now)
