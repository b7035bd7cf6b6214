"""The training steps of this suite written in PyTorch and torchvision, to be timed beside `repro bench`.

    network    forward, backward and SGD of a CIFAR ResNet-18 with ten classes on a batch that is already a tensor
    moco-co2   MoCo + CO2 from CIFAR bytes to updated weights: two views, split batch norm, shuffled keys, queue
    simclr     SimCLR from CIFAR bytes to updated weights: two views in one forward pass, NT-Xent
    features   pooled features of un-augmented images in inference mode, from bytes

    python3 twin.py --step moco-co2 --width 16 --batch 256 --precision bfloat16 --workers 2 --json

An image is one source image with all its views. What PyTorch offers for speed is used: channels last, bfloat16
autocast, fused SGD, views made by torchvision in loader processes; --compile and --fold add what helps only sometimes.
Without --data the images are random bytes, which cost the same. `peakBytes` is the training process's own peak; the
loader processes are not in it.
"""

import argparse
import itertools
import json
import resource
import statistics
import time

import torch
from PIL import Image
from torch import nn
from torch.nn.functional import batch_norm, cross_entropy, log_softmax, normalize
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms
from torchvision.models.resnet import BasicBlock

from networks import CIFAR_MEAN, CIFAR_STD, CIFARResNet18, read_cifar10, standardized


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--step", choices=STEPS, default="network")
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="bfloat16")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2, help="loader processes; 0 makes views in the training process")
    parser.add_argument("--seconds", type=float, default=20, help="measured time, after warm-up")
    parser.add_argument("--windows", type=int, default=5)
    parser.add_argument("--warmup", type=int, default=5, help="steps before the first window")
    parser.add_argument("--queue", type=int, default=4096)
    parser.add_argument("--data", help="folder with data_batch_1.bin ...; random bytes without it")
    parser.add_argument("--compile", action="store_true", help="torch.compile the network")
    parser.add_argument("--fold", action="store_true", help="features: fold batch norm into the convolutions")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


# Data


class TwoViews(Dataset):
    """Two independent augmentations of each CIFAR image, made by torchvision from PIL images."""

    def __init__(self, images, augmentation):
        self.images = images.permute(0, 2, 3, 1).contiguous().numpy()
        self.augmentation = augmentation

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = Image.fromarray(self.images[index])
        return self.augmentation(image), self.augmentation(image)


class EndlessBatches:
    """Shuffled index batches, one pass after another."""

    def __init__(self, count, size):
        self.count, self.size = count, size

    def __iter__(self):
        while True:
            yield from torch.randperm(self.count).split(self.size)[: self.count // self.size]


def augmentation(smallest_area):
    """MoCo v2's and SimCLR's augmentation for 32-pixel images: no blur."""
    return transforms.Compose(
        [
            transforms.RandomResizedCrop(32, scale=(smallest_area, 1)),
            transforms.RandomApply([transforms.ColorJitter(0.4, 0.4, 0.4, 0.1)], p=0.8),
            transforms.RandomGrayscale(0.2),
            transforms.RandomHorizontalFlip(),
            transforms.ToTensor(),
            transforms.Normalize(CIFAR_MEAN, CIFAR_STD),
        ]
    )


def cifar_bytes(arguments):
    if arguments.data:
        return read_cifar10(arguments.data, train=True)[0]
    return torch.randint(0, 256, (10_000, 3, 32, 32), dtype=torch.uint8)


def view_batches(arguments, smallest_area):
    images = cifar_bytes(arguments)
    if arguments.batch > len(images):
        raise SystemExit(f"--batch {arguments.batch} is more than the {len(images)} images there are")
    loader = DataLoader(
        TwoViews(images, augmentation(smallest_area)),
        batch_sampler=EndlessBatches(len(images), arguments.batch),
        num_workers=arguments.workers,
    )
    for views in loader:
        yield [view.contiguous(memory_format=torch.channels_last) for view in views]


# Networks


class SplitBatchNorm(nn.BatchNorm2d):
    """Batch norm of eight groups of a batch, each by its own statistics, as eight devices would have it."""

    groups = 8

    def forward(self, x):
        if not self.training:
            return super().forward(x)
        means = self.running_mean.repeat(self.groups, 1)
        variances = self.running_var.repeat(self.groups, 1)
        parts = [
            batch_norm(part, mean, variance, self.weight, self.bias, True, self.momentum, self.eps)
            for part, mean, variance in zip(x.chunk(self.groups), means, variances)
        ]
        self.running_mean.copy_(means.mean(0))
        self.running_var.copy_(variances.mean(0))
        return torch.cat(parts)


class Embedding(nn.Module):
    """Encoder and two-layer head; unit vectors of 128 dimensions, the head in float32."""

    def __init__(self, arguments, norm):
        super().__init__()
        encoder = CIFARResNet18(arguments.width, norm=norm)
        width = encoder.feature_count
        self.encoder = compiled(encoder, arguments)
        self.head = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 128))

    def forward(self, images):
        features = self.encoder(images)
        with torch.autocast("cpu", enabled=False):
            return normalize(self.head(features.float()), dim=1)


