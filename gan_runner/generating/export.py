"""The generator of a run as a file that other programs read, with a README of how."""

import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from gan_runner.errors import UsageError
from gan_runner.generating.alone import alone, load_generator, save_generator
from gan_runner.generating.place import replacing
from gan_runner.generating.readme import readme
from gan_runner.trained import Trained

Kind = Literal["torchscript", "onnx", "safetensors"]
Runs = Callable[..., Tensor]


class Format(NamedTuple):
    """How to write a generator into a folder and how to read it back, and the packages that it takes."""

    write: Callable[[nn.Module, Trained, Path], None]
    read: Callable[[Path], Runs]
    packages: tuple[str, ...] = ()


def export(kind: Kind, trained: Trained, folder: Path) -> None:
    """Write the generator of ``trained`` into ``folder`` as ``kind``, read it back and compare what both make.

    Raises UsageError if a package is missing, or if what was written does not compute what the generator does: then
    nothing is left behind.
    """
    form = FORMATS[kind]
    if missing := [name for name in form.packages if find_spec(name) is None]:
        raise UsageError(f"make={kind}: needs the package {missing[0]}; pip install 'gan-runner[export]'")
    network = alone(trained.generator(), trained.game.sampling)
    inputs = example(trained, 5)
    with replacing(folder) as temporary:
        temporary.mkdir()
        try:
            with warnings.catch_warnings():  # of what the tracer takes for constant: the comparison proves it right
                warnings.simplefilter("ignore")
                form.write(network, trained, temporary)
                again = form.read(temporary)(*inputs)
        except Exception as error:  # torch raises many kinds for one cause
            reason = str(error).strip().partition("\n")[0] or type(error).__name__
            raise UsageError(f"make={kind}: this generator cannot be written so ({reason})") from error
        if not torch.allclose(again, network(*inputs), rtol=1e-3, atol=1e-4):
            raise UsageError(f"make={kind}: this generator cannot be written so (it then computes something else)")
        if trained.game.conditional:
            (temporary / "classes.txt").write_text("\n".join(trained.outline.classes) + "\n", encoding="utf-8")
        (temporary / "README.md").write_text(readme(kind, trained), encoding="utf-8")


def example(trained: Trained, count: int) -> tuple[Tensor, ...]:
    """Return ``count`` latents, and labels if the generator is told the class."""
    sampler = trained.sampler(0)
    labels = torch.arange(count).remainder(max(sampler.classes, 1))
    return (sampler.draw(count), labels) if sampler.conditional else (sampler.draw(count),)


def _write_torchscript(network: nn.Module, trained: Trained, folder: Path) -> None:
    traced = torch.jit.trace(network, example(trained, 2))  # type: ignore[no-untyped-call]
    traced.save(str(folder / "generator.ts"))


def _read_torchscript(folder: Path) -> Runs:
    network: Runs = torch.jit.load(str(folder / "generator.ts"))  # type: ignore[no-untyped-call]
    return network


def _write_onnx(network: nn.Module, trained: Trained, folder: Path) -> None:
    inputs = example(trained, 2)
    batch = torch.export.Dim("batch")
    torch.onnx.export(
        network,
        inputs,
        folder / "generator.onnx",
        input_names=["latent", "labels"][: len(inputs)],
        output_names=["samples"],
        dynamic_shapes=tuple({0: batch} for _ in inputs),
        external_data=False,
        dynamo=True,
        verbose=False,
    )


def _read_onnx(folder: Path) -> Runs:
    session = import_module("onnxruntime").InferenceSession(folder / "generator.onnx")

    def run(*inputs: Tensor) -> Tensor:
        named = zip(("latent", "labels"), inputs, strict=False)
        return torch.from_numpy(session.run(None, {name: values.numpy() for name, values in named})[0])

    return run


FORMATS = {
    "torchscript": Format(_write_torchscript, _read_torchscript),
    "onnx": Format(_write_onnx, _read_onnx, ("onnx", "onnxscript", "onnxruntime")),
    "safetensors": Format(lambda _, trained, folder: save_generator(trained, folder), load_generator, ("safetensors",)),
}
