#!/usr/bin/env python3
"""Loads what `repro export` writes into torchvision's ResNet, compares features, writes ONNX.

    python Scripts/pytorch/backbone.py backbone.safetensors
    python Scripts/pytorch/backbone.py backbone.safetensors --pixels pixels.npy --features features.npy
    python Scripts/pytorch/backbone.py backbone.safetensors --onnx backbone.onnx

`--pixels` and `--features` are what `repro embed RUN IMAGES... --out features.npy --pixels pixels.npy` writes: the images
as bytes (N x side x side x 3) and what the suite's own network made of them (N x features). The script ends with status 1
where a feature differs by more than 1e-4 of the features' scale. Needs torch and torchvision; safetensors is used where
it is installed, ONNX needs the package of that name. Import `load` from here to use the network in a program of your own.
"""

import argparse
import json
import struct
import sys

import numpy as np
import torch
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

TYPES = {
    "F64": np.float64, "F32": np.float32, "F16": np.float16, "I64": np.int64, "I32": np.int32, "U8": np.uint8,
}


def read(path):
    """The tensors and the metadata of a safetensors file."""
    try:
        from safetensors import safe_open
    except ImportError:
        return read_plainly(path)
    with safe_open(path, framework="pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}


def read_plainly(path):
    """The same without the package: the length of a header, the header as JSON, the elements."""
    with open(path, "rb") as file:
        content = file.read()
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        elements = np.frombuffer(content[begin:end], TYPES[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(elements.copy())
    return tensors, metadata


class Backbone(ResNet):
    """torchvision's ResNet, of any width, blocks and strides, with either stem, and without its classifier."""

    def __init__(self, about):
        self.sizes = {
            "blocks": json.loads(about["blocks"]), "width": int(about["width"]), "strides": json.loads(about["strides"]),
        }
        block = Bottleneck if about["block"] == "bottleneck" else BasicBlock
        super().__init__(block, self.sizes["blocks"])
        width = self.sizes["width"]
        if about["stem"] == "cifar":
            self.conv1 = nn.Conv2d(3, width, 3, 1, 1, bias=False)
            self.maxpool = nn.Identity()
        else:
            self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.fc = nn.Identity()

    def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
        stage = {64: 0, 128: 1, 256: 2, 512: 3}[planes]
        if stage == 0:
            self.inplanes = self.sizes["width"]
        if blocks == 0:
            return nn.Sequential()
        planes = self.sizes["width"] << stage
        # torchvision widens the inner convolutions of bottlenecks by base_width / 64 only.
        return super()._make_layer(block, planes, blocks, self.sizes["strides"][stage], dilate)


def load(path):
    """The network in `path`, in inference mode, and what the file says of it.

    It takes N x 3 x H x W, (x / 255 - mean) / deviation, and returns N x features.
    """
    tensors, about = read(path)
    model = Backbone(about)
    model.load_state_dict(tensors)
    return model.eval(), about


def standardized(pixels, about):
    """N x H x W x 3 bytes as the network takes them."""
    mean, deviation = (torch.tensor(json.loads(about[name])) for name in ("mean", "deviation"))
    images = torch.from_numpy(pixels).float() / 255
    return ((images - mean) / deviation).permute(0, 3, 1, 2).contiguous()


def compare(model, about, pixels_path, features_path):
    """Whether the suite's features and PyTorch's agree to 1e-4 of their scale."""
    pixels, expected = np.load(pixels_path), np.load(features_path)
    with torch.no_grad():
        found = model(standardized(pixels, about)).numpy()
    if found.shape != expected.shape:
        print(f"features of shape {found.shape} in PyTorch, {expected.shape} in {features_path}")
        return False
    scale = max(1.0, float(np.abs(expected).max()))
    worst = float(np.abs(found - expected).max())
    print(f"{len(found)} images, {found.shape[1]} features: largest difference {worst:.2e}, largest feature {scale:.3g}")
    return worst <= 1e-4 * scale


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", help="what `repro export` wrote")
    parser.add_argument("--pixels", help="the images, as `repro embed --pixels` writes them")
    parser.add_argument("--features", help="their features, as `repro embed --out` writes them")
    parser.add_argument("--onnx", help="write the network to this file as ONNX")
    options = parser.parse_args()
    model, about = load(options.file)
    print(f"{about['architecture']}, width {about['width']}, {about['stem']} stem, {about['features']} features")
    if bool(options.pixels) != bool(options.features):
        parser.error("--pixels and --features go together")
    if options.onnx:
        side = int(about["side"])
        example = torch.zeros(1, 3, side, side)
        torch.onnx.export(
            model, (example,), options.onnx, input_names=["images"], output_names=["features"],
            dynamic_axes={"images": {0: "count"}, "features": {0: "count"}}, dynamo=False)
        print(f"wrote {options.onnx}")
    if options.pixels and not compare(model, about, options.pixels, options.features):
        sys.exit(1)


if __name__ == "__main__":
    main()
