"""The README beside an exported generator: five lines that load and sample it, and what goes in and comes out."""

from gan_runner.data.source import Source
from gan_runner.games.prior import Prior
from gan_runner.games.sampling import batch_norms
from gan_runner.trained import Trained

COUNT = 64
NOISE = {
    "torch": {
        "normal": "torch.randn({n}, {dim})",
        "uniform": "torch.rand({n}, {dim}) * 2 - 1",
        "uniform01": "torch.rand({n}, {dim})",
        "uniform_sd1": "(torch.rand({n}, {dim}) * 2 - 1) * 3**0.5",
        "minmax": "torch.stack([(z - z.min()) / (z.max() - z.min()) for z in torch.randn({n}, {dim})])",
    },
    "numpy": {
        "normal": "numpy.random.randn({n}, {dim})",
        "uniform": "numpy.random.rand({n}, {dim}) * 2 - 1",
        "uniform01": "numpy.random.rand({n}, {dim})",
        "uniform_sd1": "(numpy.random.rand({n}, {dim}) * 2 - 1) * 3**0.5",
        "minmax": "numpy.stack([(z - z.min()) / (z.max() - z.min()) for z in numpy.random.randn({n}, {dim})])",
    },
}
"""Latents by distribution, as either library draws them."""
ONE_HOT = {
    "torch": "torch.eye({size})[torch.randint({size}, ({n},))]",
    "numpy": "numpy.eye({size})[numpy.random.randint({size}, size={n})]",
}
JOINED = {"torch": "torch.cat([{parts}], 1)", "numpy": "numpy.concatenate([{parts}], 1)"}
LABELS = {"torch": "torch.randint({classes}, ({n},))", "numpy": "numpy.random.randint({classes}, size={n})"}
WORDS = {
    "normal": "from N(0, 1)",
    "uniform": "from U(-1, 1)",
    "uniform01": "from U(0, 1)",
    "uniform_sd1": "from the uniform distribution of variance 1, U(-sqrt 3, sqrt 3)",
    "minmax": "from N(0, 1), then shifted and scaled to reach from 0 to 1",
}
FILES = {
    "torchscript": "`generator.ts` is a TorchScript program for `torch.jit.load`, from Python or C++. (Newer torch "
    "says on loading that TorchScript is deprecated; it works.)",
    "onnx": "`generator.onnx` is an ONNX model for onnxruntime and others.",
    "safetensors": "`generator.safetensors` has the weights and `generator.json` what else it takes to build the "
    "network again with gan_runner.",
}


def readme(kind: str, trained: Trained) -> str:
    """Return the README of the generator of ``trained`` exported as ``kind``."""
    conditional = trained.game.conditional
    code = _onnx(trained) if kind == "onnx" else _torch(kind, trained)
    paragraphs = [
        f"# A generator of {trained.outline.name}",
        f"From the run {trained.folder.name}, step {trained.step}, {trained.weights} weights. {FILES[kind]}",
        "```python\n" + "\n".join(code) + "\n```",
        _inputs(trained.game.prior),
    ]
    if conditional:
        paragraphs.append(
            f"`labels`: int64 `[B]`, the class of each sample, 0 to {trained.game.classes - 1}; `classes.txt` names "
            "them, a line each, from 0."
        )
    paragraphs.append(_outputs(trained.outline))
    if trained.game.sampling == "batch" and batch_norms(trained.generator()):
        paragraphs.append(
            "Batch norm takes the mean and variance of the batch it is given, as when this generator was trained and "
            "sampled, so a sample depends on those beside it: give it batches of "
            f"{trained.config['trainer']['batch_size']} or more, and never a single latent."
        )
    return "\n\n".join(paragraphs) + "\n"


def _torch(kind: str, trained: Trained) -> list[str]:
    if kind == "torchscript":
        code = ["import torch", 'generator = torch.jit.load("generator.ts")']
    else:
        code = ["import gan_runner, torch", 'generator = gan_runner.load_generator(".")']
    code.append(f"latent = {_latent(trained.game.prior, 'torch')}")
    if not trained.game.conditional:
        return [*code, "samples = generator(latent)"]
    labels = LABELS["torch"].format(classes=trained.game.classes, n=COUNT)
    return [*code, f"labels = {labels}", "samples = generator(latent, labels)"]


def _onnx(trained: Trained) -> list[str]:
    code = [
        "import numpy, onnxruntime",
        'session = onnxruntime.InferenceSession("generator.onnx")',
        f"latent = {_latent(trained.game.prior, 'numpy')}",
    ]
    if not trained.game.conditional:
        return [*code, '(samples,) = session.run(None, {"latent": latent.astype("float32")})']
    labels = LABELS["numpy"].format(classes=trained.game.classes, n=COUNT)
    run = '(samples,) = session.run(None, {"latent": latent.astype("float32"), "labels": labels})'
    return [*code, f"labels = {labels}", run]


def _latent(prior: Prior, library: str) -> str:
    """Return the expression that draws latents."""
    parts = [NOISE[library][prior.distribution].format(n=COUNT, dim=prior.dim)]
    parts += [ONE_HOT[library].format(size=size, n=COUNT) for size in prior.categorical]
    if prior.continuous:
        parts.append(NOISE[library]["uniform"].format(n=COUNT, dim=prior.continuous))
    return parts[0] if len(parts) == 1 else JOINED[library].format(parts=", ".join(parts))


def _inputs(prior: Prior) -> str:
    codes = prior.codes
    text = f"`latent`: float32 `[B, {codes.total}]`, any number B of latents of {prior.dim} independent numbers "
    text += WORDS[prior.distribution]
    if codes.categorical:
        text += f", then a one-hot vector of each of the sizes {', '.join(map(str, codes.categorical))}"
    if codes.continuous:
        text += f", then {codes.continuous} codes from U(-1, 1)"
    return f"{text}."


def _outputs(outline: Source) -> str:
    text = f"`samples`: float32 `[B, {', '.join(map(str, outline.shape))}]`"
    if outline.is_points:
        return f"{text}, points as in the data."
    low, high = outline.low, outline.high
    return (
        f"{text}, pictures of channels, height and width, scaled from {low:g} (black) to {high:g}: bytes are "
        f"`((samples - {low:g}) * {255 / (high - low):g}).clip(0, 255).round()`."
    ).replace("- -", "+ ")
