"""Error of a layer while a method trains it, as the window plots it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LayerCurve:
    """Error of a layer during training. `errors` are relative response errors on held-out rows (0.1: a tenth of the
    outputs' variance), after `steps` of `total` training steps. `method` is the id of the step that trains the layer at
    `path`."""

    path: str
    method: str
    total: int
    steps: tuple[int, ...] = ()
    errors: tuple[float, ...] = ()

    def with_look(self, step: int, error: float) -> "LayerCurve":
        """Return the curve with one more point."""
        return LayerCurve(self.path, self.method, self.total, (*self.steps, step), (*self.errors, error))

    @property
    def over(self) -> bool:
        """Whether all steps were done."""
        return bool(self.steps) and self.steps[-1] >= self.total
