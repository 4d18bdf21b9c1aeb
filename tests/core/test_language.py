"""Another language without Qt: the same words as in the window, from the same catalogue."""

import pytest

from tests.translations import FOLDER, read
from workbench.core.base.errors import UserError
from workbench.core.base.language import ENGLISH, language
from workbench.core.base.quantities import smaller


def test_every_text_of_the_catalogue_is_found_and_others_stay():
    spoken = language("zh_CN")
    for text, translated in read(FOLDER / "workbench_zh_CN.ts").items():
        assert spoken.tr(text) == translated
    assert spoken.tr("no such text") == spoken.said("no such text") == "no such text"


def test_sentences_keep_their_names_and_numbers():
    spoken = language("zh_CN")
    said = spoken.said(
        "The accuracy of class Ankle boot fell from 93.5 % to 66.5 % (200 samples): more than the 5 "
        "points that were allowed"
    )
    assert "Ankle boot" in said and "93.5" in said and "200" in said and "accuracy" not in said
    assert "layer" not in spoken.said("2,000 samples of /data/x.npz, against labels; calibration: 512 samples of y.npz")
    assert spoken.said("512 samples of y.npz") == "y.npz 的 512 个样本"
    assert (
        spoken.said("32 -> 22 channels, with stem, head and 3 more; 12 -> 4 inputs, from stem")
        == "32 -> 22 个通道，连同 stem、head 及另外 3 个；输入 12 -> 4，来自 stem"
    ), "clause by clause"
    assert (
        spoken.said("a b.onnx: One run takes more than 512 MB of memory.") == "a b.onnx：运行一次需要超过 512 MB 内存。"
    )
    assert (
        spoken.said("The recipe changes nothing. stem is left as it is: Its weights are quantised already.")
        == "此配方未改变任何内容。stem 保持原样：它的权重已经量化。"
    )
    assert (
        spoken.said("a.yaml is not valid YAML, line 3: 'x' contains itself.")
        == "a.yaml 不是有效的 YAML，第 3 行：“x”包含它自身。"
    )
    assert (
        spoken.said("Not measured: 'a' (a map); 'b' (has no axis of samples).")
        == "未测量：“a”（映射）；“b”（没有样本轴）。"
    )
    assert (
        spoken.said("Gradients cannot pass through Sub (node 'near'): it does not run in torch as it is used.")
        == "梯度无法通过 Sub（节点“near”）：它在此处的用法无法在 torch 中运行。"
    )
    assert spoken.said("agreement with the teacher at 0.5") == "与教师模型的一致率（阈值 0.5）"
    assert smaller(400, 100, spoken.tr) == "缩小 4.0 倍（保留 25 %）"


def test_english_is_as_it_stands_in_the_code():
    assert language(ENGLISH).said("unchanged, 4 of 5") == "unchanged, 4 of 5"
    assert smaller(4, 1) == "4.0x smaller (25 % kept)"
    with pytest.raises(UserError, match="no language 'xx'"):
        language("xx")
