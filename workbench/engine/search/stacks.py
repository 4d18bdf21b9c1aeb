"""The stacks of steps that a search tries on each layer, by the families that it may use."""

from collections.abc import Collection

from workbench.core.recipe.action import Action, Family

Stack = tuple[Action, ...]


def _affine(bits: int, **more: object) -> Action:
    return Action("quantize.affine", {"bits": bits, **more})


INT8, INT4 = _affine(8), _affine(4)
# Bits between 8, 4 and 2 are stored as the next of these. Fewer bits need levels that suit the data: rounded column by
# column (GPTQ), or values found by k-means.
QUANTIZERS: tuple[Stack, ...] = (
    (INT8,),
    (INT4,),
    (INT4, Action("quantize.bias_correction")),
    (Action("quantize.gptq", {"bits": 4}),),
    (Action("quantize.codebook", {"bits": 4}),),
    (_affine(2), Action("quantize.bias_correction")),
    (Action("quantize.gptq", {"bits": 2}),),
    (Action("quantize.codebook", {"bits": 2}),),
)
ZEROS: tuple[Stack, ...] = tuple(
    (Action(method, {"sparsity": sparsity}),)
    for method in ("prune.magnitude", "prune.sparsegpt")
    for sparsity in (0.5, 0.7, 0.85)
)
FACTORS: tuple[Stack, ...] = (
    (Action("lowrank.svd", {"energy": 0.85}),),
    (Action("lowrank.svd", {"energy": 0.7}),),
    *((Action("lowrank.whitened", {"energy": energy}),) for energy in (0.95, 0.85, 0.7)),
)
CHANNELS: tuple[Stack, ...] = tuple((Action("prune.channels", {"ratio": ratio}),) for ratio in (0.125, 0.25, 0.5))
STATIC: Stack = (Action("quantize.static", {"bits": 8}),)
SIGNED: Stack = (
    Action("quantize.static", {"bits": 8, "symmetric_activations": True}),
)  # for devices without zero points


def stacks(families: Collection[Family], integers: tuple[Stack, ...] = ()) -> tuple[Stack, ...]:
    """Return the stacks. A family is also tried with quantisation on top if that is allowed, as that is smaller and
    hardly worse. `integers`: stacks that compute in 8 bits, which make no file smaller but may be faster."""
    zeros, channels = (ZEROS, CHANNELS) if "prune" in families else ((), ())
    factors = FACTORS if "lowrank" in families else ()
    if "quantize" not in families:
        return (*zeros, *factors, *channels)
    on_top = [(*base, top) for base in (*factors, *channels) for top in (INT8, INT4)]
    return (*QUANTIZERS, *integers, *((*base, INT4) for base in zeros), *on_top)


# Whole recipes with one stack on every layer, than which a search must not be worse.
UNIFORM: dict[str, Stack] = {
    "8 bit": (INT8,),
    "4 bit": (INT4,),
    "4 bit, GPTQ": (Action("quantize.gptq", {"bits": 4}),),
    "2 bit": (_affine(2),),
    "50 % zeros, 4 bit": (Action("prune.magnitude", {"sparsity": 0.5}), INT4),
    "70 % zeros, 4 bit": (Action("prune.magnitude", {"sparsity": 0.7}), INT4),
    "50 % zeros": (Action("prune.magnitude", {"sparsity": 0.5}),),
    "SVD 90 %": (Action("lowrank.svd", {"energy": 0.9}),),
    "SVD 90 %, 4 bit": (Action("lowrank.svd", {"energy": 0.9}), INT4),
    "3/4 of the channels, 8 bit": (Action("prune.channels", {"ratio": 0.25}), INT8),
    "3/4 of the channels, 4 bit": (Action("prune.channels", {"ratio": 0.25}), INT4),
    "half the channels": (Action("prune.channels", {"ratio": 0.5}),),
}

# Those measured before anything else: from hardly any loss to a large one.
FIRST = ("8 bit", "4 bit", "50 % zeros, 4 bit", "2 bit", "50 % zeros", "SVD 90 %")


def uniform(families: Collection[Family]) -> dict[str, Stack]:
    """Return the stacks that use these families only."""
    return {name: stack for name, stack in UNIFORM.items() if all(action.family in families for action in stack)}
