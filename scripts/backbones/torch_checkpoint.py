"""Read a PyTorch checkpoint of the format before 1.6 (.pth), without PyTorch and without running what is inside.

The file is five pickles one after another (magic number, protocol, machine, the state dict, the storage keys), then for
each storage key its number of elements as int64 and its raw little-endian values. A tensor in the state dict is a view
(offset, size, stride) of one storage.
"""

import collections
import io
import pickle

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C
STORAGES = {"FloatStorage": "<f4", "LongStorage": "<i8"}


def read_checkpoint(data: bytes) -> dict[str, np.ndarray]:
    """Checkpoint bytes -> name -> array."""
    file, storages = io.BytesIO(data), {}

    def load():
        return _Unpickler(file, storages).load()

    magic, _protocol, _machine = load(), load(), load()
    if magic != MAGIC:
        raise ValueError(f"Expected the magic number of an old PyTorch checkpoint but received {magic!r}")
    state, keys = load(), load()
    for key in keys:
        storage = storages[key]
        count = int.from_bytes(file.read(8), "little")
        if count != storage.count:
            raise ValueError(f"Expected {storage.count} values in storage {key} but received {count}")
        storage.values = np.frombuffer(file.read(count * storage.dtype.itemsize), storage.dtype)
    return {name: tensor.array() for name, tensor in state.items()}


class _Storage:
    def __init__(self, dtype, count):
        self.dtype, self.count, self.values = np.dtype(dtype), count, None


class _Tensor:
    """What `torch._utils._rebuild_tensor_v2` is called with; its values are read later."""

    def __init__(self, storage, offset, size, stride, *_):
        self.storage, self.offset, self.size, self.stride = storage, offset, size, stride

    def array(self) -> np.ndarray:
        item = self.storage.dtype.itemsize
        values = self.storage.values[self.offset :]
        return np.ascontiguousarray(np.lib.stride_tricks.as_strided(values, self.size, [s * item for s in self.stride]))


class _Unpickler(pickle.Unpickler):
    """Knows an ordered dict, a tensor and two storages; any other name in the file is refused."""

    def __init__(self, file, storages):
        super().__init__(file)
        self.storages = storages

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _Tensor
        if module == "torch" and name in STORAGES:
            return STORAGES[name]
        raise pickle.UnpicklingError(f"Expected only tensors but received {module}.{name}")

    def persistent_load(self, saved):
        _kind, dtype, key, _device, count, _view = saved
        return self.storages.setdefault(key, _Storage(dtype, count))
