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
    ends  which earlier ones a new one ends (they answer Stopped): all of the lane, those of its kind, or none
    """

    job: int
    lane: ClassVar[Lane]
    ends: ClassVar[Literal["lane", "kind", "none"]]

    def __init_subclass__(cls, lane: Lane = "work", ends: Literal["lane", "kind", "none"] = "none") -> None:
        cls.lane, cls.ends = lane, ends


@dataclass(frozen=True)
class Methods(Request):
    """List the methods -> Updated(str), plug-ins that were not loaded and why, if any; Done(tuple[MethodInfo, ...])"""


@dataclass(frozen=True)
class Metrics(Request):
    """-> Done(tuple[tuple[str, MetricInfo], ...]): what can be measured, by its id"""


@dataclass(frozen=True)
class Targets(Request):
    """-> Done(tuple[Target, ...]), those of other distributions among them"""


@dataclass(frozen=True)
class Open(Request):
    """Open a model -> Done(ModelSummary). `trusted`: paths whose code (`file.py:function`) the user agreed to run.

    `architecture` is the network of a file of weights: `file.py:function`, timm:NAME, transformers.
    `without` names preparation steps to leave out, `raise_opset` asks for the one that is done only on demand.
    `fingerprint`: no other model than that will do. The model that was open stays open when this fails.
    """

    path: str
    trusted: Trust = NOBODY
    without: tuple[str, ...] = ()
    raise_opset: bool = False
    fingerprint: str = ""
    architecture: str = ""


@dataclass(frozen=True)
class Attach(Request):
    """Data for the open model -> Updated(DataSummary) at once, Done(DataSummary) with the baseline measured.
    `samples`: how many are used, classes in proportion; 0: all."""

    path: str
    calibration: str = ""
    trusted: Trust = NOBODY
    samples: int = 0
    measuring: Measuring = AUTOMATIC


@dataclass(frozen=True)
class CheckData(Request):
    """Try ways of reading data, and measure the open model with each -> Done(DataCheck)"""

    path: str
    trusted: Trust = NOBODY
    measuring: Measuring = AUTOMATIC


@dataclass(frozen=True)
class Settle(Request):
    """Write this preprocessing (YAML) beside data, where it is read from then on -> Done(str), the file"""

    path: str
    yaml: str


@dataclass(frozen=True)
class Trusted(Request):
    """Trust these paths, which a recipe names as teachers, from now on -> Done(None)"""

    paths: Trust


@dataclass(frozen=True)
class Inspect(Request, lane="inspect"):
    """Figures of one layer -> Done(LayerView)"""

    path: str


@dataclass(frozen=True)
class Facts(Request, lane="facts", ends="lane"):
    """Statistics of layers' weights for the tree -> Updated(LayerFacts)..., Done(None), in the order of `paths`. A
    newer request replaces one that waits or runs (Stopped); lower priority than anything somebody waits for."""

    paths: tuple[str, ...]


@dataclass(frozen=True)
class Look(Request, lane="look"):
    """A picture of one layer, before and after the recipe -> Done(what `wanted` says, see layer_queries)"""

    path: str
    recipe: Recipe
    wanted: Wanted


@dataclass(frozen=True)
class Activations(Request, lane="passing", ends="lane"):
    """Activations of a layer on calibration samples, of the recipe's model -> Updated(passing.Passing)..., Done(same).
    A newer request replaces one that waits or runs (Stopped); lower priority than others."""

    path: str
    recipe: Recipe = Recipe()  # noqa: RUF009  (it is a value)


@dataclass(frozen=True)
class Edit(Request, lane="edit", ends="lane"):
    """Apply the recipe to one layer -> Done(EditView). A newer Edit replaces one that waits or runs (Stopped).

    The whole recipe, because what other layers have may count: those that have the same step, or lose channels.
    """

    path: str
    recipe: Recipe


@dataclass(frozen=True)
class Measure(Request, lane="measure", ends="lane"):
    """Size at once, accuracy batch by batch -> Updated(Preview)..., Done(Preview).

    `focus` are edited: what does not depend on them is not run again. A newer Measure replaces this (Stopped)."""

    recipe: Recipe
    focus: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prepare(Request, lane="measure", ends="kind"):
    """Precompute what the first edit of `focus`, or of any of `others`, needs -> Done(None). Any Measure goes first."""

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
    """Coupled channels of the open model -> Done(Couplings)"""


@dataclass(frozen=True)
class Time(Request):
    """How fast the original and what a recipe makes of it are, and what their files take, zipped too -> Done(Timing)"""

    recipe: Recipe


@dataclass(frozen=True)
class TimeLayers(Request):
    """Where the time of a run goes, layer by layer, original beside a recipe -> Done(profile.Profile)"""

    recipe: Recipe


@dataclass(frozen=True)
class Compare(Request, lane="changes", ends="lane"):
    """Compare the recipe with the original, sample by sample -> Done(Changes), see prediction_diff. Lower priority than
    anything somebody waits for; a newer Compare or Accuse replaces one that waits or runs (Stopped)."""

    recipe: Recipe


@dataclass(frozen=True)
class Generate(Request, lane="generate", ends="lane"):
    """Text from the original and the recipe's model, greedily -> Updated(Generation)..., Done(Generation), see
    core.analysis.generation. A newer one replaces one that waits or runs (Stopped)."""

    recipe: Recipe
    wanted: generation.Wanted


@dataclass(frozen=True)
class CompareFile(Request):
    """Compare the open model, without a recipe, with another file -> Done(measured.FileComparison)"""

    path: str
    trusted: Trust = NOBODY


@dataclass(frozen=True)
class Accuse(Request, lane="changes", ends="lane"):
    """Attribute flipped samples to layers by reverting them one at a time -> Updated(Blame)..., Done(Blame). Same
    priority as Compare."""

    recipe: Recipe
    samples: tuple[int, ...]


@dataclass(frozen=True)
class Corrupt(Request, lane="scan"):
    """Measure original and recipe on corrupted samples -> Updated(Robustness)..., Done(Robustness)"""

    recipe: Recipe
    samples: int


@dataclass(frozen=True)
class Export(Request):
    """Write model, recipe and report (in this language) into a folder, reopen, verify -> Done(Report).

    `kept`: what the training of this recipe reached before is written, as in Train. `format`: the name of one that is
    written, too."""

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


@dataclass(frozen=True)
class Scan(Request, lane="scan"):
    """Try candidates on layers, one at a time -> Updated(sensitivity.Scan), Updated(sensitivity.Trial)...,
    Done(sensitivity.Scan). A Sweep or Scan has lower priority than anything somebody waits for, except a training: they
    run concurrently with it."""

    wanted: sensitivity.Wanted


@dataclass(frozen=True)
class Plan(Request, lane="scan"):
    """Search for a recipe -> Updated(plan.Front)..., Done(plan.Front). Same priority as a Scan; Hold pauses it between
    two trials, Finish ends it with the results so far. Measurements are kept on disk: another search resumes from
    there. `others` (kind, name, recipe), such as snapshots, are measured, too. `force`: the processes that compute."""

    goal: plan.Goal
    others: tuple[tuple[plan.Kind, str, Recipe], ...] = ()
    force: Workforce = ALONE


@dataclass(frozen=True)
class Forecast(Request, lane="idle"):
    """Forecast whole recipes; none of them is run -> Updated(forecast.Forecast)..., Done(None)"""

    recipes: tuple[tuple[str, Recipe], ...]


@dataclass(frozen=True)
class Train(Request, lane="train"):
    """Run the recovery stages of a recipe -> Updated(TrainingPoint)..., Done(Recovery). What is measured or exported of
    this recipe afterwards is the trained model. Cancelling stops (Stopped); what was reached is kept for another Train.
    `kept`: nothing is trained; what was reached before is read from where it is kept, or Failed where it is not.
    """

    recipe: Recipe
    device: str = "cpu"
    kept: bool = False


@dataclass(frozen=True)
class Finish(Request, lane="reader"):
    """Ends a Train or a Plan early: it answers Done with the best so far; or Stopped, where it had not begun."""


@dataclass(frozen=True)
class Hold(Request, lane="reader"):
    """Pause or resume a Train, TryTemperatures or Plan between two steps; has no answer."""

    held: bool


@dataclass(frozen=True)
class TryTemperatures(Request, lane="train"):
    """Train at each temperature -> Updated(TemperatureCurve)..., Done(TemperatureCurve), see temperatures"""

    recipe: Recipe
    wanted: Temperatures
    device: str = "cpu"


@dataclass(frozen=True)
class Predict(Request, lane="idle"):
    """Prepare what predicts edits from one pass of gradients (see Preview.predicted) -> Done(Predictability)"""


@dataclass(frozen=True)
class Cancel(Request, lane="reader"):
    """Ends the job of that number, whatever it is; the job answers Stopped."""


@dataclass(frozen=True)
class Quit(Request, lane="reader"):
    """Ends the engine process."""

    job: int = 0


@dataclass(frozen=True)
class Ready:
    """The engine process is up; sent once, unasked. `versions` of torch, onnxruntime and so on, for About; `devices`
    that can train: cpu, and cuda where torch has it."""

    versions: dict[str, str]
    devices: tuple[str, ...] = ("cpu",)


@dataclass(frozen=True)
class Progressed:
    job: int
    progress: Progress


@dataclass(frozen=True)
class Updated:
    """A result that will be followed by a better one."""

    job: int
    result: Any


@dataclass(frozen=True)
class Done:
    job: int
    result: Any


@dataclass(frozen=True)
class Failed:
    """`what` and `hint` are one sentence each; `detail` is the traceback, for the log."""

    job: int
    what: str
    hint: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Stopped:
    """Cancelled by the user or replaced by a newer request."""

    job: int


Reply = Ready | Progressed | Updated | Done | Failed | Stopped
