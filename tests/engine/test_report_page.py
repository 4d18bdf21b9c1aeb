"""The page beside an exported model: every figure of the report, in English or in the language that is chosen."""

import re
from dataclasses import replace
from pathlib import Path

import onnxruntime as ort
import pytest

from tests.figures import TOP1
from tests.translations import page_texts
from workbench import __version__
from workbench.core.analysis.not_taken import Finding
from workbench.core.analysis.profile import Load, Spread
from workbench.core.analysis.report import (
    Breakdown,
    Corrupted,
    Figure,
    LayerChange,
    Report,
    Robustness,
    Totals,
    Verified,
)
from workbench.core.base.job import Job
from workbench.core.base.language import language
from workbench.core.base.message import Message
from workbench.core.base.resources import resource_path
from workbench.core.recipe.action import Action
from workbench.core.recipe.recovery import ClassChange
from workbench.engine.api.report_page import made, page
from workbench.engine.training.forgetting import forgotten
from workbench.formats.opening import open_model

(NOTE,) = forgotten((ClassChange("Coat", 200, 0.91, 0.765),), 5.0)
DATA = Message(
    "{n:,} samples of {path}, {against}; calibration: {calibration_words}",
    n=2000,
    path="test.npz",
    against=Message("against labels"),
    calibration_words=Message("{n:,} samples of {calibration}", n=512, calibration="more.npz"),
)


def load_of(seconds: float, memory: float) -> Load:
    once = [Spread(value, value, value) for value in (seconds, memory, 2 * memory, 7.5)]
    return Load(once[0], once[1], once[2], once[3], 8)


CLEAN = Corrupted("clean", 0, 0.9, 0.8, 0.1, 0.0, -0.01, 0.02)
KINDS = ("noise", "blur", "contrast", "jpeg", "dropped", "noised", "replaced")


@pytest.fixture(scope="module")
def summary(demo):
    return open_model(str(demo.cnn), job=Job()).summary()


@pytest.fixture(scope="module")
def report(summary):
    change = LayerChange(
        "head",
        (Action("lowrank.svd", {"rank": 6}),),
        6440,
        4240,
        11.44,
        storage=Message("{n} layers: {words}", n=2, words="float32"),
        note=Message("rank {rank} of {full}", rank=6, full=10),
    )
    untouched = replace(change, path="stem", sqnr_db=None)
    return Report(
        TOP1,
        DATA,
        Totals(
            Figure(2_242_548, "verified"),
            550_000,
            17_800_000,
            Figure(0.9225, "measured"),
            Figure(1.5, "measured", 50, 1.4, 1.7),
            load_of(0.512, 9.05e6),
        ),
        Totals(
            Figure(271_000, "verified"),
            549_000,
            None,
            Figure(0.888, "verified"),
            Figure(1.7, "measured", 50, 1.6, 1.8),
            load_of(1.256, 53.05e6),
        ),
        271_000,
        0.888,
        Verified(0.888, 1.0, 2e-6, 2000, Figure(-0.0345, "verified", 2000, -0.046, -0.023)),
        (change, untouched),
        {"model": "folder/of/mine/m.onnx", "recipe": "folder/of/mine/m.yaml", "report": "folder/of/mine/m.html"},
        (NOTE,),
        target="NPU",
        not_taken=(Finding("head", 0, change.actions[0], change.storage, "Manual 2"),),
        breakdown=Breakdown(250_000, 2_000, 15_000, 4_000),
        made=made(),
        robustness=Robustness(TOP1, 300, (CLEAN, *(replace(CLEAN, kind=kind, strength=1) for kind in KINDS))),
    )


RECIPE = "version: 1\nlayers:\n  head: [{lowrank.svd: {rank: 6}}]\n"


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.split("</head>")[1]).split())


def test_english_is_the_default(report, summary):
    html = page(report, summary)
    text = words(html)
    assert '<html lang="en">' in html and "8.3x smaller (12 % kept)" in text and "92.25 % → 88.80 %" in text
    assert "verified in the exported file; the forecast was 271 kB" in text and "17.8 M → unknown" in text
    assert "; predictions identical to the preview: 100.00 %, outputs within 2e-06" in text and NOTE in text
    assert "lowrank.svd(rank 6)" in text and "11.4 dB" in text and "original" in text and "unchanged" in text


