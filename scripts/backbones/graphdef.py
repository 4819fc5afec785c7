"""Read a frozen TensorFlow GraphDef (.pb) with nothing but the standard library and NumPy.

Only the protobuf fields that a frozen image network uses are known; anything else stops the build rather than being
lost. Field numbers are those of TensorFlow's public graph.proto, node_def.proto, attr_value.proto and tensor.proto.

A node comes out as `Node`: its attributes already in the protobuf JSON mapping (enums by name, int64 as strings, bytes
as base64), except that a tensor is left as a NumPy array.
"""

import base64
import struct
from dataclasses import dataclass, field

import numpy as np

DTYPES = {1: ("DT_FLOAT", "<f4"), 3: ("DT_INT32", "<i4"), 9: ("DT_INT64", "<i8")}

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


@dataclass
class Node:
    """One operation. `inputs` are names as TensorFlow writes them: `node`, `node:1` or `^node`."""

    name: str
    op: str
    inputs: list[str]
    attr: dict = field(default_factory=dict)
    value: np.ndarray | None = None  # of a Const


def read_graph(data: bytes) -> list[Node]:
    """GraphDef bytes -> its nodes, in file order."""
    return [_node(body) for number, body in _fields(data) if number == 1]


def _node(data: bytes) -> Node:
    """NodeDef: name 1, op 2, input 3, device 4, attr 5 (a map of string to AttrValue)."""
    node = Node("", "", [])
    for number, body in _fields(data):
        if number == 1:
            node.name = body.decode()
        elif number == 2:
            node.op = body.decode()
        elif number == 3:
            node.inputs.append(body.decode())
        elif number == 5:
            entry = dict(_fields(body))
            key, value = entry[1].decode(), _attr(entry[2])
            if isinstance(value, np.ndarray):
                node.value = value
            else:
                node.attr[key] = value
    return node


def _attr(data: bytes):
    """AttrValue, a oneof: list 1, s 2, i 3, f 4, b 5, type 6, shape 7, tensor 8."""
    (number, body), = _fields(data)
    if number == 1:
        ints = [i for n, packed in _fields(body) if n == 3 for i in _varints(packed)]
        return {"list": {"i": [str(i) for i in ints]}}
    if number == 2:
        return {"s": base64.b64encode(body).decode()}
    if number == 3:
        return {"i": str(_signed(body))}
    if number == 4:
        return {"f": struct.unpack("<f", body)[0]}
    if number == 5:
        return {"b": bool(body)}
    if number == 6:
        return {"type": DTYPES[body][0]}
    if number == 7:
        return {"shape": {"dim": [{"size": str(size)} for size in _shape(body)]}}
    if number == 8:
        return _tensor(body)
    raise ValueError(f"Expected an attribute of a known kind but received field {number}")


def _tensor(data: bytes) -> np.ndarray:
    """TensorProto: dtype 1, tensor_shape 2, tensor_content 4, float_val 5, int_val 7. One value stands for all."""
    parts = {number: body for number, body in _fields(data)}
    shape = _shape(parts.get(2, b""))
    dtype = DTYPES[parts[1]][1]
    if 4 in parts:
        return np.frombuffer(parts[4], dtype).reshape(shape)
    if 5 in parts:
        values = np.frombuffer(parts[5], "<f4")
    else:
        values = np.array([_signed(v) for v in _varints(parts[7])])
    values = values.astype(dtype)
    return np.full(shape, values[0]) if values.size == 1 else values.reshape(shape)


def _shape(data: bytes) -> list[int]:
    """TensorShapeProto: dim 2, each with size 1 (left out when 0)."""
    return [_signed(dict(_fields(body)).get(1, 0)) for number, body in _fields(data) if number == 2]


def _fields(data: bytes):
    """Protobuf wire format: yields (field number, int | bytes)."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        if kind == VARINT:
            value, at = _varint(data, at)
        else:
            size = {FIXED64: 8, FIXED32: 4}.get(kind)
            if kind == BYTES:
                size, at = _varint(data, at)
            elif size is None:
                raise ValueError(f"Expected a known wire type but received {kind}")
            value, at = data[at : at + size], at + size
        yield key >> 3, value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _varints(data) -> list[int]:
    """A repeated integer: packed bytes, or a single unpacked value."""
    if isinstance(data, int):
        return [data]
    values, at = [], 0
    while at < len(data):
        value, at = _varint(data, at)
        values.append(value)
    return values


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value