def compiled(module, arguments):
    return torch.compile(module) if arguments.compile else module


def autocast(arguments):
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=arguments.precision == "bfloat16")


def sgd(module, learning_rate):
    return torch.optim.SGD(module.parameters(), lr=learning_rate, momentum=0.9, weight_decay=5e-4, fused=True)


def minimize(loss, optimizer):
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()


# Steps: each returns a function that makes one


def network_step(arguments):
    plain = CIFARResNet18(arguments.width, classes=10).to(memory_format=torch.channels_last).train()
    model, optimizer = compiled(plain, arguments), sgd(plain, 0.01)
    images = torch.randn(arguments.batch, 3, 32, 32).contiguous(memory_format=torch.channels_last)
    labels = torch.randint(0, 10, (arguments.batch,))

    def step():
        with autocast(arguments):
            logits = model(images)
        minimize(cross_entropy(logits, labels), optimizer)

    return step


def simclr_step(arguments, temperature=0.5):
    model = Embedding(arguments, nn.BatchNorm2d).to(memory_format=torch.channels_last).train()
    optimizer, batches = sgd(model, 0.06), view_batches(arguments, smallest_area=0.08)
    count = arguments.batch
    partners = (torch.arange(2 * count) + count) % (2 * count)
    same = torch.eye(2 * count, dtype=torch.bool)

    def step():
        views = torch.cat(next(batches)).contiguous(memory_format=torch.channels_last)
        with autocast(arguments):
            z = model(views)
        similarities = (z @ z.T / temperature).masked_fill(same, -torch.inf)
        minimize(cross_entropy(similarities, partners), optimizer)

    return step


def consistency(q, p, negatives, temperature):
    """CO2's symmetric KL between the similarity distributions of query and key over the negatives."""
    log_q = log_softmax(q @ negatives.T / temperature, dim=1)
    log_p = log_softmax(p @ negatives.T / temperature, dim=1)
    return 0.5 * ((log_q.exp() - log_p.exp()) * (log_q - log_p)).sum(1).mean()


