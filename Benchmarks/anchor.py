"""MoCo and SimCLR by this suite's recipes in PyTorch and torchvision: what the engine's own runs have to meet.

The recipes are those of `co2-cifar10` at reduced scale, arms `MoCo` and `SimCLR`: ResNet-18 of width 16 (CIFAR stem),
head of one hidden layer, MoCo v2's views without blur, batch 256 (last partial batch dropped), SGD with momentum 0.9,
rate 0.06 falling to zero on one cosine per step, weight decay 5e-4 on every parameter. MoCo: temperature 0.1, queue
4096, key momentum 0.99, batch norm in eight groups, shuffled keys. SimCLR: temperature 0.5, both views in one batch
norm. Features are measured on the 10,000 test images as `knn-v1` (k 200, temperature 0.1) and `linear-v1`
(logistic regression to its optimum on standardized features, penalty 1e-4) do it.

    python3 anchor.py --data Data/cifar-10-batches-bin --output results/pytorch-anchors.csv --epochs 5

Ours to hold it against: repro co2-cifar10 --arms MoCo,SimCLR --seeds 0,1,2 --set plan.epochs=5

--weights default draws convolutions as PyTorch does when nobody says otherwise, with a sixth to a third of the variance
of torchvision's ResNet, and of ours. Finished rows in the output are kept. --steps N stops early, measures nothing and
writes no row: a trial. Below a width of 8 PyTorch 2.15 may crash in its own backward pass (it did at 4, on a Zen 3).
"""

import argparse
import csv
import math
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import cross_entropy, normalize
from torch.utils.data import DataLoader

from networks import CIFARResNet18, read_cifar10, standardized
from twin import SplitBatchNorm, TwoViews, augmentation

KEYS = ["method", "weights", "precision", "seed", "epochs"]
FIELDS = [*KEYS, "first_epoch_loss", "last_epoch_loss", "knn", "linear", "torch"]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with data_batch_1.bin ... test_batch.bin")
    parser.add_argument("--output", help="CSV file, a row per training")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--weights", choices=["torchvision", "default"], default="torchvision", help="first weights")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--steps", type=int, help="stop after so many steps: a trial")
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="bfloat16")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2, help="loader processes")
    arguments = parser.parse_args()
    if not arguments.output and not arguments.steps:
        parser.error("--output names the CSV file; only a trial (--steps) does without")
    return arguments


# Methods: each has a network, a loss of two views, and what follows an update


class Network(nn.Module):
    """Encoder and head of one hidden layer; unit vectors of 128 dimensions, the head in float32."""

    def __init__(self, arguments, norm):
        super().__init__()
        self.encoder = CIFARResNet18(arguments.width, norm=norm)
        width = self.encoder.feature_count
        self.head = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 128))
        if arguments.weights == "default":
            for module in self.encoder.modules():
                if isinstance(module, nn.Conv2d):
                    module.reset_parameters()
        self.to(memory_format=torch.channels_last)

    def forward(self, images, precision):
        with autocast(precision):
            features = self.encoder(images.contiguous(memory_format=torch.channels_last))
        return normalize(self.head(features.float()), dim=1)


