#!/usr/bin/env python3
"""Writes cifar10.pickle and cifar100.pickle: one file each of CIFAR's Python form, with two images.

The real files were pickled by Python 2, whose protocol 2 writes text and bytes alike as (short) binary strings; Python 3
calls a codec for them instead. The pickler below writes what Python 2 did, and the result is read back by Python's own
unpickler before it is kept. Needs NumPy; run by hand, the output is committed.
"""

import io
import pickle
import struct
from pathlib import Path

import numpy


class Python2Pickler(pickle._Pickler):
    dispatch = dict(pickle._Pickler.dispatch)

    def save_text(self, value):
        data = value.encode("latin1") if isinstance(value, str) else value
        if len(data) < 256:
            self.write(pickle.SHORT_BINSTRING + bytes([len(data)]) + data)
        else:
            self.write(pickle.BINSTRING + struct.pack("<i", len(data)) + data)
        self.memoize(value)

    def save_global(self, value, name=None):
        module = value.__module__.replace("numpy._core", "numpy.core")
        self.write(pickle.GLOBAL + f"{module}\n{name or value.__qualname__}\n".encode())
        self.memoize(value)

    dispatch[str] = save_text
    dispatch[bytes] = save_text
    dispatch[type] = save_global
    dispatch[type(len)] = save_global
    dispatch[type(save_text)] = save_global


def images(multiplier):
    return (numpy.arange(2 * 3072, dtype=numpy.uint64) * multiplier % 251).astype(numpy.uint8).reshape(2, 3072)


def write(name, content):
    buffer = io.BytesIO()
    Python2Pickler(buffer, 2).dump(content)
    read = pickle.loads(buffer.getvalue(), encoding="latin1")
    assert (read["data"] == content["data"]).all() and read["data"].dtype == numpy.uint8
    assert {k: v for k, v in read.items() if k != "data"} == {k: v for k, v in content.items() if k != "data"}
    (Path(__file__).parent / name).write_bytes(buffer.getvalue())


write(
    "cifar10.pickle",
    {
        "batch_label": "training batch 1 of 5",
        "labels": [3, 9],
        "data": images(7),
        "filenames": ["tabby_cat_s_000001.png", "camion_s_000002.png"],
    },
)
write(
    "cifar100.pickle",
    {
        "filenames": ["bos_taurus_s_000507.png", "stegosaurus_s_000125.png"],
        "batch_label": "training batch 1 of 1",
        "fine_labels": [19, 29],
        "coarse_labels": [11, 15],
        "data": numpy.asfortranarray(images(13)),
    },
)
