#!/usr/bin/env python3
"""Writes the small NumPy files that the tests of Sources/Vision/Arrays read: python3 Tests/Fixtures/generate_arrays.py

Needs NumPy; run by hand, the output is committed. Images are 3 of 4 x 5 x 3 with byte i equal to 7 i mod 251.
"""
import io
import pathlib
import zipfile

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
