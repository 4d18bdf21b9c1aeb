"""What is measured, as it is printed."""

from workbench.core.analysis.measured import Evaluation
from workbench.core.base.quantities import MetricInfo


def test_an_evaluation_is_printed_as_one_sentence_with_units():
    share = Evaluation(MetricInfo("top-1", "%"), 0.695, 0.628, 0.7546, 200, "logits")
    assert str(share) == "top-1: 69.50 %, measured on 200 samples (95 % interval: 62.80 % to 75.46 %)"
    ratio = Evaluation(MetricInfo("<SNR>", "dB"), 31.2, 30.0, 32.5, 1, "image")
    assert str(ratio) == "<SNR>: 31.2 dB, measured on 1 sample (95 % interval: 30.0 dB to 32.5 dB)"
    assert ratio._repr_html_().startswith("<p>&lt;SNR&gt;: 31.2 dB")
