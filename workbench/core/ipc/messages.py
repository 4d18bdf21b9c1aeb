"""Messages on the pipe between the window and the engine process. Every request carries the number of its job.

A request is answered by any number of Progressed and Updated and then exactly one of Done, Failed and Stopped.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from workbench.core.analysis import generation, plan, sensitivity, sweep
from workbench.core.analysis.measured import AUTOMATIC, Measuring
from workbench.core.analysis.temperatures import Temperatures
from workbench.core.analysis.workforce import ALONE, Workforce
from workbench.core.base.job import Progress
from workbench.core.base.language import ENGLISH
from workbench.core.base.trust import NOBODY, Trust
from workbench.core.layer_data.layer_queries import Wanted
from workbench.core.recipe.recipe import Recipe

Lane = Literal[
    "edit",  # one layer, while the mouse moves
    "measure",  # the whole model, batch by batch, and what will be wanted for that
    "look",  # pictures of one layer that is looked at
    "graph",  # the structure to be drawn; waits for nobody's samples
    "changes",  # which samples are decided otherwise, and by whose doing; all that somebody waits for goes first
    "train",  # the recovery stages of a recipe
    "scan",  # many measurements, of a sweep or a scan, that take minutes: at each step others go first
    "passing",  # the activations of the layer that is looked at; others go first
    "generate",  # text of a language model, token by token
    "facts",  # what the weights of all layers are like, for the tree; others go first
    "idle",  # what will be wanted next; nobody waits for it
    "inspect",  # what a layer is like, when it is chosen
    "work",  # opening, timing, exporting: one after the other
    "reader",  # what is told of another job: no waiting, and no answer
]


@dataclass(frozen=True)
class Request:
    """A request from the window to the engine; its class says how it is scheduled.

    lane  the requests of a lane run one after the other, beside those of all other lanes
    ends  which earlier requests a new one ends (they answer Stopped): all of the lane, those of its kind, or none
    """

    job: int
    lane: ClassVar[Lane]
    ends: ClassVar[Literal["lane", "kind", "none"]]

    def __init_subclass__(cls, lane: Lane = "work", ends: Literal["lane", "kind", "none"] = "none") -> None:
        cls.lane, cls.ends = lane, ends


@dataclass(frozen=True)
class Methods(Request):
    """List the methods -> Updated(str) for plug-ins that could not be loaded, Done(tuple[MethodInfo, ...])"""


@dataclass(frozen=True)
class Metrics(Request):
    """List the metrics by id -> Done(tuple[tuple[str, MetricInfo], ...])"""


@dataclass(frozen=True)
class Targets(Request):
    """List the targets, including those of other distributions -> Done(tuple[Target, ...])"""


@dataclass(frozen=True)
class Open(Request):
    """Open a model -> Done(ModelSummary). `trusted`: paths whose code (`file.py:function`) the user agreed to run.

    `architecture` is the network of a file of weights: `file.py:function`, timm:NAME, transformers.
    `without` names preparation steps to leave out; `raise_opset` requests the optional one.
    `fingerprint`: refuse any other model. The model that was open stays open if this fails.
    """

    path: str
    trusted: Trust = NOBODY
    without: tuple[str, ...] = ()
    raise_opset: bool = False
    fingerprint: str = ""
    architecture: str = ""


@dataclass(frozen=True)
class Attach(Request):
    """Attach data, all or `samples` of it -> Updated(DataSummary) at once, Done(DataSummary) with the baseline"""

    path: str
    calibration: str = ""
    trusted: Trust = NOBODY
    samples: int = 0
    measuring: Measuring = AUTOMATIC


@dataclass(frozen=True)
class CheckData(Request):
    """Try candidate preprocessings, and measure the open model with each -> Done(DataCheck)"""

    path: str
    trusted: Trust = NOBODY
    measuring: Measuring = AUTOMATIC


@dataclass(frozen=True)
class WritePreprocessing(Request):
    """Write this preprocessing (YAML) beside the data, which is read with it from then on -> Done(str), the file"""

    path: str
    yaml: str


@dataclass(frozen=True)
class Trusted(Request):
    """Trust these paths, which a recipe names as teachers, from now on -> Done(None)"""

    paths: Trust


@dataclass(frozen=True)
class Inspect(Request, lane="inspect"):
    """Request the figures of one layer -> Done(LayerView)"""

    path: str


@dataclass(frozen=True)
class Facts(Request, lane="facts", ends="lane"):
    """Request weight statistics of layers for the tree -> Updated(LayerFacts)..., Done(None), in the order of `paths`.
    A newer request replaces one that waits or runs (Stopped); low priority."""

    paths: tuple[str, ...]


@dataclass(frozen=True)
class LayerPicture(Request, lane="look"):
    """Request a view of one layer, before and after the recipe -> Done(the answer to `wanted`, see layer_queries)"""

    path: str
    recipe: Recipe
    wanted: Wanted


@dataclass(frozen=True)
class Activations(Request, lane="passing", ends="lane"):
    """Request activations of a layer on calibration samples, in the recipe's model -> Updated(Passing)..., Done(same).
    A newer request replaces one that waits or runs (Stopped); lower priority than others."""

    path: str
    recipe: Recipe = Recipe()  # noqa: RUF009  (it is a value)


@dataclass(frozen=True)
class Edit(Request, lane="edit", ends="lane"):
    """Apply the recipe to one layer -> Done(EditView). A newer Edit replaces one that waits or runs (Stopped).

    It carries the whole recipe, because steps of other layers may matter: the same step, or removed channels.
    """

    path: str
    recipe: Recipe


@dataclass(frozen=True)
class Measure(Request, lane="measure", ends="lane"):
    """Measure the recipe: size at once, accuracy batch by batch -> Updated(Preview)..., Done(Preview).

    `focus` names the edited layers: what does not depend on them is not rerun. A newer Measure replaces it (Stopped).
    """

    recipe: Recipe
    focus: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prepare(Request, lane="measure", ends="kind"):
    """Precompute data for the first edit of `focus`, or of any of `others` -> Done(None). Any Measure goes first."""

    recipe: Recipe
    focus: tuple[str, ...]
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Graph(Request, lane="graph"):
    """Draw the graph as opened or (with a recipe) as exported, modules `collapsed` into boxes -> Done(GraphView)."""

    recipe: Recipe | None = None
    collapsed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Coupled(Request, lane="graph"):
    """Find the coupled channels of the open model -> Done(Couplings)"""


@dataclass(frozen=True)
class Time(Request):
    """Measure speed and file size, also zipped, of the original and of the recipe's model -> Done(Timing)"""

    recipe: Recipe


