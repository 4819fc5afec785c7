#!/usr/bin/env python3
"""Make the sample photographs and the tests' drawings from two of Debian's packages.

The tables in README.md, beside this file, say which stamp or drawing becomes
which picture. Needs Debian or Ubuntu's apt, and Pillow:

    apt-get update
    pip install pillow==13.0.0
    python scripts/samples/make.py            # or: make.py FOLDER, with both .deb files in it

The same packages and the same Pillow give the same bytes.
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
# name of the package: (sha256, folder of its pictures, heading of the tables' column)
PACKAGES = {
    "tuxpaint-stamps-default": (
        "6db6c1bfc870a47f1499d6203b083522eacb57c5f9c87d468f2e92eb6d9d5f34", "usr/share/tuxpaint/stamps", "stamp",
    ),
    "openclipart-png": (
        "f07f1545a2970c2cf3fa339bc2405da1a95cf2b1827bfa05bf73eb1c20291c02", "usr/share/openclipart/png", "drawing",
    ),
}

LONGER_SIDE = 256
MARGIN = 0.05  # white left around a drawing, as a share of its longer side
NEARLY_WHITE = 8  # levels below 255 that still count as empty page
JPEG = dict(format="JPEG", quality=82, optimize=True, subsampling="4:2:0")


def read_selection(readme, kind):
    """Return the (source, picture) pairs of the README's tables whose first column is headed `kind`."""
    tables = re.findall(rf"^\| {kind} \| picture .*\n\| --- .*\n((?:\|.*\n)+)", readme, re.M)
    rows = re.findall(r"^\| `(\S+\.png)` \| `(\S+\.jpg)` \|", "".join(tables), re.M)
    for column in zip(*rows):
        if len(set(column)) != len(column):
            raise SystemExit("a name is used twice in the tables of README.md")
    return rows


def download(package, folder):
    """Fetch the package into `folder`."""
    subprocess.run(["apt-get", "download", package], cwd=folder, check=True)


def unpack(package, sha256, folder):
    """Unpack the package into `folder`, if it is the one this was written for."""
    if hashlib.sha256(package.read_bytes()).hexdigest() != sha256:
        raise SystemExit(f"{package.name} is another version than the one README.md names")
    subprocess.run(["dpkg-deb", "-x", package, folder], check=True)


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


def make(source, target):
    """Write the JPEG of one stamp or drawing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(source) as image:
        shrink(trim(flatten(image))).save(target, **JPEG)


def main():
    readme = (HERE / "README.md").read_text("utf-8")
    for package, (sha256, sources, kind) in PACKAGES.items():
        selection = read_selection(readme, kind)
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(sys.argv[1] if len(sys.argv) > 1 else scratch)
            if folder == Path(scratch):
                download(package, folder)
            unpacked = Path(scratch) / "unpacked"
            unpack(next(folder.glob(f"{package}_*.deb")), sha256, unpacked)
            for source, picture in selection:
                make(unpacked / sources / source, ROOT / picture)
        total = sum((ROOT / picture).stat().st_size for _, picture in selection)
        print(f"{len(selection)} pictures of {package}, {total / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
