import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given
from hypothesis import strategies as st

from gan_runner.cli.quoting import quote_odd_value, quote_odd_values


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("data.root=~/pictures", "~/pictures"),
        ("data.root=/a b/c (2)", "/a b/c (2)"),
        ("data.root=图片/猫", "图片/猫"),
        ("name=it's #1; done!", "it's #1; done!"),
        ('name=say "so" ~', 'say "so" ~'),
        ("data.root=C:\\new~", "C:\\new~"),
    ],
)
def test_what_the_grammar_has_no_place_for_is_taken_as_typed(argument: str, value: str) -> None:
    assert OverridesParser.create().parse_override(quote_odd_value(argument)).value() == value


@pytest.mark.parametrize(
    "argument",
    [
        "loss=gan,lsgan",
        "optim.lr=1e-4",
        "data.classes=[a,b]",
        "data.classes=[啊]",
        "'data.root=x'",
        "data.root='a b~'",
        "--config-dir=~/x",
        "-m",
        "~reg",
        "check",
        "name=",
        "loss.a=choice(-1, 0)",
        "seed=range(1,4)",
        "tags={a: 1}",
    ],
)
def test_what_hydra_reads_or_nothing_can_mend_is_left_alone(argument: str) -> None:
    assert quote_odd_values([argument]) == [argument]


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1).filter(lambda text: text[0] not in "[{'\""))
def test_any_path_comes_through_or_is_left_alone(path: str) -> None:
    argument = quote_odd_value(f"data.root=~{path}")
    try:
        value = OverridesParser.create().parse_override(argument).value()
    except Exception:
        assert argument == f"data.root=~{path}"
    else:
        assert value == f"~{path}"
