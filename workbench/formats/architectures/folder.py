"""Model folders in the layout of hubs: opened by their ONNX file if there is one, else by config.json and weights
through transformers.

Only classes of transformers itself are used: no code from the folder runs (trust_remote_code is never given) and
nothing is downloaded (HF_HUB_OFFLINE, local_files_only). Everything it would read is checked first: sizes, files,
weights.
"""

import inspect
import json
import logging
import math
import os
from pathlib import Path
from typing import Any

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.recognition.folders import CONFIG, ONNX, WEIGHTS
from workbench.formats import weights_file
from workbench.formats.architectures import matching
from workbench.formats.exporting.failure import first_line
from workbench.formats.format import Loaded
from workbench.formats.torch_export import export, quiet
from workbench.formats.weights.stored import Checkpoint

log = logging.getLogger(__name__)
TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.txt", "vocab.json", "spiece.model", "tokenizer_config.json")
LARGEST_CONFIG = 1 << 20
MOST_LAYERS, LARGEST_SIZE = 1000, 1 << 24
TIMES, SPARE = 4, 1 << 28  # a network has at most this many times its weights, and this many bytes more
LENGTH = 8  # of the example of a text
FEATURES = "input_features"  # of sound, in transformers
SECOND = 16_000  # samples of an example of sound
ALONE = Message(
    "The folder is of a model for transformers, which is not installed, so its weights "
    "were opened alone (pip install 'compression-workbench[transformers]')."
)
OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")


def onnx_in(folder: Path) -> str:
    """Return the ONNX file by which a folder is opened; "" if it has none. Raises UserError if there are several
    candidates."""
    found = [str(folder / name) for name in ONNX if (folder / name).is_file()]
    if not found:
        found = sorted(str(file) for place in (folder, folder / "onnx") for file in place.glob("*.onnx"))
    if len(found) > 1 and Path(found[0]).name != "model.onnx":
        raise UserError(
            "{path} has several ONNX files: {names}.",
            "Give one of them.",
            path=str(folder),
            names=matching.listed(os.path.relpath(file, folder) for file in found),
        )
    return found[0] if found else ""


def weights_in(folder: Path) -> str:
    """Return the file of weights in a folder; "" if it has none."""
    return next((str(folder / name) for name in WEIGHTS if (folder / name).is_file()), "")


def tokenizer_in(folder: Path) -> str:
    """Return the folder if it has a tokenizer; else ""."""
    return str(folder) if any((folder / name).is_file() for name in TOKENIZERS) else ""


def load_transformers(path: str, job: Job) -> Loaded:
    """Build the network of a folder's config.json with its weights. `path`: the folder, or a file of weights in it.
    Raises UserError if it cannot be built, its weights do not fit, or torch cannot export it."""
    home = Path(path) if os.path.isdir(path) else Path(path).parent
    weights = path if not os.path.isdir(path) else weights_in(home)
    config = _config(home)
    if not weights:
        raise UserError("{path} has no weights.", "Give a folder with model.safetensors.", path=path)
    found = weights_file.read(weights)  # parts, links and headers are as they should be
    job.report(Message("loading the network"), 0.05)
    for name in OFFLINE:
        os.environ[name] = "1"  # before it is imported
    try:
        with quiet():
            import transformers
    except ImportError as error:
        raise UserError(
            "{path} is a folder of a model that needs the package {package}, which is not installed.",
            "Install it (pip install 'compression-workbench[transformers]'), or open the weights alone: {weights}.",
            path=path,
            package="transformers",
            weights=weights,
        ) from error
    try:
        with quiet():
            module, left = _made(transformers, home, weights, config, found)
            kwargs, outputs = _tried(module)
    except UserError:
        raise
    except Exception as error:
        raise UserError(
            "transformers cannot make the network of {path}: {reason}.",
            "Open the weights alone: {weights}. Or give a function: file.py:function.",
            path=path,
            reason=first_line(error),
            weights=weights,
        ) from error
    try:
        loaded = export(module, (), kwargs, path, "transformers", job, outputs=outputs)
    except UserError:
        if not _attends_plainly(module):
            raise
        loaded = export(module, (), kwargs, path, "transformers", job, outputs=outputs)
    return loaded.noting(*matching.note_on_left(left)).with_tokenizer(tokenizer_in(home))


