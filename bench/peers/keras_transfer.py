"""What a person with Python does instead: Keras, MobileNet features, a dense softmax layer for 4000 steps of 100.

    python keras_transfer.py DATA [STEPS]

The network has random weights, since only the time is measured: fetching real ones would need another host. The head
is trained with the features in memory, which is the quick way; `retrain.py` reads them from files at every step.
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

BATCH = 100


def main(data: str, steps: int) -> None:
    pictures, labels = [], []
    categories = sorted(os.listdir(data))
    for label, category in enumerate(categories):
        for folder, _, names in os.walk(os.path.join(data, category)):
            for name in sorted(names):
                data_of = tf.io.read_file(os.path.join(folder, name))
                picture = tf.io.decode_image(data_of, channels=3, expand_animations=False)
                pictures.append(tf.image.resize(picture, (224, 224)).numpy())
                labels.append(label)
    network = keras.applications.MobileNet(include_top=False, pooling="avg", weights=None, input_shape=(224, 224, 3))
    inputs = np.stack(pictures) / 127.5 - 1  # [n, 224, 224, 3]
    features = network.predict(inputs, batch_size=32, verbose=0)  # [n, 1024]

    head = keras.Sequential([keras.Input((features.shape[1],)), keras.layers.Dense(len(categories), activation="softmax")])
    head.compile(keras.optimizers.SGD(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    rows = np.random.default_rng(1).integers(len(labels), size=(steps, BATCH))
    answers = np.array(labels)
    for chosen in np.array_split(rows.reshape(-1), 10):
        head.fit(features[chosen], answers[chosen], batch_size=BATCH, shuffle=False, verbose=0)
    print(f"{len(labels)} pictures, {steps} steps")


main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 4000)
