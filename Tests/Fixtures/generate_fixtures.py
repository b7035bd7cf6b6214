"""Makes the golden vectors of the tests with PyTorch, torchvision, SciPy, scikit-learn and Pillow.

    python3 Tests/Fixtures/generate_fixtures.py            # all of them, beside this file
    python3 Tests/Fixtures/generate_fixtures.py co2 nt_xent

Run by hand; the JSON is committed and no test needs Python. Every file is one object:

    meta     versions, this script's SHA-256, and what the file's names mean
    tensors  name -> {"shape": [...], "f32" | "f64" | "i32": base64 of the little-endian values, row-major}
    scalars  name -> number

Activations and images are N x H x W x C, convolution weights O x I x H x W, linear weights O x I. `gradient.x` is the
gradient of the scalar `loss` (or of sum(output * upstream)) with respect to `x`. Unless `meta.arithmetic` says
otherwise, inputs are exact float32 values, the arithmetic is float64 and the results are rounded once to float32.
"""

import base64
import copy
import hashlib
import json
import math
import sys
import zlib
from pathlib import Path

import numpy as np
import scipy
import scipy.linalg
import scipy.stats
import sklearn
import torch
import torchvision
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix, jaccard_score, normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix
from torch import nn
from torch.nn.functional import batch_norm, conv2d, cross_entropy, group_norm, interpolate, linear, log_softmax
from torch.nn.functional import mse_loss, normalize, relu, silu
from torchvision.models.resnet import BasicBlock
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional as vision

FOLDER = Path(__file__).resolve().parent


class Fixture:
    """One JSON file being filled; draws its own random numbers, so that fixtures do not depend on one another."""

    def __init__(self, name, about, arithmetic="float64, rounded to float32"):
        self.name, self.tensors, self.scalars = name, {}, {}
        self.generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
        self.meta = {
            "about": about,
            "arithmetic": arithmetic,
            "torch": torch.__version__,
            "torchvision": torchvision.__version__,
            "scipy": scipy.__version__,
            "sklearn": sklearn.__version__,
            "generator": Path(__file__).name,
            "generator_sha256": hashlib.sha256(Path(__file__).read_bytes()).hexdigest(),
        }

    def normal(self, *shape):
        """Standard normal float32 values, held as float64 for the arithmetic that follows."""
        return torch.randn(shape, generator=self.generator).double()

    def integers(self, low, high, *shape):
        return torch.randint(low, high + 1, shape, generator=self.generator).double()

    def add(self, name, values, kind=None):
        array = values.detach().numpy() if isinstance(values, torch.Tensor) else np.asarray(values)
        kind = kind or ("i32" if array.dtype.kind in "iu" else "f32")
        packed = np.ascontiguousarray(array.astype({"f32": "<f4", "f64": "<f8", "i32": "<i4"}[kind]))
        assert name not in self.tensors, name
        self.tensors[name] = {"shape": list(array.shape), kind: base64.b64encode(packed.tobytes()).decode()}

    def add_images(self, name, values):
        """Adds N x C x H x W (or C x H x W) values as N x H x W x C (or H x W x C)."""
        self.add(name, values.movedim(-3, -1))

    def add_state(self, prefix, tensors):
        for name, values in tensors:
            if not name.endswith("num_batches_tracked"):
                self.add(f"{prefix}.{name}", values)

    def scalar(self, name, value):
        assert name not in self.scalars, name
        value = value.item() if isinstance(value, torch.Tensor) else value
        self.scalars[name] = value if isinstance(value, int) else float(value)

    def write(self):
        lines = [f'{{\n"meta": {json.dumps(self.meta)},\n"tensors": {{\n']
        lines.append(",\n".join(f"{json.dumps(n)}: {json.dumps(t)}" for n, t in self.tensors.items()))
        lines.append('\n},\n"scalars": {\n')
        lines.append(",\n".join(f"{json.dumps(n)}: {json.dumps(v)}" for n, v in self.scalars.items()))
        lines.append("\n}\n}\n")
        path = FOLDER / f"{self.name}.json"
        path.write_text("".join(lines))
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


def leaves(*tensors):
    return [tensor.clone().requires_grad_() for tensor in tensors]


# Losses


def info_nce_loss(q, k, negatives, temperature):
    """Oord et al. 2018 as MoCo has it: the positive's logit first, then every negative's; mean over the queries."""
    logits = torch.cat([(q * k).sum(1, keepdim=True), q @ negatives.T], dim=1) / temperature
    return cross_entropy(logits, torch.zeros(len(q), dtype=torch.long))


def info_nce():
    fixture = Fixture("info_nce", "InfoNCE with L2-normalised inputs (gradients before normalisation) and without")
    inputs = {"q": fixture.normal(8, 16), "k": fixture.normal(8, 16), "negatives": fixture.normal(32, 16)}
    for name, values in inputs.items():
        fixture.add(name, values)
    fixture.scalar("temperature", 0.2)
    for prefix, prepare in [("normalized", lambda x: normalize(x, dim=1)), ("unnormalized", lambda x: x)]:
        q, k, negatives = leaves(*inputs.values())
        loss = info_nce_loss(prepare(q), prepare(k), prepare(negatives), 0.2)
        loss.backward()
        fixture.scalar(f"{prefix}.loss", loss)
        for name, leaf in zip(inputs, (q, k, negatives)):
            fixture.add(f"{prefix}.gradient.{name}", leaf.grad)
    fixture.write()