@dataclass(frozen=True)
class TimeLayers(Request):
    """Profile a run layer by layer, original beside a recipe -> Done(profile.Profile)"""

    recipe: Recipe


@dataclass(frozen=True)
class Compare(Request, lane="changes", ends="lane"):
    """Compare the recipe with the original, sample by sample -> Done(Changes), see prediction_diff. Lower priority than
    anything the user waits for; a newer Compare or AttributeChanges replaces one that waits or runs (Stopped)."""

    recipe: Recipe


@dataclass(frozen=True)
class Generate(Request, lane="generate", ends="lane"):
    """Generate text with the original and the recipe's model, greedily -> Updated(Generation)..., Done(Generation), see
    core.analysis.generation. A newer request replaces one that waits or runs (Stopped)."""

    recipe: Recipe
    wanted: generation.Wanted


@dataclass(frozen=True)
class CompareFile(Request):
    """Compare the open model, without a recipe, with another file -> Done(measured.FileComparison)"""

    path: str
    trusted: Trust = NOBODY


@dataclass(frozen=True)
class AttributeChanges(Request, lane="changes", ends="lane"):
    """Attribute flipped samples to layers by reverting them one at a time -> Updated(Attribution)...,
    Done(Attribution). Same priority as Compare."""

    recipe: Recipe
    samples: tuple[int, ...]


@dataclass(frozen=True)
class Corrupt(Request, lane="scan"):
    """Measure both models on corrupted, or on `other` data -> Updated(Robustness)..., Done(Robustness)"""

    recipe: Recipe
    samples: int
    other: str = ""
    trusted: Trust = NOBODY