def _config(home: Path) -> dict[str, Any]:
    """Return config.json after checking the entries used here. Raises UserError if there is none, or it describes a
    network that is too large."""
    file = home / CONFIG
    try:
        if file.stat().st_size > LARGEST_CONFIG:
            raise ValueError
        config = json.loads(file.read_bytes())
        if not isinstance(config, dict) or not isinstance(config.get("model_type"), str):
            raise ValueError
    except FileNotFoundError as error:
        raise UserError(
            "There is no {name} in {path}.", "Give the folder that holds it.", name=CONFIG, path=str(home)
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(
            "{path} is not a network configuration, or is damaged.", "Copy it again.", path=str(file)
        ) from error
    if "quantization_config" in config:
        raise UserError(
            "The weights in {path} are already quantised.", "Give the folder of the original model.", path=str(home)
        )
    if (odd := _too_large(config)) is not None:
        raise UserError("{path} asks for {odd}.", "Check the file.", path=str(file), odd=odd)
    return config


def _too_large(config: dict[str, Any]) -> str | None:
    """Return an entry of a configuration that is implausible for the size of the network, in words."""
    waiting: list[Any] = [config]
    while waiting:
        for key, value in waiting.pop().items():
            if isinstance(value, dict):
                waiting.append(value)
            most = MOST_LAYERS if "layer" in str(key) or "block" in str(key) else LARGEST_SIZE
            numbers = value if isinstance(value, list) else [value]
            if any(type(number) is int and number > most for number in numbers):
                return f"{str(key)[:60]} = {str(value)[:40]}"
    return None


def _made(transformers: Any, home: Path, weights: str, config: dict[str, Any], found: Checkpoint) -> Any:
    """Return the network in float32, and the tensors of the file that it does not use. Raises UserError if others are
    missing, or if it is much larger than its weights."""
    import torch

    options = {"local_files_only": True, "trust_remote_code": False}
    settings = transformers.AutoConfig.from_pretrained(str(home), **options)
    for name in ("use_cache", "output_attentions", "output_hidden_states"):
        if hasattr(settings, name):
            setattr(settings, name, False)
    named = next(iter(config.get("architectures") or ()), "")
    kind: Any = getattr(transformers, str(named), None)
    known = inspect.isclass(kind) and issubclass(kind, transformers.PreTrainedModel)
    kind = kind if known else transformers.AutoModel
    with torch.device("meta"):
        hollow = kind(settings) if known else kind.from_config(settings, trust_remote_code=False)
    size = sum(4 * tensor.numel() for tensor in hollow.state_dict(keep_vars=True).values())
    del hollow
    if size > SPARE + TIMES * 4 * sum(math.prod(stored.shape) for stored in found.tensors.values()):
        raise UserError(
            "{path} describes a network of {size:.1f} GB, many times the weights beside it.",
            "Check the file.",
            path=str(home / CONFIG),
            size=size / 1e9,
        )
    safe = ".safetensors" in Path(weights).name
    module, info = kind.from_pretrained(
        str(home),
        config=settings,
        dtype=torch.float32,
        attn_implementation="sdpa" if getattr(kind, "_supports_sdpa", True) else "eager",
        use_safetensors=safe,
        output_loading_info=True,
        **options,
    )
    other = [
        Message("{name} is {found}, not {expected}", name=name, found=list(was), expected=list(wanted))
        for name, was, wanted in info["mismatched_keys"]
    ]
    missing = tuple(sorted(name for name in info["missing_keys"] if not _made_up(name)))
    matching.refuse(matching.Match({}, missing, tuple(other), ()), str(home), str(named or settings.model_type))
    _made_exportable(module)
    return module.eval(), tuple(sorted(info["unexpected_keys"]))


def _made_exportable(module: Any) -> None:
    """Switch to forms of computing that torch exports: attention as plain products where its scores have a bias by
    distance (T5), and weights of experts gathered, not grouped (Mixtral and others)."""
    if getattr(module.config, "relative_attention_num_buckets", None):
        _attends_plainly(module)
    if getattr(type(module), "_can_set_experts_implementation", bool)():
        module.set_experts_implementation("batched_mm")


def _attends_plainly(module: Any) -> bool:
    """Switch attention from torch's fused function to plain products, which torch exports where it fails with the
    fused one (T5: the bias of positions); return whether that changed anything."""
    if getattr(module.config, "_attn_implementation", None) != "sdpa" or not hasattr(module, "set_attn_implementation"):
        return False
    module.set_attn_implementation("eager")
    return True


def _made_up(name: str) -> bool:
    """Return whether a tensor is computed when the network is built, and may be missing in its file."""
    return name.endswith(("position_ids", "inv_freq", "num_batches_tracked"))


def _tried(module: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return example inputs that the network takes, and the names of its outputs (see `_outputs`). Raises what the
    network raises for the inputs that it should take, if it takes no others."""
    first, *others = _examples(module)
    try:
        return first, _outputs(module, first)
    except Exception:
        for example in others:
            try:
                return example, _outputs(module, example)
            except Exception as error:
                log.info("example inputs %s: %s", [*example], first_line(error))
        raise


def _examples(module: Any) -> list[dict[str, Any]]:
    """Return inputs of the right types and shapes, by the network's own description: its main one with what belongs to
    it; and of a network of images and texts, both. Raises UserError for unsupported kinds."""
    config, main = module.config, str(module.main_input_name)
    takes = inspect.signature(module.forward).parameters
    made = _of_kind(main, config)
    if made is None:
        raise UserError(
            "The network {name} takes {input}, for which no example is known.",
            "Give a function that returns it with example inputs: file.py:function.",
            name=type(module).__name__,
            input=main,
        )
    if getattr(config, "is_encoder_decoder", False):
        made["decoder_input_ids"] = _tokens()
    both = [made]
    for part, other in (("vision_config", "pixel_values"), ("text_config", "input_ids"), ("audio_config", FEATURES)):
        if other != main and other in takes and hasattr(config, part):
            both.append({**made, **(_of_kind(other, getattr(config, part)) or {})})
    return [{name: value for name, value in each.items() if name in takes} for each in both]


def _tokens() -> Any:
    import torch

    return torch.ones(2, LENGTH, dtype=torch.int64)


def _of_kind(main: str, config: Any) -> dict[str, Any] | None:
    """Return an example of the input of this name and what belongs to it; None for others."""
    import torch

    if main == "input_ids":
        return {"input_ids": _tokens(), "attention_mask": _tokens()}
    if main == "pixel_values":
        size = getattr(config, "image_size", None) or 224
        sides = list(size) if isinstance(size, list | tuple) else [size, size]
        return {"pixel_values": torch.zeros(2, getattr(config, "num_channels", 3), *sides)}
    if main == "input_values":
        return {"input_values": torch.zeros(2, SECOND)}
    if main == FEATURES:
        frames = 2 * getattr(config, "max_source_positions", 1500)
        return {FEATURES: torch.zeros(2, getattr(config, "num_mel_bins", 80), frames)}
    return None


def _outputs(module: Any, kwargs: dict[str, Any]) -> tuple[str, ...]:
    """Return the names of the outputs, as the network declares them, those of its parts behind theirs; empty if one of
    them is not a tensor."""
    import torch

    with torch.no_grad():
        found = module(**kwargs)
    names: list[str] = []
    waiting = [("", found)]
    while waiting:
        name, value = waiting.pop(0)
        if isinstance(value, dict):
            waiting = [(f"{name}.{key}" if name else str(key), each) for key, each in value.items()] + waiting
        elif isinstance(value, torch.Tensor) and name:
            names.append(name)
        elif value is not None:
            return ()
    return tuple(names)
