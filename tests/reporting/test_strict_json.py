import json
import math
from pathlib import Path

from gan_runner.reporting import strict_json


def test_what_json_lacks_becomes_null_at_any_depth() -> None:
    text = strict_json.dumps({"a": math.nan, "b": [math.inf, {"c": (-math.inf, 1.5)}]})
    assert text == '{"a": null, "b": [null, {"c": [null, 1.5]}]}'


def test_floats_survive_exactly_and_objects_become_text() -> None:
    value = 0.1 + 0.2
    assert json.loads(strict_json.dumps({"x": value, "p": Path("a/é")})) == {"x": value, "p": "a/é"}