@dataclass(frozen=True)
class Export(Request):
    """Write model, recipe and report (in this language) into a folder, reopen, verify -> Done(Report).

    `kept`: export the stored result of this recipe's training, as in Train. `format`: an additional format.
    """

    recipe: Recipe
    folder: str
    name: str = ""
    language: str = ENGLISH
    kept: bool = False
    format: str = ""


@dataclass(frozen=True)
class Sweep(Request, lane="scan"):
    """Vary one parameter step by step, on top of the recipe -> Updated(Curve)..., Done(Curve), see sweep"""

    wanted: sweep.Sweep
    recipe: Recipe | None = None
    force: Workforce = ALONE


@dataclass(frozen=True)
class Scan(Request, lane="scan"):
    """Try candidates on layers -> Updated(sensitivity.Scan), Updated(sensitivity.Trial)..., Done(sensitivity.Scan). A
    Sweep or Scan yields to anything the user waits for, but runs beside a training. `force`: who runs the trials."""

    wanted: sensitivity.Wanted
    force: Workforce = ALONE


@dataclass(frozen=True)
class Plan(Request, lane="scan"):
    """Search for a recipe -> Updated(plan.Front)..., Done(plan.Front). Same priority as a Scan; Hold pauses it between
    two trials, Finish ends it with the results so far. `others` (kind, name, recipe) are also measured."""

    goal: plan.Goal
    others: tuple[tuple[plan.Kind, str, Recipe], ...] = ()
    force: Workforce = ALONE


@dataclass(frozen=True)
class Forecast(Request, lane="idle"):
    """Forecast whole recipes without running them -> Updated(forecast.Forecast)..., Done(None)"""

    recipes: tuple[tuple[str, Recipe], ...]


@dataclass(frozen=True)
class Train(Request, lane="train"):
    """Run the recovery stages of a recipe -> Updated(TrainingPoint)..., Done(Recovery). From then on the trained model
    is measured and exported for this recipe. Cancelling stops it (Stopped); the state is kept for another Train.
    `kept`: load the stored result of an earlier training instead; Failed if there is none."""

    recipe: Recipe
    device: str = "cpu"
    kept: bool = False


@dataclass(frozen=True)
class Finish(Request, lane="reader"):
    """End a Train or a Plan early: it answers Done with the best so far, or Stopped if it had not begun."""


@dataclass(frozen=True)
class Hold(Request, lane="reader"):
    """Pause or resume a job between two steps; has no answer. One that waits (see Progress.waiting) goes on without."""

    held: bool


@dataclass(frozen=True)
class TryTemperatures(Request, lane="train"):
    """Train at each temperature -> Updated(TemperatureCurve)..., Done(TemperatureCurve), see temperatures"""

    recipe: Recipe
    wanted: Temperatures
    device: str = "cpu"


@dataclass(frozen=True)
class Predict(Request, lane="idle"):
    """Prepare the predictor of edits, from one pass of gradients (see Preview.predicted) -> Done(Predictability)"""


@dataclass(frozen=True)
class Cancel(Request, lane="reader"):
    """End the job of that number, whatever it is; the job answers Stopped."""


@dataclass(frozen=True)
class Quit(Request, lane="reader"):
    """End the engine process."""

    job: int = 0


@dataclass(frozen=True)
class Ready:
    """Sent once, unasked, when the engine process is up. `versions` of torch, onnxruntime and so on, for About;
    `devices` that can train: cpu, and cuda where torch has it."""

    versions: dict[str, str]
    devices: tuple[str, ...] = ("cpu",)


@dataclass(frozen=True)
class Progressed:
    job: int
    progress: Progress


@dataclass(frozen=True)
class Updated:
    """An intermediate result, which a better one follows."""

    job: int
    result: Any


@dataclass(frozen=True)
class Done:
    job: int
    result: Any


@dataclass(frozen=True)
class Failed:
    """Failure of a job. `what` and `hint` are one sentence each; `detail` is the traceback, for the log."""

    job: int
    what: str
    hint: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Stopped:
    """End of a job that was cancelled by the user or replaced by a newer request."""

    job: int


Reply = Ready | Progressed | Updated | Done | Failed | Stopped
