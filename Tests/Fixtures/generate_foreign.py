#!/usr/bin/env python3
"""Writes the files of weights in Tests/Fixtures/foreign: a tiny residual network as different programs save it.

    python Tests/Fixtures/generate_foreign.py

Needs torch and torchvision. `expected.json` holds two images (N x H x W x 3) and the features that PyTorch finds for them;
`names.json` the names and shapes that torchvision's constructors give their networks, classifiers left out.
"""

import collections
import json
import pathlib
import sys

import torch
import torchvision

root = pathlib.Path(__file__).resolve().parent
sys.path.append(str(root.parent.parent / "Scripts" / "pytorch"))
from backbone import Backbone  # noqa: E402

folder = root / "foreign"
folder.mkdir(exist_ok=True)
torch.manual_seed(7)

model = Backbone({"blocks": "[1,1,1,1]", "block": "basic", "width": "2", "stem": "cifar", "strides": "[1,2,2,2]"})
for name, buffer in model.named_buffers():
    if name.endswith("running_mean"):
        buffer.normal_(0, 0.1)
    if name.endswith("running_var"):
        buffer.uniform_(0.5, 1.5)
model.eval()
state = model.state_dict()

images = torch.randn(2, 3, 8, 8)
with torch.no_grad():
    features = model(images)
(folder / "expected.json").write_text(json.dumps({
    "images": images.permute(0, 2, 3, 1).flatten().tolist(), "features": features.flatten().tolist(),
}))

# A state dict as torchvision's networks have it, with the versions that PyTorch hangs on it.
torch.save(state, folder / "torchvision.pth")
torch.save({name: value.half() if value.is_floating_point() else value for name, value in state.items()},
           folder / "half.pth")

# solo-learn: a checkpoint of Lightning, with the backbone, the one that follows it, a projector and settings.
solo = collections.OrderedDict((f"backbone.{name}", value) for name, value in state.items())
solo.update((f"momentum_backbone.{name}", value + 1 if value.is_floating_point() else value) for name, value in state.items())
solo["projector.0.weight"] = torch.zeros(4, 16)
torch.save({
    "epoch": 3, "global_step": 10**10, "state_dict": solo, "lr_schedulers": [{"last": 0.5, "none": None, "t": (1, True)}],
    "hyper_parameters": {"max_epochs": 400, "method": "byol", "extra": {1: "a", "path": pathlib.PurePosixPath("a/b")}},
    "parameter": torch.nn.Parameter(torch.ones(2)), "transposed": torch.ones(3, 2).t(),
}, folder / "solo-learn.ckpt")

# lightly: positions in a Sequential, and shortcuts of that name.
order = {"conv1": 0, "bn1": 1, "layer1": 2, "layer2": 3, "layer3": 4, "layer4": 5}
lightly = collections.OrderedDict()
for name, value in state.items():
    part, rest = name.split(".", 1)
    lightly[f"backbone.{order[part]}.{rest}".replace("downsample", "shortcut")] = value
lightly["projection_head.layers.0.weight"] = torch.zeros(4, 16)
torch.save(lightly, folder / "lightly.pth")


class Call:
    """What a pickle may hide: a call that leaves a file behind wherever it is really made."""

    def __reduce__(self):
        return eval, ("open('/tmp/repro-was-executed', 'w')",)


torch.save({"state_dict": state, "hook": Call()}, folder / "calls.pth")

names = {}
for architecture in ["resnet18", "resnet34", "resnet50"]:
    network = getattr(torchvision.models, architecture)()
    names[architecture] = {
        name: list(value.shape) for name, value in network.state_dict().items() if not name.startswith("fc.")
    }
(folder / "names.json").write_text(json.dumps(names))
