"""What a person with Python writes by hand: Pillow, onnxruntime, scikit-learn, the same network and five folds.

    python sklearn_transfer.py DATA NETWORK.onnx

The network is the one that `itc` compiled: uint8 RGB pixels in, bottlenecks out.
"""

import os
import sys

import numpy as np
import onnxruntime
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

BATCH = 16


def main(data: str, network: str) -> None:
    pictures, labels = [], []
    for label, category in enumerate(sorted(os.listdir(data))):
        for folder, _, names in os.walk(os.path.join(data, category)):
            for name in sorted(names):
                with Image.open(os.path.join(folder, name)) as picture:
                    small = picture.convert("RGB").resize((224, 224), Image.Resampling.BILINEAR)
                    pictures.append(np.asarray(small))
                labels.append(label)
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    starts = range(0, len(pictures), BATCH)
    features = np.concatenate([session.run(None, {name: np.stack(pictures[at : at + BATCH])})[0] for at in starts])
    head = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    answers = np.array(labels)
    named = cross_val_predict(head, features, answers, cv=5)
    head.fit(features, answers)
    print(f"{len(labels)} pictures, {100 * np.mean(named == answers):.1f} %")


main(sys.argv[1], sys.argv[2])
