"""The digest of a rule, the bench, and the choice of claims."""

from dataclasses import replace
from pathlib import Path

import pytest

from gan_runner.claims.claim import Bench, Numbers, Word
from gan_runner.claims.registry import choose, entries
from gan_runner.errors import UsageError


def decide_below_one(numbers: Numbers) -> Word:
    return "confirmed" if numbers["value"] < 1 else "refuted"


def decide_below_two(numbers: Numbers) -> Word:
    return "confirmed" if numbers["value"] < 2 else "refuted"


def test_the_digest_changes_with_the_words_and_with_the_code_of_a_rule_alone() -> None:
    claim = replace(entries()["C05"].load(), decide=decide_below_one)
    assert replace(claim, method="another", key=str, seconds=7).digest == claim.digest
    assert replace(claim, rule=claim.rule + " ").digest != claim.digest
    assert replace(claim, decide=decide_below_two).digest != claim.digest


def test_seeds_cost_in_proportion_and_exact_claims_do_not() -> None:
    claim = entries()["C05"].load()
    assert replace(claim, seeds=5, seconds=10.0).cost(10) == 20
    assert replace(claim, seeds=0, seconds=10.0).cost(10) == 10


def test_a_share_of_the_steps_is_never_none() -> None:
    assert [Bench(1, Path(), share).steps(1000) for share in (1.0, 0.01, 0.0)] == [1000, 10, 1]


def test_every_claim_is_told_in_one_line_that_ends() -> None:
    assert len(entries()) >= 20
    for name, entry in entries().items():
        assert entry.module.startswith(name.lower())
        assert entry.text.endswith(".")
        claim = entry.load()
        assert all(text.strip() for text in (claim.source, claim.method, claim.rule))


def test_claims_are_chosen_by_id_and_by_kind_each_once() -> None:
    assert [entry.id for entry in choose(["c05", "C01", "C05"])] == ["C05", "C01"]
    kinds = {kind: {entry.id for entry in choose([kind])} for kind in ("theory", "training", "all")}
    assert kinds["theory"] | kinds["training"] == kinds["all"] == entries().keys()
    assert not kinds["theory"] & kinds["training"]


@pytest.mark.parametrize(("words", "sentence"), [(["C99"], "claim C99: there is none; allowed: C01"), ([], "no claim")])
def test_a_claim_that_there_is_not_is_one_sentence(words: list[str], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        choose(words)
