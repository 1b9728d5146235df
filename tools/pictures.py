"""Draw the README's pictures: trace one sample conversation and photograph its report.

    python tools/pictures.py [--browser chromium]

Needs a Chromium; everything else comes with the package.
"""

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

from typer.testing import CliRunner

from affectory.cli import main as cli

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "src" / "affectory" / "samples" / "rehearsal.txt"
QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars "
    "--disable-background-networking --disable-component-update --disable-sync"
)


def photograph(browser: str, page: Path, picture: Path, size: str, dark: bool) -> None:
    """Write a picture of `page`."""
    with tempfile.TemporaryDirectory() as profile:
        theme = ["--blink-settings=preferredColorScheme=0"] if dark else []
        subprocess.run(
            [browser, *QUIET.split(), *theme, f"--user-data-dir={profile}",
             f"--screenshot={picture}", f"--window-size={size}", page.as_uri()],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip


def main() -> None:
    """Draw the light and the dark picture."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--browser", default=shutil.which("chromium") or "chromium")
    browser = options.parse_args().browser
    target = ROOT / "docs" / "images"
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        words = ["trace", str(SAMPLE), "--out", folder, "-q", "--title", "Before the play"]
        done = CliRunner().invoke(cli.app, words)
        if done.exit_code:
            raise SystemExit(done.output)
        for name, dark in (("report_light", False), ("report_dark", True)):
            picture = target / f"{name}.png"
            photograph(browser, Path(folder) / "report.html", picture, "1280,1560", dark)
            print(picture)


if __name__ == "__main__":
    main()
