#!/usr/bin/env python3
"""Writes the small NumPy files that the tests of Sources/Vision/Arrays read: python3 Tests/Fixtures/generate_arrays.py

Needs NumPy; run by hand, the output is committed. Images are 3 of 4 x 5 x 3 with byte i equal to 7 i mod 251.
"""
import io
import pathlib
import struct
import zipfile
import zlib

import numpy as np

folder = pathlib.Path(__file__).parent / "arrays"
folder.mkdir(exist_ok=True)
images = ((np.arange(3 * 4 * 5 * 3) * 7) % 251).astype(np.uint8).reshape(3, 4, 5, 3)


def write(name, array, version=None):
    with open(folder / name, "wb") as file:
        np.lib.format.write_array(file, array, version=version)


for version in [(1, 0), (2, 0), (3, 0)]:
    write(f"version-{version[0]}.npy", images, version)
write("fortran.npy", np.asfortranarray(images))
write("one-axis.npy", images.reshape(-1))
write("number.npy", np.uint8(7))
write("int16.npy", images.astype(np.int16)[:1])
write("float32.npy", images.astype(np.float32)[:1])
write("bool.npy", images[:1] > 100)
write("fields.npy", np.zeros(2, dtype=[("a", "u1"), ("b", "u1")]))

np.savez(folder / "stored.npz", images=images, label=np.arange(3))
np.savez_compressed(folder / "deflated.npz", images=images, label=np.arange(3))

# A file that is written to a stream has its sizes after its content.
stream = io.BytesIO()


class Unseekable(io.RawIOBase):
    def writable(self):
        return True

    def write(self, data):
        return stream.write(data)


with zipfile.ZipFile(Unseekable(), "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("images.npy", (folder / "version-1.npy").read_bytes())
(folder / "streamed.npz").write_bytes(stream.getvalue())

np.savez(folder / "two.npz", train=images, test=images)

# 64-bit sizes where 32 would do, in the directory as well.
with open(folder / "wide.npz", "wb") as file:
    content = (folder / "version-1.npy").read_bytes()
    name = b"images.npy"
    crc = zlib.crc32(content).to_bytes(4, "little")
    extra = struct.pack("<HHQQ", 1, 16, len(content), len(content))
    local = struct.pack("<4s5H", b"PK\x03\x04", 45, 0, 0, 0, 33) + crc
    local += b"\xff" * 8 + struct.pack("<HH", len(name), len(extra)) + name + extra
    extra = struct.pack("<HHQQQ", 1, 24, len(content), len(content), 0)
    entry = struct.pack("<4s6H", b"PK\x01\x02", 45, 45, 0, 0, 0, 33) + crc
    entry += b"\xff" * 8 + struct.pack("<5HI", len(name), len(extra), 0, 0, 0, 0) + b"\xff" * 4 + name + extra
    start = len(local) + len(content)
    end = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, len(entry), start)
    end += struct.pack("<4sIQI", b"PK\x06\x07", 0, start + len(entry), 1)
    end += struct.pack("<4s4H", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF) + b"\xff" * 8 + b"\0\0"
    file.write(local + content + entry + end)
with zipfile.ZipFile(folder / "wide.npz") as archive:
    assert archive.read("images.npy") == content

# 64 MB of zeros.
zeros = io.BytesIO()
np.lib.format.write_array(zeros, np.zeros((1 << 14, 32, 32, 4), np.uint8))
with zipfile.ZipFile(folder / "bomb.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
    archive.writestr("images.npy", zeros.getvalue())

# Two arrays that may both be meant.
np.savez(
    folder / "two-images.npz", first=np.full((2, 4, 4, 3), 1, np.uint8), second=np.full((3, 4, 4, 3), 2, np.uint8))

# Images beside labels that are all one class: far better packed than a bomb would have to be.
with zipfile.ZipFile(folder / "one-class.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
    for name, array in [("images", images), ("labels", np.zeros(500_000, np.int64))]:
        member = io.BytesIO()
        np.lib.format.write_array(member, array)
        archive.writestr(f"{name}.npy", member.getvalue())
