#!/usr/bin/env python3
"""Make the sample pictures in tf_files/data and test_data from Debian's openclipart-png.

The tables in README.md, beside this file, say which drawing becomes which
picture. Needs Debian or Ubuntu's apt, and Pillow:

    apt-get update
    pip install pillow==13.0.0
    python scripts/samples/make.py            # or: make.py openclipart-png_….deb

The same package and the same Pillow give the same bytes.
"""

import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops, ImageOps

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PACKAGE = "openclipart-png"
PACKAGE_SHA256 = "f07f1545a2970c2cf3fa339bc2405da1a95cf2b1827bfa05bf73eb1c20291c02"
DRAWINGS = "usr/share/openclipart/png"

LONGER_SIDE = 256
MARGIN = 0.05  # white left around a drawing, as a share of its longer side
NEARLY_WHITE = 8  # levels below 255 that still count as empty page
JPEG = dict(format="JPEG", quality=82, optimize=True, subsampling="4:2:0")


def read_selection(readme):
    """Return the (drawing, picture) pairs of the README's tables."""
    rows = re.findall(r"^\| `(\S+\.png)` \| `(\S+\.jpg)` \|$", readme.read_text("utf-8"), re.M)
    for column in zip(*rows):
        if len(set(column)) != len(column):
            raise SystemExit("a name is used twice in the tables of README.md")
    return rows


def download(folder):
    """Fetch the package into `folder` and return its path."""
    subprocess.run(["apt-get", "download", PACKAGE], cwd=folder, check=True)
    return next(folder.glob("*.deb"))


def unpack(package, folder):
    """Unpack the package, if it is the one this was written for, and return the drawings' folder."""
    if hashlib.sha256(package.read_bytes()).hexdigest() != PACKAGE_SHA256:
        raise SystemExit(f"{package.name} is another version than the one README.md names")
    subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
    return folder / DRAWINGS


def flatten(image):
    """Lay the drawing on a white page."""
    image = image.convert("RGBA")
    page = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(page, image).convert("RGB")


def trim(image):
    """Cut the empty page around the drawing and leave a small, even margin.

    Many drawings are a stamp in the corner of a blank A4 page. One that bleeds
    off its page keeps its edges: it gets no margin on a side it touches.
    """
    page = Image.new("RGB", image.size, "white")
    ink = ImageChops.difference(image, page).convert("L").point(lambda v: v > NEARLY_WHITE and 255)
    left, top, right, bottom = ink.getbbox()
    margin = round(MARGIN * max(right - left, bottom - top))
    return image.crop((
        max(left - margin, 0),
        max(top - margin, 0),
        min(right + margin, image.width),
        min(bottom + margin, image.height),
    ))


def shrink(image):
    """Bring the longer side down to LONGER_SIDE; smaller drawings stay as they are."""
    if max(image.size) <= LONGER_SIDE:
        return image
    return ImageOps.contain(image, (LONGER_SIDE, LONGER_SIDE), Image.Resampling.LANCZOS)


def main():
    selection = read_selection(HERE / "README.md")
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        package = Path(sys.argv[1]) if len(sys.argv) > 1 else download(scratch)
        drawings = unpack(package, scratch / "unpacked")
        for drawing, picture in selection:
            target = ROOT / picture
            target.parent.mkdir(parents=True, exist_ok=True)
            with Image.open(drawings / drawing) as image:
                shrink(trim(flatten(image))).save(target, **JPEG)
    total = sum((ROOT / picture).stat().st_size for _, picture in selection)
    print(f"{len(selection)} pictures, {total / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
