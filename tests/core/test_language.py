"""Another language without Qt: the same words as in the window, from the same catalogue."""

import pytest

from tests.translations import FOLDER, read
from workbench.core.base.errors import UserError
from workbench.core.base.language import ENGLISH, language
from workbench.core.base.message import CLAUSE, Joined, Message, sentences
from workbench.core.base.quantities import smaller


def test_every_text_of_the_catalogue_is_found_and_others_stay():
    spoken = language("zh_CN")
    for text, translated in read(FOLDER / "workbench_zh_CN.ts").items():
        assert spoken.tr(text) == translated
    assert spoken.tr("no such text") == spoken.said("no such text") == "no such text"


def test_messages_keep_their_names_and_numbers():
    spoken = language("zh_CN")
    samples = Message("{n:,} samples of {calibration}", n=512, calibration="/data/channels.npz")
    assert samples == "512 samples of /data/channels.npz"
    assert spoken.said(samples) == "/data/channels.npz 的 512 个样本"
    notes = Joined(
        (
            Message("{before} -> {n} channels, coupled with {others}", before=32, n=22, others="stem"),
            Message("{before} -> {n} inputs, because of {asked}", before=12, n=4, asked="channel"),
        ),
        CLAUSE,
    )
    assert spoken.said(notes) == "32 -> 22 个通道，与 stem 耦合；输入 12 -> 4，因为 channel", "a name is never a word"


def test_messages_in_messages_are_translated_too():
    spoken = language("zh_CN")
    why = Message("Its weights are already quantised.")
    assert spoken.said(UserError("{path}: {reason}", "Choose other layers.", path="a.b", reason=why).message) == (
        "a.b：它的权重已经量化。请选择其他层。"
    )
    raised = UserError("{path} is empty.", "Copy or export it again.", path="a b.onnx")
    assert spoken.said(Message("No predictions: {why}", why=raised)) != "No predictions: {why}"
    assert spoken.said(sentences(raised.what, "")) == "a b.onnx 是空的。"


def test_english_is_as_it_stands_in_the_code():
    assert language(ENGLISH).said("unchanged, 4 of 5") == "unchanged, 4 of 5"
    assert language(ENGLISH).said(Message("rank {rank} of {full}", rank=2, full=8)) == "rank 2 of 8"
    assert smaller(4, 1) == "4.0x smaller (25 % kept)"
    assert smaller(400, 100, language("zh_CN").tr) == "缩小到 1/4.0（保留 25 %）"
    with pytest.raises(UserError, match="no language 'xx'"):
        language("xx")
