"""Files of strangers either work or are refused in one sentence, within limits. More of the same: make fuzz."""


import pytest

from tests.fuzz import campaign
from tests.fuzz.worker import SENTENCE, WORKS

COUNT, PARTS = 400, 16
CASES = list(campaign.cases(COUNT, "suite"))


@pytest.fixture(scope="module")
def worker():
    worker = campaign.Worker()
    yield worker
    worker.close()


@pytest.mark.parametrize("part", range(PARTS))
def test_a_file_of_a_stranger_works_or_is_refused_in_one_sentence(worker, part, tmp_path):
    for name, seed in CASES[part::PARTS]:
        result = campaign.run_one(worker, name, seed, tmp_path)
        assert result["outcome"] in (WORKS, SENTENCE), f"{name}-{seed}: {result['outcome']}\n{result['text']}"
