import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from gan_runner.compare.comparison import compare
from gan_runner.compare.page import as_page

WriteRun = Callable[..., Path]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

PROBE = """<script>
addEventListener("load", () => {
  const bottom = box => box.getBoundingClientRect().bottom;
  const broken = [...document.images].filter(one => !one.complete || one.naturalWidth === 0).length;
  const sources = () => frames.map(one => one.img.src).join();
  const before = sources();
  slider.value = 0;
  slider.dispatchEvent(new Event("input"));
  document.title = JSON.stringify({
    broken: broken,
    pictures: document.images.length,
    first: Math.max(...[...document.querySelectorAll(".verdict, .ranked, .samples")].map(bottom)),
    wide: document.documentElement.scrollWidth,
    step: document.getElementById("shown").textContent,
    moved: before !== sources(),
  });
});
</script>"""


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_the_page_as_a_browser_shows_it(run_folder: WriteRun, tmp_path: Path) -> None:
    for loss, last in (("lsgan", 5.0), ("gan", 40.0)):
        for seed in (0, 1):
            run_folder(f"{loss}{seed}", loss=loss, seed=seed, fids=(50.0, 20.0, last + seed))
    page = tmp_path / "comparison.html"
    for width, height in ((1280, 800), (800, 1000)):
        page.write_text(as_page(compare([tmp_path / "runs"]), "gan-compare runs"), encoding="utf-8")
        browse = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        browse += [f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width},{height}"]
        picture = tmp_path / f"{width}.png"
        subprocess.run(
            [*browse, f"--screenshot={picture}", page.as_uri()], capture_output=True, timeout=120, check=True
        )
        with Image.open(picture) as image:
            assert image.size == (width, height)
            assert len(image.convert("RGB").getcolors(1 << 20) or []) > 100
            dark = image.convert("L").point(lambda level: 255 * (level < 128)).getbbox()
        assert dark is not None
        assert dark[2] > 0.8 * width
        assert dark[3] > 0.8 * height
        page.write_text(page.read_text(encoding="utf-8").replace("</body>", f"{PROBE}</body>"), encoding="utf-8")
        dump = subprocess.run(
            [*browse, "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=120, check=True
        )
        title = re.search("<title>(.*?)</title>", dump.stdout)
        assert title is not None
        told = json.loads(title[1])
        assert told["broken"] == 0
        assert told["pictures"] >= 12
        assert told["first"] <= height
        assert told["wide"] <= width
        assert (told["step"], told["moved"]) == ("100", True)