def test_every_word_of_ours_is_in_the_language_that_is_chosen(report, summary):
    spoken = language("zh_CN")
    html = page(report, summary, spoken, RECIPE).replace(RECIPE, "")
    text = words(html)
    assert '<html lang="zh-CN">' in html and "92.25 % → 88.80 %" in text
    page_of = resource_path("report.html.j2").read_text(encoding="utf-8")
    elsewhere = {english for english in page_texts() if english not in page_of} | {"Steps"}
    for english in page_texts():
        whole = re.sub(r"\{\w+\}", "", spoken.tr(english))
        assert whole != english
        if english in elsewhere:
            continue
        for part in re.split(r"\{\w+\}", spoken.tr(english)):
            assert " ".join(part.split()) in text or " ".join(part.split()) in html, english
    joints = re.findall(r".{12}(?:[一-鿿）][,;:] |[,;:] ?[一-鿿]).{12}", text)
    assert not joints, joints
    left = set(re.findall(r"[a-z]{4,}", re.sub(r"\S*[./_()]\S*", "", text)))
    assert left <= {"float", "head", "stem", "untime", "ompression", "inux", "orkbench", "odel"}, left  # names


def test_names_are_not_taken_for_markup(report, summary):
    html = page(replace(report, data="1 samples of <b>&.npz, against labels; calibration: none"), summary)
    assert "<b>&.npz" not in html and "&lt;b&gt;&amp;.npz" in html


def test_a_bar_is_as_wide_as_its_layer_is_large_and_filled_with_what_is_left(report, summary):
    html = page(report, summary)
    largest = max(layer.bytes for layer in summary.layers)
    bars = re.findall(r'<div class="bar" style="width: ([\d.]+)%"><i style="width: ([\d.]+)%">', html)
    assert len(bars) == len(summary.layers)
    for layer, (width, filled) in zip(summary.layers, bars, strict=True):
        left = 4240 if layer.path in ("head", "stem") else layer.bytes
        assert float(width) == pytest.approx(100 * layer.bytes / largest, abs=0.1)
        assert float(filled) == pytest.approx(min(100, 100 * left / layer.bytes), abs=0.1)


def test_what_the_target_does_not_take_is_reported_as_a_rule(report, summary):
    text = words(page(report, summary))
    assert "Target: NPU By rule, not measured. Unsupported steps: 1" in text
    assert "head (lowrank.svd(rank 6)): 2 layers: float32" in text
    assert "Target" not in words(page(replace(report, target="", not_taken=()), summary))


def test_load_time_and_memory_of_both_files_are_reported(report, summary):
    text = words(page(report, summary))
    assert "0.51 → 1.26 s" in text and "18.1 MB → 106 MB" in text
    assert "after loading 9.05 MB → 53.0 MB" in text and "a run of batch 8 7.50 → 7.50 ms" in text


def test_the_head_says_what_got_worse_too(report, summary):
    text = words(page(report, summary))
    worse = "top-1 −3.45 points (−4.60 to −2.30) · 13 % slower · loads in 1.26 s instead of 0.51 s"
    assert f"8.3x smaller (12 % kept) · {worse} · takes 53.0 MB of memory instead of 9.05 MB" in text
    assert "middle half 1.40–1.70 → 1.60–1.80 ms" in text
    better = replace(report, verified=replace(report.verified, change=None), after=report.before)
    assert "8.3x" not in words(page(better, summary)) and "slower" not in words(page(better, summary))


def test_a_page_can_be_passed_on(report, summary):
    """It says when, where and how it was made, and names files without the folders of whoever made it."""
    html = page(report, summary, None, RECIPE)
    text = words(html)
    assert "head: [{lowrank.svd: {rank: 6}}]" in text and __version__ in text and ort.__version__ in text
    assert report.made.date.replace("T", " ") in text and "CPU" in text
    assert "folder/of" not in html and str(Path(summary.path).parent) not in html and "m.yaml" in text