def moco_step(arguments, temperature=0.1, consistency_temperature=0.05, alpha=0.3, momentum=0.99):
    if arguments.batch % SplitBatchNorm.groups or arguments.queue % arguments.batch:
        raise SystemExit(f"--batch {arguments.batch} must be a multiple of 8 and divide --queue {arguments.queue}")
    online = Embedding(arguments, SplitBatchNorm).to(memory_format=torch.channels_last).train()
    follower = Embedding(arguments, SplitBatchNorm).to(memory_format=torch.channels_last).train().requires_grad_(False)
    follower.load_state_dict(online.state_dict())
    leading, following = list(online.parameters()), list(follower.parameters())
    queue = normalize(torch.randn(arguments.queue, 128), dim=1)
    optimizer, batches = sgd(online, 0.06), view_batches(arguments, smallest_area=0.2)
    firsts = torch.zeros(arguments.batch, dtype=torch.long)
    pointers = itertools.cycle(range(0, arguments.queue, arguments.batch))

    def keys(view):
        shuffled = torch.randperm(len(view))
        with torch.no_grad(), autocast(arguments):
            p = follower(view[shuffled].contiguous(memory_format=torch.channels_last))
        return p[shuffled.argsort()]

    def step():
        first, second = next(batches)
        with autocast(arguments):
            q = online(first)
        p = keys(second)
        logits = torch.cat([(q * p).sum(1, keepdim=True), q @ queue.T], dim=1) / temperature
        loss = cross_entropy(logits, firsts) + alpha * consistency(q, p, queue, consistency_temperature)
        minimize(loss, optimizer)
        with torch.no_grad():
            torch._foreach_lerp_(following, leading, 1 - momentum)
            start = next(pointers)
            queue[start : start + len(p)] = p

    return step


def folded(model):
    """The same network for inference, with every batch norm inside the convolution before it."""
    model.conv1, model.bn1 = fuse_conv_bn_eval(model.conv1, model.bn1), nn.Identity()
    for block in model.modules():
        if isinstance(block, BasicBlock):
            block.conv1, block.bn1 = fuse_conv_bn_eval(block.conv1, block.bn1), nn.Identity()
            block.conv2, block.bn2 = fuse_conv_bn_eval(block.conv2, block.bn2), nn.Identity()
            if block.downsample is not None:
                block.downsample = fuse_conv_bn_eval(block.downsample[0], block.downsample[1])
    return model


def features_step(arguments):
    model = CIFARResNet18(arguments.width).eval()
    model = (folded(model) if arguments.fold else model).to(memory_format=torch.channels_last)
    model = compiled(model, arguments)
    images = cifar_bytes(arguments)
    chunks = images.split(arguments.batch)[: max(1, len(images) // arguments.batch)]
    batches = itertools.cycle(chunks)

    def step():
        with torch.inference_mode(), autocast(arguments):
            model(standardized(next(batches))).float()

    return step


STEPS = {"network": network_step, "moco-co2": moco_step, "simclr": simclr_step, "features": features_step}


# Measuring


def windows(step, seconds):
    """Seconds of each step until `seconds` have passed."""
    durations, began = [], time.perf_counter()
    while not durations or time.perf_counter() - began < seconds:
        before = time.perf_counter()
        step()
        durations.append(time.perf_counter() - before)
    return durations


def measure(arguments):
    step = STEPS[arguments.step](arguments)
    for _ in range(arguments.warmup):
        step()
    measured = [windows(step, arguments.seconds / arguments.windows) for _ in range(arguments.windows)]
    rates = [arguments.batch * len(durations) / sum(durations) for durations in measured]
    return {
        "step": arguments.step,
        "width": arguments.width,
        "batch": arguments.batch,
        "precision": arguments.precision,
        "threads": arguments.threads,
        "workers": arguments.workers if arguments.step in ("moco-co2", "simclr") else 0,
        "compile": arguments.compile,
        "fold": arguments.fold,
        "torch": torch.__version__,
        "imagesPerSecond": round(statistics.median(rates), 1),
        "millisecondsPerStep": round(1000 * arguments.batch / statistics.median(rates), 3),
        "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "windows": [round(rate, 1) for rate in rates],
    }


def main():
    arguments = parse_arguments()
    torch.manual_seed(0)
    torch.set_num_threads(arguments.threads)
    result = measure(arguments)
    if arguments.json:
        print(json.dumps(result))
    else:
        print(
            f"{result['step']}, width {result['width']}, batch {result['batch']}, {result['precision']}: "
            f"{result['imagesPerSecond']:.0f} images/s, {result['millisecondsPerStep']:.1f} ms per step, "
            f"{result['peakBytes'] / 1e6:.0f} MB"
        )


if __name__ == "__main__":
    main()