def nt_xent_loss(z, temperature):
    """NT-Xent of 2N unit vectors, the first views before the second ones; mean over 2N."""
    count = len(z)
    similarities = (z @ z.T / temperature).masked_fill(torch.eye(count, dtype=torch.bool), -math.inf)
    return cross_entropy(similarities, (torch.arange(count) + count // 2) % count)


def nt_xent():
    fixture = Fixture("nt_xent", "NT-Xent of SimCLR: 2N anchors from views a and b, L2-normalised inside, mean over 2N")
    a, b = fixture.normal(8, 16), fixture.normal(8, 16)
    fixture.add("a", a)
    fixture.add("b", b)
    fixture.scalar("temperature", 0.5)
    a, b = leaves(a, b)
    loss = nt_xent_loss(normalize(torch.cat([a, b]), dim=1), 0.5)
    loss.backward()
    fixture.scalar("loss", loss)
    fixture.add("gradient.a", a.grad)
    fixture.add("gradient.b", b.grad)
    fixture.write()


def within_batch_consistency(z, temperature, detached):
    """CO2's consistency of every view with its image's other view over the views of the other images; mean over 2N."""
    count = len(z)
    keys = z.detach() if detached else z
    partners = (torch.arange(count) + count // 2) % count
    own = torch.eye(count, dtype=torch.bool) | torch.eye(count, dtype=torch.bool)[partners]
    a, b = z @ keys.T / temperature, (keys @ keys.T)[partners] / temperature
    log_q, log_p = (log_softmax(x[~own].view(count, count - 2), dim=1) for x in (a, b))
    return (0.5 * (log_p.exp() - log_q.exp()) * (log_p - log_q)).sum(1).mean()


def simclr_run(start, views, dtype):
    """Ten steps of SimCLR on vectors: both views in one forward, NT-Xent, SGD."""
    weights = {name: nn.Parameter(value.to(dtype).clone()) for name, value in start.items()}
    optimizer = torch.optim.SGD(weights.values(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    losses = []
    for pair in zip(*views):
        hidden = relu(linear(torch.cat(pair).to(dtype), weights["0.weight"], weights["0.bias"]))
        loss = nt_xent_loss(normalize(linear(hidden, weights["2.weight"], weights["2.bias"]), dim=1), 0.5)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return weights, torch.tensor(losses, dtype=torch.float64)


def simclr():
    fixture = Fixture(
        "simclr",
        "Ten steps of SimCLR on vectors, network Linear(12, 16) ReLU Linear(16, 8): temperature .5, SGD rate .1 momentum "
        ".9 decay 1e-4. float32_deviation: of PyTorch's own float32 losses. consistency.*: CO2's term within a batch of "
        "2N views `consistency.z`, normalised inside; detached: key and negatives are constants",
    )
    shapes = {"0.weight": (16, 12), "0.bias": (16,), "2.weight": (8, 16), "2.bias": (8,)}
    start = {name: (0.3 * fixture.normal(*shape)).float().double() for name, shape in shapes.items()}
    sources = fixture.normal(10, 8, 12)
    views = [(sources + 0.5 * fixture.normal(10, 8, 12)).float().double() for _ in range(2)]
    fixture.add_state("state", start.items())
    fixture.add("view.0", views[0])
    fixture.add("view.1", views[1])
    weights, losses = simclr_run(start, views, torch.float64)
    fixture.add("losses", losses)
    fixture.scalar("losses.float32_deviation", (simclr_run(start, views, torch.float32)[1] - losses).abs().max())
    fixture.add_state("after", weights.items())
    z = fixture.normal(12, 16)
    fixture.add("consistency.z", z)
    fixture.scalar("consistency.temperature", 0.2)
    for name, detached in (("live", False), ("detached", True)):
        (raw,) = leaves(z)
        loss = within_batch_consistency(normalize(raw, dim=1), 0.2, detached)
        loss.backward()
        fixture.scalar(f"consistency.{name}.loss", loss)
        fixture.add(f"consistency.{name}.gradient", raw.grad)
    fixture.write()


def sinkhorn(scores, epsilon, iterations):
    """SwAV's assignment as its authors write it: prototypes x samples, prototypes rescaled before samples, no logarithm."""
    q = torch.exp(scores / epsilon).T
    q = q / q.sum()
    for _ in range(iterations):
        q = q / q.sum(1, keepdim=True) / q.shape[0]
        q = q / q.sum(0, keepdim=True) / q.shape[1]
    return (q * q.shape[1]).T


def swapped_loss(scores, codes, temperature):
    """Every crop predicts the codes of the large crops other than itself."""
    crops = scores.split(len(codes[0]))
    total = 0
    for own, q in enumerate(codes):
        others = [-(q * log_softmax(x / temperature, dim=1)).sum(1).mean() for v, x in enumerate(crops) if v != own]
        total = total + sum(others) / len(others)
    return total / len(codes)


def larc_step(weights, gradients, buffers, rate, momentum=0.9, decay=1e-3, trust=0.02):
    """solo-learn's LARS with clip_lr; returns how many tensors had their rate lowered."""
    lowered = 0
    for name, weight in weights.items():
        if (gradient := gradients[name]) is None:
            continue
        if weight.ndim > 1:
            ratio = min((trust * weight.norm() / (gradient.norm() + decay * weight.norm())).item() / rate, 1.0)
            gradient = ratio * (gradient + decay * weight)
            lowered += ratio < 1
        buffers[name] = momentum * buffers.get(name, 0) + gradient
        weight -= rate * buffers[name]
    return lowered


def swav_run(start, crops, dtype):
    """Ten steps of SwAV on features, two to an epoch: prototypes frozen in the first, a queue of two batches read from the
    third on."""
    weights = {name: nn.Parameter(value.to(dtype).clone()) for name, value in start.items()}
    buffers, losses, queues, lowered = {}, [], [[], []], 0
    for step in range(10):
        with torch.no_grad():
            weights["prototypes"].copy_(normalize(weights["prototypes"], dim=1))
        hidden = linear(torch.cat([crop[step] for crop in crops]).to(dtype), weights["0.weight"], weights["0.bias"])
        hidden = relu(batch_norm(hidden, None, None, weights["1.weight"], weights["1.bias"], training=True))
        z = normalize(linear(hidden, weights["3.weight"], weights["3.bias"]), dim=1)
        scores = z @ weights["prototypes"].T
        with torch.no_grad():
            codes = []
            for crop in range(2):
                rows = slice(6 * crop, 6 * crop + 6)
                earlier = [old @ weights["prototypes"].T for old in queues[crop]] if step >= 4 else []
                codes.append(sinkhorn(torch.cat([scores[rows], *earlier]), 0.05, 3)[:6])
                queues[crop] = [z[rows].clone(), *queues[crop]][:2]
        loss = swapped_loss(scores, codes, 0.1)
        losses.append(loss.item())
        trained = {name: weight for name, weight in weights.items() if name != "prototypes" or step >= 2}
        gradients = dict(zip(trained, torch.autograd.grad(loss, trained.values())))
        with torch.no_grad():
            lowered += larc_step(trained, gradients, buffers, 0.02 * (10 - step))
    assert 5 < lowered < 30, lowered
    return weights, torch.tensor(losses, dtype=torch.float64)


def swav():
    fixture = Fixture(
        "swav",
        "sinkhorn.*: assignments of scores (samples x prototypes) by iterations and epsilon. swapped.*: two large and two "
        "small crops of 5 images, unit vectors z and prototypes inside, codes by three iterations at .05 and constant, "
        "temperature .1. losses: ten steps of SwAV on features, head Linear(16, 12) BN ReLU Linear(12, 8), 5 prototypes "
        "normalised before each step and frozen in the first two, queue of 12 read from the fifth on, codes and "
        "temperature as above, LARC rate .02 (10 - step) momentum .9 decay 1e-3 trust .02. float32_deviation: of PyTorch's "
        "own float32 losses",
    )
    scores = normalize(fixture.normal(24, 8), dim=1) @ normalize(fixture.normal(7, 8), dim=1).T
    scores = scores.float().double()
    fixture.add("sinkhorn.scores", scores)
    for iterations in (1, 3, 10):
        for epsilon in (0.5, 0.05, 0.03):
            fixture.add(f"sinkhorn.{iterations}.{epsilon}", sinkhorn(scores, epsilon, iterations))
    raw = {"z": fixture.normal(20, 8), "prototypes": fixture.normal(6, 8)}
    z, prototypes = leaves(*raw.values())
    scores = normalize(z, dim=1) @ normalize(prototypes, dim=1).T
    codes = [sinkhorn(scores[5 * crop : 5 * crop + 5].detach(), 0.05, 3) for crop in range(2)]
    loss = swapped_loss(scores, codes, 0.1)
    loss.backward()
    for name, values in raw.items():
        fixture.add(f"swapped.{name}", values)
    fixture.scalar("swapped.loss", loss)
    fixture.add("swapped.gradient.z", z.grad)
    fixture.add("swapped.gradient.prototypes", prototypes.grad)
    shapes = {"0.weight": (12, 16), "0.bias": (12,), "1.weight": (12,), "1.bias": (12,), "3.weight": (8, 12)}
    shapes |= {"3.bias": (8,), "prototypes": (5, 8)}
    start = {name: (0.3 * fixture.normal(*shape)).float().double() for name, shape in shapes.items()}
    start["1.weight"] = (1 + start["1.weight"]).float().double()
    sources = fixture.normal(10, 6, 16)
    crops = [(sources + 0.5 * fixture.normal(10, 6, 16)).float().double() for _ in range(4)]
    fixture.add_state("state", start.items())
    for number, crop in enumerate(crops):
        fixture.add(f"crop.{number}", crop)
    weights, losses = swav_run(start, crops, torch.float64)
    fixture.add("losses", losses)
    fixture.scalar("losses.float32_deviation", (swav_run(start, crops, torch.float32)[1] - losses).abs().max())
    fixture.add_state("after", weights.items())
    fixture.write()


def normalized_head(inputs, hidden, outputs):
    return nn.Sequential(nn.Linear(inputs, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, outputs))


def byol_run(start, views, dtype):
    """Ten steps of BYOL on vectors: two forwards of each network, SGD, the target follows with a rising momentum."""
    networks = [normalized_head(12, 16, 8), normalized_head(8, 16, 8), normalized_head(12, 16, 8)]
    for network, state in zip(networks, (start[0], start[1], start[0])):
        network.load_state_dict({**network.state_dict(), **state})
        network.to(dtype)
    online, predictor, target = networks
    optimizer = torch.optim.SGD([*online.parameters(), *predictor.parameters()], lr=0.1, momentum=0.9)
    losses = []
    for step, (first, second) in enumerate(zip(*views)):
        first, second = first.to(dtype), second.to(dtype)

        def regression(view, other):
            prediction = normalize(predictor(online(view)), dim=1)
            with torch.no_grad():
                goal = normalize(target(other), dim=1)
            return 2 - 2 * (prediction * goal).sum(1).mean()

        loss = regression(first, second) + regression(second, first)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        tau = 1 - (1 - 0.9) * (math.cos(math.pi * step / 10) + 1) / 2
        for copied, original in zip(target.parameters(), online.parameters()):
            copied.data = tau * copied.data + (1 - tau) * original.data
    return networks, torch.tensor(losses, dtype=torch.float64)


def byol():
    fixture = Fixture(
        "byol",
        "Ten steps of BYOL on vectors: online and target Linear(12, 16) BatchNorm ReLU Linear(16, 8), predictor Linear(8, "
        "16) BatchNorm ReLU Linear(16, 8), batches of 8, SGD rate .1 momentum .9, target momentum from .9 to 1 by a cosine "
        "over the ten steps. float32_deviation: of PyTorch's own float32 losses",
    )
    start = []
    for inputs in (12, 8):
        shapes = {"0.weight": (16, inputs), "0.bias": (16,), "3.weight": (8, 16), "3.bias": (8,)}
        state = {name: (0.3 * fixture.normal(*shape)).float().double() for name, shape in shapes.items()}
        state["1.weight"] = (1 + 0.2 * fixture.normal(16)).float().double()
        state["1.bias"] = (0.2 * fixture.normal(16)).float().double()
        start.append(state)
    sources = fixture.normal(10, 8, 12)
    views = [(sources + 0.5 * fixture.normal(10, 8, 12)).float().double() for _ in range(2)]
    fixture.add_state("state.online", start[0].items())
    fixture.add_state("state.predictor", start[1].items())
    fixture.add("view.0", views[0])
    fixture.add("view.1", views[1])
    networks, losses = byol_run(start, views, torch.float64)
    fixture.add("losses", losses)
    fixture.scalar("losses.float32_deviation", (byol_run(start, views, torch.float32)[1] - losses).abs().max())
    for name, network in zip(("online", "predictor", "target"), networks):
        fixture.add_state(f"after.{name}", network.state_dict().items())
    fixture.write()


def barlow_twins_terms(a, b):
    """The two sums of Barlow Twins' loss, written as its authors do: BatchNorm1d without parameters, then a product."""
    standardize = nn.BatchNorm1d(a.shape[1], affine=False, dtype=a.dtype)
    c = standardize(a).T @ standardize(b) / len(a)
    diagonal = torch.diagonal(c)
    return (diagonal - 1).pow(2).sum(), c.pow(2).sum() - diagonal.pow(2).sum()


def barlow_twins():
    fixture = Fixture(
        "barlow_twins",
        "The loss of Barlow Twins with lambda .005 and its gradients, and ten steps on vectors: network Linear(12, 16, no "
        "bias) BatchNorm ReLU Linear(16, 8, no bias), batches of 8, loss x .1, SGD rate .1 momentum .9. "
        "float32_deviation: of PyTorch's own float32 losses",
    )
    a = fixture.normal(12, 7)
    b = (a + 0.7 * fixture.normal(12, 7)).float().double()
    first, second = leaves(a, b)
    invariance, redundancy = barlow_twins_terms(first, second)
    (invariance + 0.005 * redundancy).backward()
    fixture.add("a", a)
    fixture.add("b", b)
    fixture.scalar("invariance", invariance)
    fixture.scalar("redundancy", redundancy)
    fixture.add("gradient.a", first.grad)
    fixture.add("gradient.b", second.grad)

    start = {
        "0.weight": (0.3 * fixture.normal(16, 12)).float().double(),
        "1.weight": (1 + 0.2 * fixture.normal(16)).float().double(),
        "1.bias": (0.2 * fixture.normal(16)).float().double(),
        "3.weight": (0.3 * fixture.normal(8, 16)).float().double(),
    }
    sources = fixture.normal(10, 8, 12)
    views = [(sources + 0.5 * fixture.normal(10, 8, 12)).float().double() for _ in range(2)]
    fixture.add_state("state", start.items())
    fixture.add("view.0", views[0])
    fixture.add("view.1", views[1])

    def run(dtype):
        network = nn.Sequential(
            nn.Linear(12, 16, bias=False), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 8, bias=False)
        )
        network.load_state_dict({**network.state_dict(), **start})
        network.to(dtype)
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
        losses = []
        for pair in zip(*views):
            invariance, redundancy = barlow_twins_terms(*(network(view.to(dtype)) for view in pair))
            loss = 0.1 * (invariance + 0.005 * redundancy)
            losses.append(loss.item())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return network, torch.tensor(losses, dtype=torch.float64)

    network, losses = run(torch.float64)
    fixture.add("losses", losses)
    fixture.scalar("losses.float32_deviation", (run(torch.float32)[1] - losses).abs().max())
    fixture.add_state("after", network.state_dict().items())
    fixture.write()


def positive_pairs(first, second, side, threshold):
    """Which bins of two views' maps (boxes x0, y0, x1, y1; B x 4) have centres less than `threshold` of the larger bin
    diagonal apart: B x side^2 x side^2 of 0 and 1."""
    places = (torch.arange(side, dtype=torch.float64) + 0.5) / side

    def bins(boxes):
        x = boxes[:, :1] + places * (boxes[:, 2:3] - boxes[:, :1])
        y = boxes[:, 1:2] + places * (boxes[:, 3:4] - boxes[:, 1:2])
        centres = torch.stack([x[:, None, :].expand(-1, side, -1), y[:, :, None].expand(-1, -1, side)], dim=-1)
        return centres.flatten(1, 2), (boxes[:, 2:] - boxes[:, :2]).norm(dim=1) / side

    (centres, diagonal), (other_centres, other_diagonal) = bins(first), bins(second)
    distances = torch.cdist(centres, other_centres) / torch.maximum(diagonal, other_diagonal)[:, None, None]
    assert (distances - threshold).abs().min() > 1e-5
    return (distances < threshold).double()


def propagated(x, transform, gamma):
    """PixPro's propagation module on pixels x (B x P x D)."""
    unit = normalize(x, dim=2)
    return (unit @ unit.transpose(1, 2)).clamp(min=0) ** gamma @ normalize(transform(x), dim=2)


def pixel_consistency(y, k, mask):
    alike = (normalize(y, dim=2) @ normalize(k, dim=2).transpose(1, 2) * mask).sum((1, 2))
    return (alike / (mask.sum((1, 2)) + 1e-6)).mean()


def pixel_contrast(x, k, mask, temperature):
    """PixContrast: over pixels with a positive, then over images; the denominator sums all pixels of the other view."""
    likelihood = (normalize(x, dim=2) @ normalize(k, dim=2).transpose(1, 2) / temperature).softmax(2)
    losses = []
    for row, pairs in zip(likelihood, mask):
        own = [-torch.log(p[a > 0].sum()) for p, a in zip(row, pairs) if a.sum() > 0]
        losses.append(torch.stack(own).mean() if own else row.sum() * 0)
    return torch.stack(losses).mean()


def crop_boxes(fixture, count, height, width):
    """Boxes of random crops of an image, half of them mirrored, in the released code's coordinates."""
    boxes = []
    for _ in range(count):
        h, w = fixture.integers(height // 3, height, 1).item(), fixture.integers(width // 3, width, 1).item()
        top, left = fixture.integers(0, int(height - h), 1).item(), fixture.integers(0, int(width - w), 1).item()
        x = [left / (width - 1), (left + w - 1) / (width - 1)]
        flipped = fixture.integers(0, 1, 1).item() == 1
        boxes.append([top, left, h, w, flipped, x[flipped], top / (height - 1), x[not flipped], (top + h - 1) / (height - 1)])
    values = torch.tensor(boxes, dtype=torch.float64)
    return values[:, :5], values[:, 5:]


def pixel_head(weights, name, x):
    hidden = linear(x, weights[f"{name}.0.weight"], weights[f"{name}.0.bias"])
    hidden = relu(batch_norm(hidden, None, None, weights[f"{name}.1.weight"], weights[f"{name}.1.bias"], training=True))
    return linear(hidden, weights[f"{name}.3.weight"], weights[f"{name}.3.bias"])


def pixpro_run(start, maps, masks, dtype):
    """Ten steps of PixPro with its instance branch, weight 1, on given maps (views x steps x B x P x C); LARS, and keys
    that follow by .9 rising to 1."""
    weights = {name: nn.Parameter(value.to(dtype).clone()) for name, value in start.items()}
    keys = {name: value.detach().clone() for name, value in weights.items() if "projector" in name}
    buffers, losses = {}, []
    for step in range(10):
        views = [view[step].to(dtype) for view in maps]
        count, pixels = views[0].shape[:2]
        rows = [view.flatten(0, 1) for view in views]
        y = [pixel_head(weights, "projector", x).view(count, pixels, -1) for x in rows]
        y = [propagated(x, lambda v: linear(v, weights["h.weight"], weights["h.bias"]), 2) for x in y]
        p = [pixel_head(weights, "predictor", pixel_head(weights, "instance_projector", x)) for x in rows]
        p = [normalize(x.view(count, pixels, -1).mean(1), dim=1) for x in p]
        with torch.no_grad():
            k = [pixel_head(keys, "projector", x).view(count, pixels, -1) for x in rows]
            q = [pixel_head(keys, "instance_projector", x).view(count, pixels, -1).mean(1) for x in rows]
            q = [normalize(x, dim=1) for x in q]
        mask = masks[step].to(dtype)
        pixel = -2 * pixel_consistency(y[0], k[1], mask) - 2 * pixel_consistency(y[1], k[0], mask.transpose(1, 2))
        instance = -2 * (p[0] * q[1]).sum(1).mean() - 2 * (p[1] * q[0]).sum(1).mean()
        loss = pixel + instance
        losses.append(loss.item())
        gradients = dict(zip(weights, torch.autograd.grad(loss, weights.values())))
        momentum = 1 - (1 - 0.9) * (math.cos(math.pi * (step + 1) / 10) + 1) / 2
        with torch.no_grad():
            lars_named_step(weights, gradients, buffers, 0.05 * (10 - step))
            for name, key in keys.items():
                key.copy_(momentum * key + (1 - momentum) * weights[name])
    return weights, keys, torch.tensor(losses, dtype=torch.float64)


def lars_named_step(weights, gradients, buffers, rate, momentum=0.9, decay=1e-3, trust=0.02):
    for name, weight in weights.items():
        gradient, adapted = gradients[name], weight.ndim > 1
        if adapted:
            ratio = trust * weight.norm() / (gradient.norm() + decay * weight.norm() + 1e-9)
            gradient = ratio * (gradient + decay * weight)
        buffers[name] = momentum * buffers.get(name, torch.zeros_like(weight)) + rate * gradient
        weight.sub_(buffers[name])


def pixpro():
    fixture = Fixture(
        "pixpro",
        "crops: top, left, height, width, mirrored of 8 pairs of views in images of 30 x 50, boxes.* their coordinates, "
        "pairs: the positive pairs of their 4 x 4 maps at .7. x.*, k.*: pixels of two views of 4 images (4 x 16 x 6, not "
        "unit vectors), mask their pairs, of which the last image has none. consistency: -2 R(y1, k2) - 2 R(y2, k1) with "
        "the propagation module (weight, bias, gamma 2), gradients of all but the keys, which are constant; contrast: of x.0 "
        "and k.1 at .3. losses: ten steps of PixPro + instance branch on maps of 4 images, 3 x 3 x 16 (heads 12 wide, 8 "
        "numbers), LARS rate .05 (10 - step) momentum .9 decay 1e-3 trust .02, key momentum .9 to 1. float32_deviation: of "
        "PyTorch's own float32 losses",
    )
    crops, boxes = zip(*(crop_boxes(fixture, 8, 30, 50) for _ in range(2)))
    pairs = positive_pairs(*boxes, 4, 0.7)
    for view in range(2):
        fixture.add(f"crops.{view}", crops[view])
        fixture.add(f"boxes.{view}", boxes[view])
    fixture.add("pairs", pairs)
    mask = torch.stack([image for image in pairs if image.sum() > 0][:3] + [torch.zeros(16, 16, dtype=torch.float64)])
    fixture.add("mask", mask)
    raw = {name: fixture.normal(4, 16, 6) for name in ("x.0", "x.1", "k.0", "k.1")}
    raw |= {"weight": fixture.normal(6, 6), "bias": 0.3 * fixture.normal(6)}
    raw = {name: value.float().double() for name, value in raw.items()}
    for name, value in raw.items():
        fixture.add(name, value)
    x0, x1, weight, bias = leaves(raw["x.0"], raw["x.1"], raw["weight"], raw["bias"])
    y = [propagated(x, lambda v: linear(v, weight, bias), 2) for x in (x0, x1)]
    loss = -2 * pixel_consistency(y[0], raw["k.1"], mask) - 2 * pixel_consistency(y[1], raw["k.0"], mask.transpose(1, 2))
    fixture.add("propagated.0", y[0])
    fixture.scalar("consistency", loss)
    for name, slope in zip(("x.0", "x.1", "weight", "bias"), torch.autograd.grad(loss, (x0, x1, weight, bias))):
        fixture.add(f"consistency.gradient.{name}", slope)
    (x0,) = leaves(raw["x.0"])
    loss = pixel_contrast(x0, raw["k.1"], mask, 0.3)
    fixture.scalar("contrast", loss)
    fixture.add("contrast.gradient.x.0", torch.autograd.grad(loss, x0)[0])
    pixpro_ten_steps(fixture)
    fixture.write()


def pixpro_ten_steps(fixture):
    start = {}
    for head, inputs in (("projector", 16), ("instance_projector", 16), ("predictor", 8)):
        start |= {f"{head}.0.weight": fixture.normal(12, inputs), f"{head}.0.bias": fixture.normal(12)}
        start |= {f"{head}.1.weight": fixture.normal(12), f"{head}.1.bias": fixture.normal(12)}
        start |= {f"{head}.3.weight": fixture.normal(8, 12), f"{head}.3.bias": fixture.normal(8)}
    start |= {"h.weight": fixture.normal(8, 8), "h.bias": fixture.normal(8)}
    start = {name: (0.3 * value).float().double() for name, value in start.items()}
    for head in ("projector", "instance_projector", "predictor"):
        start[f"{head}.1.weight"] = (1 + start[f"{head}.1.weight"]).float().double()
    source = fixture.normal(10, 4, 9, 16)
    maps = [(source + 0.5 * fixture.normal(10, 4, 9, 16)).float().double() for _ in range(2)]
    boxes = [crop_boxes(fixture, 40, 30, 50)[1].float().double() for _ in range(2)]
    masks = positive_pairs(*boxes, 3, 0.7).view(10, 4, 9, 9)
    fixture.add_state("state", start.items())
    for view in range(2):
        fixture.add(f"map.{view}", maps[view])
        fixture.add(f"map_boxes.{view}", boxes[view])
    weights, keys, losses = pixpro_run(start, maps, masks, torch.float64)
    fixture.add("losses", losses)
    fixture.scalar("losses.float32_deviation", (pixpro_run(start, maps, masks, torch.float32)[2] - losses).abs().max())
    fixture.add_state("after", weights.items())
    fixture.add_state("after.key", keys.items())


def consistency_loss(q, p, negatives, temperature):
    """CO2's symmetric KL between the similarity distributions over the negatives alone; summed over K, mean over B."""
    log_q = log_softmax(q @ negatives.T / temperature, dim=1)
    log_p = log_softmax(p @ negatives.T / temperature, dim=1)
    forward = (log_p.exp() * (log_p - log_q)).sum(1)
    reverse = (log_q.exp() * (log_q - log_p)).sum(1)
    return (0.5 * forward + 0.5 * reverse).mean()


def co2():
    fixture = Fixture(
        "co2",
        "MoCo + CO2 on L2-normalised inputs. gradient.q holds whether or not p and the negatives are constant; "
        "gradient.p and gradient.negatives are those of the total when nothing is constant",
    )
    inputs = {"q": fixture.normal(8, 16), "p": fixture.normal(8, 16), "negatives": fixture.normal(32, 16)}
    for name, values in inputs.items():
        fixture.add(name, values)
    fixture.scalar("temperature", 0.2)
    for case, alpha, temperature in [("mild", 0.3, 0.05), ("sharp", 10.0, 0.04)]:
        fixture.scalar(f"{case}.alpha", alpha)
        fixture.scalar(f"{case}.consistency_temperature", temperature)
        raw = leaves(*inputs.values())
        q, p, negatives = (normalize(x, dim=1) for x in raw)
        terms = {
            "instance": info_nce_loss(q, p, negatives, 0.2),
            "consistency": consistency_loss(q, p, negatives, temperature),
        }
        total = terms["instance"] + alpha * terms["consistency"]
        for name, term in terms.items():
            fixture.scalar(f"{case}.{name}", term)
            (slope,) = torch.autograd.grad(term, raw[0], retain_graph=True)
            fixture.add(f"{case}.{name}.gradient.q", slope)
        fixture.scalar(f"{case}.total", total)
        for name, slope in zip(inputs, torch.autograd.grad(total, raw)):
            fixture.add(f"{case}.gradient.{name}", slope)
    fixture.write()


def cross_entropy_fixture():
    fixture = Fixture("cross_entropy", "Cross-entropy of logits and integer labels, mean over rows; one row is extreme")
    logits = fixture.normal(6, 10) * 3
    logits[5] = torch.tensor([80.0, -80, 0, 79.5, 1, 2, 3, -200, 60, 5])
    labels = torch.tensor([3, 0, 9, 5, 5, 3])
    fixture.add("logits", logits)
    fixture.add("labels", labels)
    (logits,) = leaves(logits.float().double())
    rows = cross_entropy(logits, labels, reduction="none")
    rows.mean().backward()
    fixture.scalar("loss", rows.mean())
    fixture.add("losses", rows)
    fixture.add("gradient.logits", logits.grad)
    fixture.write()


# Layers


def grouped(x, groups, interleaved):
    """Splits a batch for split batch normalization: (groups, N / groups, C, H, W) and the way back."""
    if interleaved:  # sample n belongs to group n mod groups, as in MoCo's CIFAR demonstration
        return x.reshape(-1, groups, *x.shape[1:]).transpose(0, 1), lambda y: y.transpose(0, 1).reshape(x.shape)
    return x.reshape(groups, -1, *x.shape[1:]), lambda y: y.reshape(x.shape)


def split_batch_norm(x, weight, bias, statistics, groups, interleaved):
    """Batch norm of each group by itself; running statistics are the mean of those each group would have."""
    parts, whole = grouped(x, groups, interleaved)
    outputs, means, variances = [], [], []
    for part in parts:
        mean, variance = (value.clone() for value in statistics)
        outputs.append(batch_norm(part, mean, variance, weight, bias, training=True, momentum=0.1, eps=1e-5))
        means.append(mean)
        variances.append(variance)
    return whole(torch.stack(outputs)), (torch.stack(means).mean(0), torch.stack(variances).mean(0))


def batch_norm_case(fixture, case, inputs, weight, bias, upstream, groups, interleaved, activate=lambda y: y):
    statistics = (torch.zeros(5).double(), torch.ones(5).double())
    for step in (0, 1):
        x, gamma, beta = leaves(inputs[step], weight, bias)
        y, statistics = split_batch_norm(x, gamma, beta, statistics, groups, interleaved)
        y = activate(y)
        (y * upstream).sum().backward()
        fixture.add_images(f"{case}.output.{step}", y)
        fixture.add(f"{case}.running_mean.{step}", statistics[0])
        fixture.add(f"{case}.running_var.{step}", statistics[1])
        fixture.add_images(f"{case}.gradient.input.{step}", x.grad)
        fixture.add(f"{case}.gradient.weight.{step}", gamma.grad)
        fixture.add(f"{case}.gradient.bias.{step}", beta.grad)
    y = activate(batch_norm(inputs[0], *statistics, weight, bias, training=False, eps=1e-5))
    fixture.add_images(f"{case}.inference.output.0", y)


def batch_normalization():
    fixture = Fixture(
        "batch_norm",
        "Two training steps (inputs input.0 and input.1, the same weight and bias, momentum 0.1, running variance "
        "unbiased, eps 1e-5), then input.0 with the running statistics. plain: one group; relu: ReLU of plain; "
        "contiguous: 2 groups, first and second half of the batch; interleaved: 2 groups, even and odd samples",
    )
    inputs = [fixture.normal(4, 5, 3, 3) * 2 + 1, fixture.normal(4, 5, 3, 3) - 0.5]
    inputs = [x.float().double() for x in inputs]
    weight, bias, upstream = fixture.normal(5), fixture.normal(5), fixture.normal(4, 5, 3, 3)
    fixture.add_images("input.0", inputs[0])
    fixture.add_images("input.1", inputs[1])
    fixture.add("weight", weight)
    fixture.add("bias", bias)
    fixture.add_images("upstream", upstream)
    shared = (inputs, weight, bias, upstream)
    batch_norm_case(fixture, "plain", *shared, groups=1, interleaved=False)
    batch_norm_case(fixture, "relu", *shared, groups=1, interleaved=False, activate=relu)
    batch_norm_case(fixture, "contiguous", *shared, groups=2, interleaved=False)
    batch_norm_case(fixture, "interleaved", *shared, groups=2, interleaved=True)
    fixture.write()


CONVOLUTIONS = [  # kernel, stride, padding, height, width, channels in, channels out
    (1, 1, 0, 3, 5, 16, 17),
    (1, 2, 0, 7, 5, 3, 16),
    (1, 2, 0, 6, 6, 17, 3),
    (3, 1, 1, 5, 7, 3, 16),
    (3, 1, 1, 3, 5, 16, 17),
    (3, 1, 0, 5, 4, 17, 1),
    (3, 2, 1, 7, 5, 16, 3),
    (3, 2, 1, 4, 6, 17, 17),
    (3, 2, 0, 7, 7, 1, 1),
    (5, 1, 2, 7, 5, 3, 3),
    (5, 2, 2, 7, 9, 1, 17),
    (5, 2, 0, 7, 7, 3, 1),
    (7, 1, 3, 7, 5, 1, 3),
    (7, 2, 3, 9, 7, 3, 16),
    (7, 2, 0, 9, 11, 3, 1),
]


def convolution():
    fixture = Fixture(
        "convolution",
        "2-D convolutions of 2 images of small integers, exact in float32. case.N.geometry is "
        "[kernel, stride, padding]; gradients are for sum(output * upstream)",
    )
    fixture.scalar("cases", len(CONVOLUTIONS))
    for number, (kernel, stride, padding, height, width, inputs, outputs) in enumerate(CONVOLUTIONS):
        case = f"case.{number}"
        x = fixture.integers(-3, 3, 2, inputs, height, width).requires_grad_()
        w = fixture.integers(-3, 3, outputs, inputs, kernel, kernel).requires_grad_()
        y = conv2d(x, w, stride=stride, padding=padding)
        upstream = fixture.integers(-2, 2, *y.shape)
        (y * upstream).sum().backward()
        fixture.add(f"{case}.geometry", torch.tensor([kernel, stride, padding]))
        fixture.add_images(f"{case}.input", x)
        fixture.add(f"{case}.weight", w)
        fixture.add_images(f"{case}.output", y)
        fixture.add_images(f"{case}.upstream", upstream)
        fixture.add_images(f"{case}.gradient.input", x.grad)
        fixture.add(f"{case}.gradient.weight", w.grad)
    fixture.write()


# Networks


def randomize_normalizations(fixture, module):
    """Batch norms away from 1 and 0, so that a gradient or an order mistaken for another shows."""
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.weight.data = (1 + 0.2 * fixture.normal(part.num_features)).float().double()
            part.bias.data = (0.2 * fixture.normal(part.num_features)).float().double()


def basic_block():
    fixture = Fixture(
        "basic_block",
        "torchvision's BasicBlock, 4 to 8 channels, stride 2, projection shortcut, in training mode: state.* before, "
        "after.* running statistics afterwards, inference.output with those",
    )
    torch.manual_seed(1)
    shortcut = nn.Sequential(nn.Conv2d(4, 8, 1, stride=2, bias=False), nn.BatchNorm2d(8))
    block = BasicBlock(4, 8, stride=2, downsample=shortcut).double()
    randomize_normalizations(fixture, block)
    fixture.add_state("state", block.state_dict().items())
    x, upstream = fixture.normal(2, 4, 8, 8), fixture.normal(2, 8, 4, 4)
    fixture.add_images("input", x)
    fixture.add_images("upstream", upstream)
    x.requires_grad_()
    y = block(x)
    (y * upstream).sum().backward()
    fixture.add_images("output", y)
    fixture.add_images("gradient.input", x.grad)
    fixture.add_state("gradient", ((name, p.grad) for name, p in block.named_parameters()))
    fixture.add_state("after", block.named_buffers())
    fixture.add_images("inference.output", block.eval()(x))
    fixture.write()


class TinyResNet(nn.Module):
    """ResNet-18's layout with a CIFAR stem; torchvision's names."""

    def __init__(self, width, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        for number, (inputs, outputs, stride) in enumerate(
            [(width, width, 1), (width, 2 * width, 2), (2 * width, 4 * width, 2), (4 * width, 8 * width, 2)], start=1
        ):
            shortcut = None
            if stride != 1:
                shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
            blocks = BasicBlock(inputs, outputs, stride, shortcut), BasicBlock(outputs, outputs)
            setattr(self, f"layer{number}", nn.Sequential(*blocks))
        self.fc = nn.Linear(8 * width, classes)

    def forward(self, x):
        x = relu(self.bn1(self.conv1(x)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))


def supervised_curve(model, images, labels, steps=10):
    """Losses of plain SGD on one batch, each before its update."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
    losses = []
    for _ in range(steps):
        loss = cross_entropy(model(images), labels)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return torch.tensor(losses, dtype=torch.float64)


def tiny_resnet():
    fixture = Fixture(
        "tiny_resnet",
        "ResNet-18 at width 4, CIFAR stem, 8 images of 16 x 16, 10 classes, training mode: state.* before, "
        "after.* running statistics after one forward pass; losses: ten steps of SGD (learning rate .05, momentum .9, "
        "weight decay 5e-4 on everything) on the same batch, each before its update; inference.logits after them. "
        "float32_deviation: largest difference of PyTorch's own float32 losses",
    )
    torch.manual_seed(2)
    model = TinyResNet(4, 10).double()
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            module.weight.data = module.weight.data.float().double()
    randomize_normalizations(fixture, model)
    images, labels = fixture.normal(8, 3, 16, 16), torch.tensor([0, 1, 2, 3, 4, 5, 6, 9])
    fixture.add_state("state", model.state_dict().items())
    fixture.add_images("images", images)
    fixture.add("labels", labels)
    trained, single = copy.deepcopy(model), copy.deepcopy(model).float()
    logits = model(images)
    loss = cross_entropy(logits, labels)
    loss.backward()
    fixture.scalar("loss", loss)
    fixture.add("logits", logits)
    fixture.add_state("after", model.named_buffers())
    losses = supervised_curve(trained, images, labels)
    fixture.add("losses", losses)
    fixture.scalar("float32_deviation", (supervised_curve(single, images.float(), labels) - losses).abs().max())
    fixture.add("inference.logits", trained.eval()(images))
    fixture.write()
    gradients = Fixture("tiny_resnet_gradients", "Gradients of the loss in tiny_resnet.json, by parameter")
    gradients.add_state("gradient", ((name, p.grad) for name, p in model.named_parameters()))
    gradients.write()


def stored(name, prefix):
    """The tensors of a fixture on disk whose names begin with `prefix`, which is left out."""
    tensors = json.loads((FOLDER / f"{name}.json").read_text())["tensors"]
    return {
        key.removeprefix(prefix): torch.from_numpy(
            np.frombuffer(base64.b64decode(value["f32"]), "<f4").reshape(value["shape"]).copy()
        ).double()
        for key, value in tensors.items()
        if key.startswith(prefix)
    }


def simclr_on_images(encoder, head, views, steps=10):
    """SimCLR on one pair of views: losses, each before its update, gradients and statistics of the first step."""
    encoder, head = copy.deepcopy(encoder).train(), copy.deepcopy(head)
    named = dict(encoder.named_parameters()) | {f"head.{name}": p for name, p in head.named_parameters()}
    optimizer = torch.optim.SGD(named.values(), lr=0.005, momentum=0.9, weight_decay=5e-4)
    losses = []
    for step in range(steps):
        loss = nt_xent_loss(normalize(head(encoder(views)), dim=1), 0.5)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            gradients = {name: p.grad.clone() for name, p in named.items()}
            buffers = [(name, values.clone()) for name, values in encoder.named_buffers()]
        optimizer.step()
    return torch.tensor(losses, dtype=torch.float64), gradients, buffers


def simclr_resnet():
    fixture = Fixture(
        "simclr_resnet",
        "SimCLR on images: the encoder is that of tiny_resnet.json (state.*, without fc), head Linear(32, 32) ReLU "
        "Linear(32, 8) in state.*, both views of 8 images of 16 x 16 in one forward pass, NT-Xent at temperature .5, ten "
        "steps of SGD on the same views (rate .005, momentum .9, decay 5e-4 on everything). losses: each before its "
        "update; gradient.*, norm.* (of every gradient) and after.* (running statistics): of the first step. "
        "float32_deviation: of PyTorch's own float32 losses",
    )
    encoder = TinyResNet(4, 10).double()
    encoder.fc = nn.Identity()
    encoder.load_state_dict(
        {name: values for name, values in stored("tiny_resnet", "state.").items() if not name.startswith("fc.")},
        strict=False,
    )
    head = nn.Sequential(nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 8)).double()
    for p in head.parameters():
        p.data = 0.3 * fixture.normal(*p.shape)
        p.data = p.data.float().double()
    sources = fixture.normal(8, 3, 16, 16)
    views = torch.cat([sources + 0.5 * fixture.normal(8, 3, 16, 16) for _ in range(2)]).float().double()
    fixture.add_state("state", head.state_dict().items())
    fixture.add_images("views", views)
    losses, gradients, buffers = simclr_on_images(encoder, head, views)
    single = simclr_on_images(encoder.float(), head.float(), views.float())[0]
    fixture.add("losses", losses)
    fixture.scalar("losses.float32_deviation", (single - losses).abs().max())
    kept = ("conv1.weight", "bn1.weight", "bn1.bias", "layer2.0.downsample.0.weight", "layer4.1.bn2.bias")
    fixture.add_state("gradient", ((n, g) for n, g in gradients.items() if n in kept or n.startswith("head.")))
    for name, gradient in gradients.items():
        fixture.scalar(f"norm.{name}", gradient.norm())
    fixture.add_state("after", buffers)
    fixture.write()


def nin_block(inputs, outputs, kernel, pooling=None):
    """Three units of convolution (no bias), batch norm and ReLU, and a 3 x 3 pooling of stride 2 and padding 1."""
    channels = [inputs, *outputs]
    units = [
        nn.Sequential(nn.Conv2d(a, b, size, padding=size // 2, bias=False), nn.BatchNorm2d(b), nn.ReLU())
        for a, b, size in zip(channels, outputs, [kernel, 1, 1])
    ]
    return nn.Sequential(*units, *([pooling(3, 2, 1)] if pooling else []))


class RotNet(nn.Module):
    """RotNet's network in network of four blocks; average pooling counts padding, PyTorch's default."""

    def __init__(self, width, rotations):
        super().__init__()
        self.conv1 = nin_block(3, [width, width * 5 // 6, width // 2], 5, nn.MaxPool2d)
        self.conv2 = nin_block(width // 2, [width] * 3, 5, nn.AvgPool2d)
        self.conv3, self.conv4 = nin_block(width, [width] * 3, 3), nin_block(width, [width] * 3, 3)
        self.head = nn.Linear(width, rotations)

    def blocks(self, x):
        for block in (self.conv1, self.conv2, self.conv3, self.conv4):
            x = block(x)
            yield x

    def forward(self, x):
        return self.head(list(self.blocks(x))[-1].mean(dim=(2, 3)))


def rotnet_curve(model, x, y):
    """Losses of ten steps of SGD with Nesterov's momentum, each before its update."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9, weight_decay=5e-4, nesterov=True)
    losses = []
    for _ in range(10):
        loss = cross_entropy(model(x), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return torch.tensor(losses, dtype=torch.float64)


def rotnet():
    fixture = Fixture(
        "rotnet",
        "A network in network of 4 blocks at width 6 on 4 images of 14 x 14, each turned by torch.rot90(k) for k = 0, "
        "1, 2, 3 (all images with k = 0 first): state.* before, gradient.* of the rotation loss, after.* running "
        "statistics after one forward pass; losses: ten steps of SGD (learning rate .02, Nesterov momentum .9, weight "
        "decay 5e-4 on everything), each before its update; after them in inference mode block.k and logits of the "
        "images as they are. float32_deviation: largest difference of PyTorch's own float32 losses",
    )
    torch.manual_seed(3)
    model = RotNet(6, 4).double()
    for parameter in model.parameters():
        parameter.data = parameter.data.float().double()
    randomize_normalizations(fixture, model)
    images = fixture.normal(4, 3, 14, 14)
    x, y = torch.cat([images.rot90(k, (2, 3)) for k in range(4)]), torch.arange(4).repeat_interleave(4)
    fixture.add_state("state", model.state_dict().items())
    fixture.add_images("images", images)
    trained, single = copy.deepcopy(model), copy.deepcopy(model).float()
    logits = model(x)
    loss = cross_entropy(logits, y)
    loss.backward()
    fixture.scalar("loss", loss)
    fixture.add("logits", logits)
    fixture.add_state("gradient", ((name, p.grad) for name, p in model.named_parameters()))
    fixture.add_state("after", model.named_buffers())
    losses = rotnet_curve(trained, x, y)
    fixture.add("losses", losses)
    fixture.scalar("float32_deviation", (rotnet_curve(single, x.float(), y) - losses).abs().max())
    for number, maps in enumerate(trained.eval().blocks(images), start=1):
        fixture.add_images(f"block.{number}", maps)
    fixture.add("inference.logits", trained(images))
    fixture.write()


# Optimizers


def lars_step(parameters, gradients, buffers, rate, momentum=0.9, decay=1e-4, trust=0.001):
    """SimCLR's LARS: the rate is inside the momentum buffer; biases know neither decay nor adaptation; no epsilon."""
    for name, parameter in parameters.items():
        gradient, ratio = gradients[name], 1.0
        if "bias" not in name:
            gradient = gradient + decay * parameter
            lengths = parameter.norm(), gradient.norm()
            ratio = (trust * lengths[0] / lengths[1]).item() if min(lengths) > 0 else 1.0
        buffers[name] = momentum * buffers[name] + rate * ratio * gradient
        parameters[name] = parameter - buffers[name]


def torch_trajectory(make, start, gradients, rates):
    leaves_by_name = {name: nn.Parameter(value.clone()) for name, value in start.items()}
    optimizer = make(leaves_by_name.values())
    trajectory = {name: [] for name in start}
    for step, rate in enumerate(rates):
        optimizer.param_groups[0]["lr"] = rate
        for name, leaf in leaves_by_name.items():
            leaf.grad = gradients[name][step].clone()
        optimizer.step()
        for name, leaf in leaves_by_name.items():
            trajectory[name].append(leaf.detach().clone())
    return {name: torch.stack(values) for name, values in trajectory.items()}


def lars_trajectory(start, gradients, rates):
    parameters = dict(start)
    buffers = {name: torch.zeros_like(value) for name, value in start.items()}
    trajectory = {name: [] for name in start}
    for step, rate in enumerate(rates):
        lars_step(parameters, {name: values[step] for name, values in gradients.items()}, buffers, rate)
        for name, value in parameters.items():
            trajectory[name].append(value)
    return {name: torch.stack(values) for name, values in trajectory.items()}


def optimizers():
    fixture = Fixture(
        "optimizers",
        "Parameters after each of ten steps with given gradients and a rate that changes every step. sgd, nesterov: "
        "momentum .9, weight decay 5e-4; adam: betas .9 and .999, eps 1e-8, decay .01 in the gradient; adamw: the same "
        "decoupled (PyTorch decays biases too in these four); rates are scaled by *.rate_scale. lars: momentum .9, "
        "decay 1e-4, trust .001, bias neither decayed nor adapted, zero_weight starts at zero",
    )
    start = {"weight": fixture.normal(3, 4), "bias": fixture.normal(4)}
    gradients = {"weight": fixture.normal(10, 3, 4), "bias": fixture.normal(10, 4)}
    zero = {"zero_weight": torch.zeros(2, 2).double()}
    zero_gradients = {"zero_weight": fixture.normal(10, 2, 2)}
    rates = [0.1 * 0.5 * (1 + math.cos(math.pi * step / 10)) for step in range(10)]
    for name, value in (start | zero).items():
        fixture.add(f"start.{name}", value)
    for name, value in (gradients | zero_gradients).items():
        fixture.add(f"gradient.{name}", value)
    fixture.add("rates", np.array(rates), kind="f64")
    makers = {
        "sgd": (1.0, lambda p: torch.optim.SGD(p, lr=1, momentum=0.9, weight_decay=5e-4)),
        "nesterov": (1.0, lambda p: torch.optim.SGD(p, lr=1, momentum=0.9, weight_decay=5e-4, nesterov=True)),
        "adam": (0.1, lambda p: torch.optim.Adam(p, lr=1, weight_decay=0.01)),
        "adamw": (0.1, lambda p: torch.optim.AdamW(p, lr=1, weight_decay=0.01)),
    }
    for name, (scale, make) in makers.items():
        fixture.scalar(f"{name}.rate_scale", scale)
        for parameter, values in torch_trajectory(make, start, gradients, [scale * r for r in rates]).items():
            fixture.add(f"{name}.{parameter}", values)
    fixture.scalar("lars.rate_scale", 10.0)
    for parameter, values in lars_trajectory(start | zero, gradients | zero_gradients, [10 * r for r in rates]).items():
        fixture.add(f"lars.{parameter}", values)
    fixture.write()


# Momentum contrast


def moco_run(fixture, start, queue, views, dtype):
    """Ten steps of MoCo + CO2: loss, SGD, momentum copy, enqueue, in this order."""

    def embed(weights, x):
        hidden = relu(linear(x, weights["0.weight"], weights["0.bias"]))
        return normalize(linear(hidden, weights["2.weight"], weights["2.bias"]), dim=1)

    online = {name: nn.Parameter(value.to(dtype).clone()) for name, value in start.items()}
    momentum = {name: value.to(dtype).clone() for name, value in start.items()}
    queue, pointer = queue.to(dtype).clone(), 0
    optimizer = torch.optim.SGD(online.values(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    curves = {"total": [], "instance": [], "consistency": []}
    for first, second in zip(*views):
        q = embed(online, first.to(dtype))
        with torch.no_grad():
            p = embed(momentum, second.to(dtype))
        instance = info_nce_loss(q, p, queue, 0.2)
        consistency = consistency_loss(q, p, queue, 0.05)
        total = instance + 0.3 * consistency
        for name, term in zip(curves, (total, instance, consistency)):
            curves[name].append(term.item())
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        for name, value in momentum.items():
            momentum[name] = 0.9 * value + 0.1 * online[name].detach()
        queue[pointer : pointer + len(p)] = p
        pointer = (pointer + len(p)) % len(queue)
    return online, momentum, queue, {name: torch.tensor(values, dtype=torch.float64) for name, values in curves.items()}


def moco_ten_steps():
    fixture = Fixture(
        "moco_ten_steps",
        "MoCo + CO2 on vectors, network Linear(12, 16) ReLU Linear(16, 8): temperature .2, consistency temperature "
        ".05, alpha .3, SGD rate .1 momentum .9 decay 1e-4; after each update f_k <- .9 f_k + .1 f_q, then the keys "
        "enter the queue at its pointer (from 0, wrapping at 32). float32_deviation: of PyTorch's own float32 losses",
    )
    shapes = {"0.weight": (16, 12), "0.bias": (16,), "2.weight": (8, 16), "2.bias": (8,)}
    start = {name: (0.3 * fixture.normal(*shape)).float().double() for name, shape in shapes.items()}
    queue = normalize(fixture.normal(32, 8), dim=1).float().double()
    sources = fixture.normal(10, 8, 12)
    views = [(sources + 0.5 * fixture.normal(10, 8, 12)).float().double() for _ in range(2)]
    fixture.add_state("state", start.items())
    fixture.add("queue", queue)
    fixture.add("view.0", views[0])
    fixture.add("view.1", views[1])
    online, momentum, final_queue, curves = moco_run(fixture, start, queue, views, torch.float64)
    single = moco_run(fixture, start, queue, views, torch.float32)[3]
    for name, values in curves.items():
        fixture.add(f"losses.{name}", values)
        fixture.scalar(f"losses.{name}.float32_deviation", (single[name] - values).abs().max())
    fixture.add_state("after.online", online.items())
    fixture.add_state("after.momentum", momentum.items())
    fixture.add("after.queue", final_queue)
    fixture.write()


# Images


def test_image(fixture):
    """A 32 x 32 gradient with noise, whose first pixels are black, white, grey and pure colours; values k / 255."""
    ramp = torch.linspace(0, 1, 32)
    image = torch.stack([ramp.expand(32, 32), ramp.view(32, 1).expand(32, 32), 1 - ramp.expand(32, 32)])
    image = (image + 0.25 * torch.randn(3, 32, 32, generator=fixture.generator)).clamp(0, 1)
    corner = [(0, 0, 0), (1, 1, 1), (0.4, 0.4, 0.4), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0.2, 0.2, 0.8)]
    image[:, 0, : len(corner)] = torch.tensor(corner).T
    return (image * 255).round() / 255


def color_jitter():
    fixture = Fixture(
        "color_jitter",
        "torchvision.transforms.v2.functional on one 32 x 32 image in [0, 1]; the number in a name is the factor, for "
        "blur the kernel size and sigma; composed: brightness 1.3, contrast .7, saturation 1.2, hue .05 in this order",
        arithmetic="float32",
    )
    image = test_image(fixture)
    fixture.add_images("image", image)
    for factor in (0.6, 1.4):
        fixture.add_images(f"brightness.{factor}", vision.adjust_brightness(image, factor))
        fixture.add_images(f"contrast.{factor}", vision.adjust_contrast(image, factor))
        fixture.add_images(f"saturation.{factor}", vision.adjust_saturation(image, factor))
    for shift in (-0.1, 0.07):
        fixture.add_images(f"hue.{shift}", vision.adjust_hue(image, shift))
    fixture.add_images("grayscale", vision.rgb_to_grayscale(image, num_output_channels=3))
    fixture.add_images("horizontal_flip", vision.horizontal_flip(image))
    for size, sigma in ((3, 0.5), (5, 1.5)):
        fixture.add_images(f"gaussian_blur.{size}.{sigma}", vision.gaussian_blur(image, [size, size], [sigma, sigma]))
    composed = vision.adjust_contrast(vision.adjust_brightness(image, 1.3), 0.7)
    fixture.add_images("composed", vision.adjust_hue(vision.adjust_saturation(composed, 1.2), 0.05))
    fixture.write()


CROPS = [  # top, left, height, width, output height, output width, interpolation
    (3, 5, 14, 18, 32, 32, "bilinear"),
    (0, 9, 23, 9, 32, 32, "bilinear"),
    (0, 0, 32, 32, 32, 32, "bilinear"),
    (17, 20, 15, 12, 32, 32, "bilinear"),
    (2, 1, 29, 31, 13, 13, "bilinear"),
    (4, 4, 27, 11, 16, 16, "bilinear"),
    (0, 0, 32, 32, 8, 8, "bilinear"),
    (0, 3, 30, 27, 20, 24, "bilinear"),
    (3, 5, 14, 18, 32, 32, "bicubic"),
    (2, 1, 29, 31, 13, 13, "bicubic"),
]


def resized_crop():
    fixture = Fixture(
        "resized_crop",
        "torchvision.transforms.v2.functional.resized_crop with antialiasing; case.N.box is [top, left, height, width, "
        "output height, output width, cubic (0 or 1)]; bicubic results are not clamped",
        arithmetic="float32",
    )
    image = test_image(fixture)
    fixture.add_images("image", image)
    fixture.scalar("cases", len(CROPS))
    for number, (top, left, height, width, rows, columns, mode) in enumerate(CROPS):
        fixture.add(f"case.{number}.box", [top, left, height, width, rows, columns, int(mode == "bicubic")], kind="i32")
        crop = vision.resized_crop(
            image, top, left, height, width, [rows, columns], InterpolationMode(mode), antialias=True
        )
        fixture.add_images(f"case.{number}.output", crop)
    fixture.write()


# Statistics


def holm(values):
    """Holm's step-down adjusted p-values, in the order given."""
    adjusted, running = np.empty(len(values)), 0.0
    for rank, index in enumerate(np.argsort(values, kind="stable")):
        running = max(running, min(1.0, (len(values) - rank) * values[index]))
        adjusted[index] = running
    return adjusted


def student(fixture):
    degrees = np.arange(1, 31)
    fixture.add("t.probabilities", [0.6, 0.9, 0.95, 0.975, 0.995, 0.9995], kind="f64")
    fixture.add("t.points", [-4.0, -1.0, 0.0, 0.5, 2.0, 6.0], kind="f64")
    quantiles = [[scipy.stats.t.ppf(p, n) for p in (0.6, 0.9, 0.95, 0.975, 0.995, 0.9995)] for n in degrees]
    masses = [[scipy.stats.t.cdf(x, n) for x in (-4.0, -1.0, 0.0, 0.5, 2.0, 6.0)] for n in degrees]
    fixture.add("t.quantiles", quantiles, kind="f64")
    fixture.add("t.cdf", masses, kind="f64")
    cases = [(a, b, x) for a in (0.5, 1, 2.5, 15, 100) for b in (0.5, 1, 7, 40) for x in (0.01, 0.2, 0.5, 0.9, 0.999)]
    fixture.add("beta.arguments", np.array(cases), kind="f64")
    fixture.add("beta.values", [scipy.special.betainc(*case) for case in cases], kind="f64")


def paired_intervals(fixture):
    pairs = {
        "three": ([0.8411, 0.8388, 0.8433], [0.8392, 0.8371, 0.8390]),
        "five": ([0.71, 0.73, 0.72, 0.74, 0.70], [0.72, 0.70, 0.73, 0.71, 0.705]),
        "two": ([0.5, 0.6], [0.45, 0.58]),
        "eight": ([1.1, 2.3, 3.1, 4.8, 5.2, 6.7, 7.9, 8.3], [1.0, 2.1, 3.3, 4.2, 5.0, 6.1, 7.7, 8.4]),
    }
    for name, (treatment, baseline) in pairs.items():
        result = scipy.stats.ttest_rel(treatment, baseline)
        interval = result.confidence_interval(0.95)
        fixture.add(f"paired.{name}.treatment", treatment, kind="f64")
        fixture.add(f"paired.{name}.baseline", baseline, kind="f64")
        differences = np.subtract(treatment, baseline)
        fixture.scalar(f"paired.{name}.mean", differences.mean())
        fixture.scalar(f"paired.{name}.standard_deviation", differences.std(ddof=1))
        fixture.scalar(f"paired.{name}.lower", interval.low)
        fixture.scalar(f"paired.{name}.upper", interval.high)
        fixture.scalar(f"paired.{name}.p", result.pvalue)


def logistic_regression(fixture):
    labels = np.arange(60) % 3
    centers = fixture.normal(3, 5).numpy()
    features = (centers[labels] + 0.8 * fixture.normal(60, 5).numpy()).astype(np.float32)
    fixture.add("probe.features", features)
    fixture.add("probe.labels", labels)
    for strength in (0.1, 1.0, 100.0):
        model = LogisticRegression(C=strength, tol=1e-10, max_iter=100_000).fit(features.astype(np.float64), labels)
        loss = -model.predict_log_proba(features.astype(np.float64))[np.arange(60), labels].mean()
        prefix = f"probe.{strength}"
        fixture.add(f"{prefix}.weight", model.coef_, kind="f64")
        fixture.add(f"{prefix}.bias", model.intercept_ - model.intercept_.mean(), kind="f64")
        fixture.scalar(f"{prefix}.c", strength)
        fixture.scalar(f"{prefix}.cross_entropy", loss)
        fixture.scalar(f"{prefix}.objective", loss + (model.coef_**2).sum() / (2 * strength * 60))
        fixture.scalar(f"{prefix}.accuracy", model.score(features.astype(np.float64), labels))


def nearest_neighbors(fixture):
    bank, queries = fixture.normal(24, 8), fixture.normal(7, 8)
    labels = torch.arange(24) % 3
    similarities = normalize(queries, dim=1) @ normalize(bank, dim=1).T
    closest = similarities.topk(5, dim=1)
    votes = torch.zeros(7, 3).double()
    votes.scatter_add_(1, labels[closest.indices], (closest.values / 0.1).exp())
    fixture.add("knn.bank", bank)
    fixture.add("knn.labels", labels)
    fixture.add("knn.queries", queries)
    fixture.add("knn.neighbors", closest.indices)
    fixture.add("knn.votes", votes)
    fixture.add("knn.predictions", votes.argmax(1))
    fixture.scalar("knn.k", 5)
    fixture.scalar("knn.temperature", 0.1)


def statistics():
    fixture = Fixture(
        "statistics",
        "t.quantiles[n - 1, i] at t.probabilities[i] and t.cdf[n - 1, i] at t.points[i] for n = 1...30 degrees of "
        "freedom; beta.values: regularized incomplete beta I_x(a, b) at rows [a, b, x]; paired.*: differences "
        "treatment - baseline with 95 % t interval and two-sided p; holm.*: adjusted p-values; probe.C.*: multinomial "
        "logistic regression, objective = mean cross-entropy + |weight|^2 / (2 C 60), bias unpenalised and centred; "
        "knn.*: votes exp(cosine / temperature) of the k nearest",
        arithmetic="float64",
    )
    student(fixture)
    paired_intervals(fixture)
    family = [0.01, 0.04, 0.03, 0.005, 0.04, 0.8, 0.3]
    fixture.add("holm.p", family, kind="f64")
    fixture.add("holm.adjusted", holm(family), kind="f64")
    logistic_regression(fixture)
    nearest_neighbors(fixture)
    fixture.write()


# The autoencoder and the clusters of G-SimCLR


class AutoencoderStage(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return relu(self.norm(self.conv(x)))


class Autoencoder(nn.Module):
    def __init__(self, width):
        super().__init__()
        widths = [width, 2 * width, 4 * width]
        self.encoder = nn.ModuleList(map(AutoencoderStage, [3, *widths[:2]], widths))
        self.decoder = nn.ModuleList(map(AutoencoderStage, [4 * width, *widths[:0:-1]], widths[::-1]))
        self.output = nn.Conv2d(width, 3, 3, padding=1, bias=False)
        self.output_bias = nn.Parameter(torch.zeros(3))

    def bottleneck(self, x):
        for stage in self.encoder:
            x = nn.functional.max_pool2d(stage(x), 2)
        return x

    def forward(self, x):
        x = self.bottleneck(x)
        for stage in self.decoder:
            x = stage(nn.functional.interpolate(x, scale_factor=2, mode="nearest"))
        return torch.sigmoid(self.output(x) + self.output_bias[:, None, None])


def autoencoder():
    fixture = Fixture(
        "autoencoder",
        "A denoising autoencoder of width 4 on 16 x 16 images: `noisy` in, `images` to be restored, mean squared error; "
        "gradient.*: of the first step, for weights and `noisy`; after.*: running statistics; inference.*: with them, the "
        "reconstruction and the pooled bottleneck; losses: of ten steps of Adam, rate 1e-3",
    )
    torch.manual_seed(zlib.crc32(b"autoencoder"))
    model = Autoencoder(4).double()
    randomize_normalizations(fixture, model)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.float().double())
        model.output_bias.copy_(0.1 * fixture.normal(3).float().double())
    images = torch.rand((4, 3, 16, 16), generator=fixture.generator).double()
    noisy = (images + 0.01 * fixture.normal(4, 3, 16, 16)).float().double()
    fixture.add_images("images", images)
    fixture.add_images("noisy", noisy)
    fixture.add_state("state", model.state_dict().items())
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for step in range(10):
        (leaf,) = leaves(noisy)
        output = model(leaf)
        loss = mse_loss(output, images)
        optimizer.zero_grad()
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            fixture.add_images("output", output)
            fixture.add_images("gradient.noisy", leaf.grad)
            for name, parameter in model.named_parameters():
                fixture.add(f"gradient.{name}", parameter.grad)
            statistics_now = [(n, v) for n, v in model.state_dict().items() if "running" in n]
            fixture.add_state("after", [(n, v.clone()) for n, v in statistics_now])
            model.eval()
            with torch.no_grad():
                fixture.add_images("inference.output", model(images))
                fixture.add("inference.features", model.bottleneck(images).mean((2, 3)))
            model.train()
        optimizer.step()
    fixture.add("losses", losses, kind="f64")
    fixture.write()


def clustering():
    fixture = Fixture(
        "clustering",
        "kmeans.*: scikit-learn's k-means (Lloyd, tolerance 1e-4, one run from kmeans.start) of kmeans.points; "
        "labelings.*: two labelings of the same things, their purity (the share of each cluster's commonest class) and their "
        "normalized mutual information (arithmetic mean of the entropies)",
        arithmetic="float64",
    )
    centres = 3 * fixture.normal(6, 5)
    points = (centres[fixture.integers(0, 5, 300).long()] + fixture.normal(300, 5) + 10).float().double()
    start = points[:6].clone()
    found = KMeans(6, init=start.numpy(), n_init=1, tol=1e-4, algorithm="lloyd").fit(points.numpy())
    fixture.add("kmeans.points", points)
    fixture.add("kmeans.start", start)
    fixture.add("kmeans.labels", found.labels_.astype(np.int32))
    fixture.add("kmeans.centers", found.cluster_centers_)
    fixture.scalar("kmeans.inertia", found.inertia_)
    classes = fixture.integers(0, 9, 400).int().numpy()
    for name, clusters in {
        "unrelated": fixture.integers(0, 15, 400).int().numpy(),
        "related": (classes * 3 + fixture.integers(0, 7, 400).int().numpy()) // 2,
        "one": np.zeros(400, dtype=np.int32),
        "same": classes,
    }.items():
        fixture.add(f"{name}.clusters", clusters.astype(np.int32))
        fixture.scalar(f"{name}.nmi", normalized_mutual_info_score(classes, clusters))
        fixture.scalar(f"{name}.purity", contingency_matrix(classes, clusters).max(0).sum() / 400)
    fixture.add("classes", classes.astype(np.int32))
    fixture.write()


# Diffusion


def generator_parts():
    fixture = Fixture(
        "generator_parts",
        "norm.*: group norm in 3 groups of 6 channels, times 1 + the first half of each image's modulation plus the second, "
        "then SiLU; plain.*: without modulation and SiLU; attention.*: softmax(q k' / sqrt(d)) v in 2 heads of 4, q, k and v "
        "side by side in the input; upsampled.*: nearest, by two; waves: cosines and sines of `levels`, 8 numbers each. "
        "gradients are of sum(output * upstream)",
    )
    x = fixture.normal(3, 6, 4, 2) + 0.5
    weight, bias = 1 + 0.3 * fixture.normal(6), 0.3 * fixture.normal(6)
    modulation, upstream = 0.4 * fixture.normal(3, 12), fixture.normal(3, 6, 4, 2)
    x, weight, bias, modulation = (values.float().double() for values in (x, weight, bias, modulation))
    for name, values in {"input": x, "upstream": upstream}.items():
        fixture.add_images(f"norm.{name}", values)
    for name, values in {"weight": weight, "bias": bias, "modulation": modulation}.items():
        fixture.add(f"norm.{name}", values)
    for case, modulated in [("norm", True), ("plain", False)]:
        a, w, b, m = leaves(x, weight, bias, modulation)
        y = group_norm(a, 3, w, b, eps=1e-5)
        if modulated:
            factor, shift = m[:, :, None, None].chunk(2, dim=1)
            y = silu(y * (1 + factor) + shift)
        (y * upstream).sum().backward()
        fixture.add_images(f"{case}.output", y)
        fixture.add_images(f"{case}.gradient.input", a.grad)
        fixture.add(f"{case}.gradient.weight", w.grad)
        fixture.add(f"{case}.gradient.bias", b.grad)
        if modulated:
            fixture.add(f"{case}.gradient.modulation", m.grad)

    (x,) = leaves(1.5 * fixture.normal(2, 9, 24))
    upstream = fixture.normal(2, 9, 8)
    q, k, v = (part.unflatten(2, (2, 4)).transpose(1, 2) for part in x.chunk(3, dim=2))
    y = nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
    (y * upstream).sum().backward()
    for name, values in {"input": x, "upstream": upstream, "output": y, "gradient.input": x.grad}.items():
        fixture.add(f"attention.{name}", values)

    (x,) = leaves(fixture.normal(2, 5, 2, 3))
    upstream = fixture.normal(2, 5, 4, 6)
    y = nn.functional.interpolate(x, scale_factor=2, mode="nearest")
    (y * upstream).sum().backward()
    for name, values in {"input": x, "upstream": upstream, "output": y, "gradient.input": x.grad}.items():
        fixture.add_images(f"upsampled.{name}", values)

    levels = torch.tensor([-1.5, 0.0, 0.3, 1.1]).double()
    fixture.add("levels", levels)
    fixture.add("waves", waves(levels.float().double(), 8))
    fixture.write()


def waves(levels, count):
    frequencies = 10_000 ** (-torch.arange(count // 2).double() / (count // 2 - 1))
    angles = levels[:, None] * frequencies
    return torch.cat([angles.cos(), angles.sin()], dim=1)


def norm_of(channels):
    return nn.GroupNorm(max(1, min(32, channels // 4)), channels)


class ModulatedBlock(nn.Module):
    def __init__(self, inputs, outputs, features):
        super().__init__()
        self.norm1 = norm_of(inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.modulation = nn.Linear(features, 2 * outputs)
        self.norm2 = norm_of(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.shortcut = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x, features):
        factor, shift = self.modulation(features)[:, :, None, None].chunk(2, dim=1)
        inner = self.norm2(self.conv1(silu(self.norm1(x)))) * (1 + factor) + shift
        return self.shortcut(x) + self.conv2(silu(inner))


class AttentionBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = norm_of(channels)
        self.queries_keys_values = nn.Conv2d(channels, 3 * channels, 1, bias=False)
        self.projection = nn.Conv2d(channels, channels, 1, bias=False)

    def forward(self, x):
        rows = self.queries_keys_values(self.norm(x)).flatten(2).transpose(1, 2)
        attended = nn.functional.scaled_dot_product_attention(*rows.chunk(3, dim=2))
        return x + self.projection(attended.transpose(1, 2).unflatten(2, x.shape[2:]))


class Level(nn.Module):
    def __init__(self, blocks, attentions, resampling):
        super().__init__()
        self.blocks, self.attentions = nn.ModuleList(blocks), nn.ModuleList(attentions)
        if resampling is not None:
            self.resampling = resampling


class NoiseEmbedding(nn.Module):
    def __init__(self, count):
        super().__init__()
        self.count = count
        self.layers = nn.Sequential(nn.Linear(count, 4 * count), nn.SiLU(), nn.Linear(4 * count, 4 * count), nn.SiLU())

    def forward(self, levels):
        return self.layers(waves(levels, self.count))


class UNet(nn.Module):
    """Two resolutions, one block each, attention at the lower one."""

    def __init__(self, width, low):
        super().__init__()
        features = 4 * width
        self.embedding = NoiseEmbedding(width)
        self.stem = nn.Conv2d(3, width, 3, padding=1, bias=False)
        self.down = nn.ModuleList(
            [
                Level([ModulatedBlock(width, width, features)], [], nn.Conv2d(width, low, 3, 2, 1, bias=False)),
                Level([ModulatedBlock(low, low, features)], [AttentionBlock(low)], None),
            ]
        )
        self.middle1 = ModulatedBlock(low, low, features)
        self.middle_attention = AttentionBlock(low)
        self.middle2 = ModulatedBlock(low, low, features)
        self.up = nn.ModuleList(
            [
                Level(
                    [ModulatedBlock(2 * low, low, features)],
                    [AttentionBlock(low)],
                    nn.Conv2d(low, width, 3, padding=1, bias=False),
                ),
                Level([ModulatedBlock(2 * width, width, features)], [], None),
            ]
        )
        self.norm = norm_of(width)
        self.output = nn.Conv2d(width, 3, 3, padding=1, bias=False)
        self.output_bias = nn.Parameter(torch.zeros(3))

    def forward(self, x, levels):
        features = self.embedding(levels)
        first = self.down[0].blocks[0](self.stem(x), features)
        second = self.down[1].attentions[0](self.down[1].blocks[0](self.down[0].resampling(first), features))
        x = self.middle2(self.middle_attention(self.middle1(second, features)), features)
        x = self.up[0].attentions[0](self.up[0].blocks[0](torch.cat([x, second], 1), features))
        x = nn.functional.interpolate(self.up[0].resampling(x), scale_factor=2, mode="nearest")
        x = self.up[1].blocks[0](torch.cat([x, first], 1), features)
        return self.output(silu(self.norm(x))) + self.output_bias[:, None, None]


def denoised(answer_of, x, sigma, data=0.5):
    """Karras et al. 2022, equation 7: the image that the network's answer means."""
    total = sigma**2 + data**2
    answer = answer_of(x / total.sqrt(), sigma.log().flatten() / 4)
    return x * data**2 / total + answer * sigma * data / total.sqrt()


def noise_levels(steps, low, high, power=7):
    """Equation 5, and the end at no noise."""
    places = np.arange(steps) / (steps - 1)
    return np.append((high ** (1 / power) + places * (low ** (1 / power) - high ** (1 / power))) ** power, 0)


def heun(denoise, x, levels):
    """Algorithm 1 without churn: every x on the way, the start first."""
    trajectory = [x]
    for here, there in zip(levels[:-1], levels[1:]):
        slope = (x - denoise(x, here)) / here
        following = x + (there - here) * slope
        if there > 0:
            following = x + (there - here) * (slope + (following - denoise(following, there)) / there) / 2
        x = following
        trajectory.append(x)
    return trajectory


def diffusion():
    fixture = Fixture(
        "diffusion",
        "A U-Net of widths 4 and 8 on 4 x 4 images. answer: to `noisy` / sqrt(sigma^2 + 0.25), levels log(sigma) / 4; loss: "
        "of Karras et al. 2022, equation 8, with lambda(sigma), averaged over images and numbers, of `images` with noise "
        "`noise` times `sigma`; gradient.*: its gradients; sample.*: every image on the way of Heun's method, 4 steps from "
        "80 to 0.002, by the network; points.*: the same in 6 steps from 20 to 0.01, NumPy and float64 alone, where the "
        "data are `points` and the best denoiser is their mean under the posterior",
    )
    torch.manual_seed(zlib.crc32(b"diffusion"))
    model = UNet(4, 8).double()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name:
                parameter.add_(0.2 * fixture.normal(*parameter.shape))
            parameter.copy_(parameter.float().double())
        model.output_bias.copy_(0.1 * fixture.normal(3).float().double())
    fixture.add_state("state", model.state_dict().items())
    images = (0.5 * fixture.normal(2, 3, 4, 4)).float().double()
    noise, sigma = fixture.normal(2, 3, 4, 4), torch.tensor([0.2, 1.7]).float().double()
    spread = sigma[:, None, None, None]
    noisy = images + spread * noise
    fixture.add_images("images", images)
    fixture.add_images("noise", noise)
    fixture.add("sigma", sigma)
    answer = model(noisy / (spread**2 + 0.25).sqrt(), sigma.log() / 4)
    weight = (spread**2 + 0.25) / (0.5 * spread) ** 2
    loss = (weight * (denoised(model, noisy, spread) - images) ** 2).mean()
    loss.backward()
    fixture.add_images("answer", answer)
    fixture.scalar("loss", loss)
    for name, parameter in model.named_parameters():
        fixture.add(f"gradient.{name}", parameter.grad)

    def denoise(x, level):
        return denoised(model, x, torch.full((len(x), 1, 1, 1), float(level)).double())

    with torch.no_grad():
        for step, x in enumerate(heun(denoise, 80 * noise, noise_levels(4, 0.002, 80))):
            fixture.add_images(f"sample.{step}", x)

    points = (0.5 * fixture.normal(5, 12)).float().double().numpy()

    def posterior_mean(x, level):
        logits = -((x[:, None] - points[None]) ** 2).sum(2) / (2 * level**2)
        weights = np.exp(logits - logits.max(1, keepdims=True))
        return weights / weights.sum(1, keepdims=True) @ points

    start = fixture.normal(3, 12).numpy()
    levels = noise_levels(6, 0.01, 20)
    fixture.add("points", points)
    fixture.add("points.start", start)
    fixture.add("points.levels", levels, kind="f64")
    fixture.add("points.way", np.stack(heun(posterior_mean, 20 * start, levels)), kind="f64")
    fixture.write()


def frechet():
    fixture = Fixture(
        "frechet",
        "Frechet distances of normal distributions with the moments of two sets of rows: `a` and `b`, and `a` and the "
        "degenerate `flat`, whose rows span fewer dimensions than they have; covariances divide by n - 1, roots are SciPy's",
        arithmetic="float64",
    )
    a = fixture.normal(40, 6).float().double().numpy()
    b = (fixture.normal(30, 6) @ fixture.normal(6, 6) + 1).float().double().numpy()
    flat = (fixture.normal(30, 2) @ fixture.normal(2, 6)).float().double().numpy()

    def distance(first, second):
        root = scipy.linalg.sqrtm(np.cov(first.T) @ np.cov(second.T)).real
        gap = first.mean(0) - second.mean(0)
        return gap @ gap + np.trace(np.cov(first.T) + np.cov(second.T) - 2 * root)

    for name, rows in {"a": a, "b": b, "flat": flat}.items():
        fixture.add(name, rows)
    fixture.scalar("a.b", distance(a, b))
    fixture.scalar("a.flat", distance(a, flat))


# Dense evaluation


def dense():
    fixture = Fixture(
        "dense",
        "resize.*: maps resized bilinearly without aligned corners, up and down, and the gradient of sum(result * upstream); "
        "ce.*: score maps resized to masks, 255 void: the mean cross-entropy over the other pixels and its gradient; "
        "confusion.*: classes and predictions of pixels, 255 void, scikit-learn's confusion matrix (true x predicted) and "
        "Jaccard indices of the classes that occur",
    )
    for case, size in {"up": (7, 11), "down": (2, 3), "mixed": (2, 9)}.items():
        (x,) = leaves(fixture.normal(2, 3, 4, 5).float().double())
        y = interpolate(x, size=size, mode="bilinear", align_corners=False)
        upstream = fixture.normal(*y.shape)
        (y * upstream).sum().backward()
        for name, values in {"x": x, "y": y, "upstream": upstream, "gradient.x": x.grad}.items():
            fixture.add_images(f"resize.{case}.{name}", values.detach())
    (scores,) = leaves((3 * fixture.normal(2, 5, 3, 4)).float().double())
    masks = fixture.integers(0, 6, 2, 8, 9).long()
    masks[masks > 4] = 255
    loss = cross_entropy(
        interpolate(scores, size=(8, 9), mode="bilinear", align_corners=False), masks, ignore_index=255)
    loss.backward()
    fixture.add_images("ce.scores", scores.detach())
    fixture.add("ce.masks", masks.int())
    fixture.scalar("ce.loss", loss)
    fixture.add_images("ce.gradient.scores", scores.grad)
    truth = fixture.integers(0, 6, 500).int().numpy()
    predicted = np.where(fixture.integers(0, 2, 500).numpy() > 0, truth, fixture.integers(0, 4, 500).numpy())
    truth[truth == 5] = 2  # class 5 is neither there nor predicted, class 7 is void
    predicted[predicted >= 5] = 0
    truth[fixture.integers(0, 9, 500).numpy() == 0] = 255
    counted = truth != 255
    labels = [0, 1, 2, 3, 4, 6]
    fixture.add("confusion.truth", truth.astype(np.int32))
    fixture.add("confusion.predicted", predicted.astype(np.int32))
    fixture.add("confusion.matrix", confusion_matrix(truth[counted], predicted[counted], labels=range(7)).astype(np.int32))
    each = jaccard_score(truth[counted], predicted[counted], labels=labels, average=None, zero_division=0)
    fixture.add("confusion.jaccard", each, kind="f64")
    fixture.scalar("confusion.mean", each.mean())
    fixture.scalar("confusion.accuracy", (truth == predicted)[counted].mean())
    fixture.write()


def png_chunk(name, content):
    return len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")


def png_rows(values, bits):
    """Rows of samples (rows x columns x channels) as PNG stores them, none of them filtered."""
    packed = b""
    for row in values.reshape(len(values), -1):
        if bits == 16:
            data = row.astype(">u2").tobytes()
        elif bits == 8:
            data = row.astype("u1").tobytes()
        else:
            data = np.packbits(np.unpackbits(row.astype("u1")[:, None], axis=1)[:, 8 - bits :].ravel()).tobytes()
        packed += b"\0" + data
    return packed


def png_file(values, bits, color, interlaced=False, extra=b""):
    """A PNG file of height x width x channels samples, written by the format's definition."""
    height, width = values.shape[:2]
    passes = [(0, 0, 1, 1)]
    if interlaced:  # Adam7: first row and column, and their steps
        passes = [
            (0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    parts = [values[row::down, column::across] for row, column, down, across in passes]
    data = zlib.compress(b"".join(png_rows(part, bits) for part in parts if part.size))
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([bits, color, 0, 0, int(interlaced)])
    return (
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + extra + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b""))


def png():
    """Writes png/*.png, and what Pillow reads from them."""
    from PIL import Image, __version__

    fixture = Fixture(
        "png",
        "NAME.colors: what Pillow reads from png/NAME.png as RGB (the upper byte of 16-bit gray, which it keeps), H x W x 3; "
        "NAME.indices: the numbers that a gray or palette file of at most 8 bits stores",
        arithmetic="integers")
    fixture.meta["pillow"] = __version__
    folder = FOLDER / "png"
    folder.mkdir(exist_ok=True)
    palette = fixture.integers(0, 255, 256, 3).numpy().astype("u1")
    gamma = png_chunk(b"gAMA", (100000).to_bytes(4, "big"))
    clear = png_chunk(b"tRNS", bytes(range(0, 12)))
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
    cases = {
        "gray8": (8, 0), "gray8-gamma": (8, 0), "gray4": (4, 0), "gray1": (1, 0), "gray16": (16, 0), "palette8": (8, 3),
        "palette8-clear": (8, 3), "palette4": (4, 3), "palette2-interlaced": (2, 3), "gray8-interlaced": (8, 0),
        "rgb8": (8, 2), "rgb8-interlaced": (8, 2), "rgb16": (16, 2), "rgba8": (8, 6), "rgba16-interlaced": (16, 6),
        "gray-alpha8": (8, 4),
    }
    for name, (bits, color) in cases.items():
        values = fixture.integers(0, 2**bits - 1, 7, 11, channels[color]).numpy().astype("u2")
        extra = gamma if "gamma" in name else b""
        if color == 3:
            extra += png_chunk(b"PLTE", palette[: 2**bits].tobytes()) + (clear if "clear" in name else b"")
        path = folder / f"{name}.png"
        path.write_bytes(png_file(values, bits, color, "interlaced" in name, extra))
        with Image.open(path) as image:
            image.load()
            if image.mode.startswith("I"):
                gray = (np.asarray(image).astype(int) >> 8).astype("i4")
                colors = np.repeat(gray[:, :, None], 3, axis=2)
            else:
                colors = np.asarray(image.convert("RGB")).astype("i4")
            if bits == 8 and color in (0, 3):
                assert (np.asarray(image) == values[:, :, 0]).all()
        fixture.add(f"{name}.colors", colors)
        if bits <= 8 and color in (0, 3):
            fixture.add(f"{name}.indices", values[:, :, 0].astype("i4"))
    fixture.write()


FIXTURES = {
    "info_nce": info_nce,
    "nt_xent": nt_xent,
    "co2": co2,
    "cross_entropy": cross_entropy_fixture,
    "batch_norm": batch_normalization,
    "convolution": convolution,
    "basic_block": basic_block,
    "tiny_resnet": tiny_resnet,
    "rotnet": rotnet,
    "optimizers": optimizers,
    "moco_ten_steps": moco_ten_steps,
    "simclr": simclr,
    "simclr_resnet": simclr_resnet,
    "swav": swav,
    "byol": byol,
    "barlow_twins": barlow_twins,
    "pixpro": pixpro,
    "color_jitter": color_jitter,
    "resized_crop": resized_crop,
    "statistics": statistics,
    "autoencoder": autoencoder,
    "clustering": clustering,
    "generator_parts": generator_parts,
    "diffusion": diffusion,
    "frechet": frechet,
    "dense": dense,
    "png": png,
}


def main():
    torch.set_num_threads(1)
    unknown = [name for name in sys.argv[1:] if name not in FIXTURES]
    if unknown:
        sys.exit(f"unknown fixture {unknown[0]}: choose from {', '.join(FIXTURES)}")
    for name in sys.argv[1:] or FIXTURES:
        FIXTURES[name]()


if __name__ == "__main__":
    main()
