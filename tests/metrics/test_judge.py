import pytest
import torch

from gan_runner.data import fake
from gan_runner.metrics.judge import Judge, batches_of, examine, new_judge

CPU = torch.device("cpu")


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (3, 64, 64), (1, 5, 5), (1, 1, 1), (2, 9, 30)])
def test_any_size_ends_in_128_features_and_a_score_a_class(shape: tuple[int, int, int]) -> None:
    judge = Judge(shape, classes=7).eval()
    images = torch.randn(3, *shape)
    assert judge.features(images).shape == (3, 128)
    assert judge(images).shape == (3, 7)


def test_an_opinion_covers_all_pictures_in_their_order() -> None:
    source = fake.load(size=8, count=1203)
    judge = new_judge(source, CPU).eval()
    opinion = examine(judge, batches_of(source, CPU))
    logits = judge(source.normalize(source.samples)).detach()
    assert opinion.features.shape == (1203, 128)
    assert torch.equal(opinion.predicted, logits.argmax(dim=1))
    exponentials = logits.double().exp()
    expected = exponentials.max(dim=1).values / exponentials.sum(dim=1)
    torch.testing.assert_close(opinion.confidence.double(), expected, rtol=1e-4, atol=1e-6)