class SimCLR:
    """NT-Xent over both views of a batch."""

    def __init__(self, arguments, temperature=0.5):
        self.network = Network(arguments, nn.BatchNorm2d)
        self.precision, self.temperature = arguments.precision, temperature

    def loss(self, first, second):
        z = self.network(torch.cat([first, second]), self.precision)
        count = len(z)
        similarities = (z @ z.T / self.temperature).masked_fill(torch.eye(count, dtype=torch.bool), -torch.inf)
        return cross_entropy(similarities, (torch.arange(count) + count // 2) % count)

    def follow(self):
        pass


class MoCo:
    """A query against its key and a queue of earlier keys, from a network that follows."""

    def __init__(self, arguments, temperature=0.1, momentum=0.99, length=4096):
        if arguments.batch % SplitBatchNorm.groups or length % arguments.batch:
            raise SystemExit(f"--batch {arguments.batch}: a multiple of {SplitBatchNorm.groups} that divides {length}")
        self.network, self.keys = Network(arguments, SplitBatchNorm), Network(arguments, SplitBatchNorm)
        self.keys.load_state_dict(self.network.state_dict())
        self.keys.requires_grad_(False)
        self.queue = normalize(torch.randn(length, 128), dim=1)
        self.place, self.latest = 0, None
        self.precision, self.temperature, self.momentum = arguments.precision, temperature, momentum

    def loss(self, first, second):
        q = self.network(first, self.precision)
        with torch.no_grad():
            order = torch.randperm(len(second))
            self.latest = self.keys(second[order], self.precision)[order.argsort()]
        logits = torch.cat([(q * self.latest).sum(1, keepdim=True), q @ self.queue.T], dim=1) / self.temperature
        return cross_entropy(logits, torch.zeros(len(q), dtype=torch.long))

    @torch.no_grad()
    def follow(self):
        for copy, original in zip(self.keys.parameters(), self.network.parameters()):
            copy.lerp_(original, 1 - self.momentum)
        self.queue[self.place : self.place + len(self.latest)] = self.latest
        self.place = (self.place + len(self.latest)) % len(self.queue)


METHODS = {"moco": MoCo, "simclr": SimCLR}


# Training


def autocast(precision):
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16")


def train(name, seed, arguments, images):
    """The trained encoder and the mean loss of every epoch."""
    torch.manual_seed(seed)
    method = METHODS[name](arguments)
    optimizer = torch.optim.SGD(method.network.parameters(), lr=0.06, momentum=0.9, weight_decay=5e-4)
    loader = DataLoader(
        TwoViews(images, augmentation(0.2)),
        batch_size=arguments.batch,
        shuffle=True,
        drop_last=True,
        num_workers=arguments.workers,
        generator=torch.Generator().manual_seed(seed),
    )
    step, steps, means = 0, len(loader) * arguments.epochs, []
    for epoch in range(1, arguments.epochs + 1):
        began, losses = time.monotonic(), []
        for first, second in loader:
            for group in optimizer.param_groups:
                group["lr"] = 0.06 * 0.5 * (1 + math.cos(math.pi * step / steps))
            loss = method.loss(first, second)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            method.follow()
            losses.append(loss.item())
            step += 1
            if step == arguments.steps:
                print(f"{name}, seed {seed}: mean loss of {step} steps {sum(losses) / len(losses):.4f}", flush=True)
                return None, means
        means.append(sum(losses) / len(losses))
        print(f"{name}, seed {seed}, epoch {epoch}: loss {means[-1]:.4f}, {time.monotonic() - began:.0f} s", flush=True)
    return method.network.encoder, means


# Evaluation


@torch.no_grad()
def features(encoder, images, precision):
    encoder.eval()
    with autocast(precision):
        return torch.cat([encoder(standardized(chunk)).float() for chunk in images.split(500)])


def knn(bank, labels, queries, truth, k=200, temperature=0.1):
    """`knn-v1`: a vote of the k nearest by cosine, each with weight exp(cosine / temperature)."""
    bank, correct = normalize(bank, dim=1), 0
    for chunk, expected in zip(normalize(queries, dim=1).split(500), truth.split(500)):
        cosines, nearest = (chunk @ bank.T).topk(k, dim=1)
        votes = torch.zeros(len(chunk), int(labels.max()) + 1)
        votes.scatter_add_(1, labels[nearest], ((cosines - 1) / temperature).exp())
        correct += (votes.argmax(1) == expected).sum().item()
    return 100 * correct / len(truth)


def linear(bank, labels, queries, truth, penalty=1e-4, tolerance=1e-5):
    """`linear-v1`: logistic regression on standardized features, solved until no part of the gradient exceeds 1e-5."""
    mean, deviation = bank.double().mean(0), bank.double().std(0, unbiased=False)
    factor = torch.where(deviation > 1e-6 * (deviation**2 + mean**2).sqrt(), 1 / deviation, torch.zeros_like(deviation))
    training, test = ((x.double() - mean) * factor for x in (bank, queries))
    # Searched along the features' principal axes, each of deviation one: the same optimum in a tenth of the steps.
    values, vectors = torch.linalg.eigh(training.T @ training / len(training))
    axes = vectors / values.clamp_min(1e-9).sqrt()
    rotated, classes = training @ axes, int(labels.max()) + 1
    along = torch.zeros(classes, bank.shape[1], dtype=torch.float64, requires_grad=True)
    offsets = torch.zeros(classes, dtype=torch.float64, requires_grad=True)
    search = torch.optim.LBFGS(
        [along, offsets],
        max_iter=2000,
        history_size=20,
        tolerance_grad=tolerance / 100,
        tolerance_change=0,
        line_search_fn="strong_wolfe",
    )

    def objective():
        search.zero_grad()
        weights = along @ axes.T
        loss = cross_entropy(rotated @ along.T + offsets, labels) + penalty / 2 * (weights**2).sum()
        loss.backward()
        return loss

    search.step(objective)
    weights = (along.detach() @ axes.T).requires_grad_()
    (cross_entropy(training @ weights.T + offsets, labels) + penalty / 2 * (weights**2).sum()).backward()
    largest = weights.grad.abs().max().item()
    if largest > tolerance:
        raise SystemExit(f"the probe did not converge: gradient {largest:.1e} where {tolerance:.0e} was asked")
    with torch.no_grad():
        return 100 * ((test @ weights.T + offsets).argmax(1) == truth).double().mean().item()


def measured(encoder, train_set, test_set, precision):
    bank, queries = (features(encoder, images, precision) for images, _ in (train_set, test_set))
    sets = (bank, train_set[1], queries, test_set[1])
    return knn(*sets), linear(*sets)


# Rows


def rows_of(path):
    if not path or not Path(path).exists():
        return []
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def write(path, rows):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    train_set, test_set = (read_cifar10(arguments.data, train=train) for train in (True, False))
    rows = rows_of(arguments.output)
    done = {tuple(row[key] for key in KEYS) for row in rows}
    for seed in arguments.seeds:
        for name in arguments.methods:
            key = (name, arguments.weights, arguments.precision, str(seed), str(arguments.epochs))
            if key in done:
                print(f"{name}, seed {seed}: already finished", flush=True)
                continue
            encoder, means = train(name, seed, arguments, train_set[0])
            if encoder is None:
                continue
            nearest, probe = measured(encoder, train_set, test_set, arguments.precision)
            losses = (f"{means[0]:.4f}", f"{means[-1]:.4f}")
            rows.append(dict(zip(FIELDS, (*key, *losses, f"{nearest:.2f}", f"{probe:.2f}", torch.__version__))))
            write(arguments.output, rows)
            print(f"{name}, seed {seed}: kNN {nearest:.2f}, linear {probe:.2f}", flush=True)


if __name__ == "__main__":
    main()
