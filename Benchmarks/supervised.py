"""Supervised CIFAR-10 in PyTorch: the number that the engine's own supervised run has to meet.

ResNet-18 of width 16 (CIFAR stem), 20 epochs, batch 256 (last partial batch dropped), SGD with momentum 0.9, learning
rate 0.1 falling to zero on a cosine per step, weight decay 5e-4 on every parameter, random crop (4 black pixels of
padding) and horizontal flip; convolutions under bfloat16 autocast, head and loss in float32. The accuracy is that of
the last epoch on the 10,000 test images, without augmentation.

    python3 supervised.py --data Data/cifar-10-batches-bin --output results/pytorch-supervised.csv

Finished seeds in the output are kept, unfinished ones begin again.
"""

import argparse
import csv
import math
import time
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy

from networks import CIFARResNet18, read_cifar10, standardized

FIELDS = ["seed", "epoch", "train_loss", "test_top1"]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with data_batch_1.bin ... test_batch.bin")
    parser.add_argument("--output", required=True, help="CSV file: seed,epoch,train_loss,test_top1")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="bfloat16")
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def cropped_and_flipped(images, generator):
    """Each image shifted by its own offsets in -4...4 over black and mirrored with probability one half."""
    count = len(images)
    padded = torch.nn.functional.pad(images, (4, 4, 4, 4))
    windows = padded.unfold(2, 32, 1).unfold(3, 32, 1)  # N x C x 9 x 9 x 32 x 32, a view
    down, right = torch.randint(0, 9, (2, count), generator=generator)
    crops = windows[torch.arange(count), :, down, right]
    mirrored = torch.rand(count, generator=generator) < 0.5
    return torch.where(mirrored.view(-1, 1, 1, 1), crops.flip(3), crops)


def learning_rate(step, steps, peak=0.1):
    return peak * 0.5 * (1 + math.cos(math.pi * step / steps))


def autocast(precision):
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16")


@torch.no_grad()
def accuracy(model, images, labels, precision):
    model.eval()
    correct = 0
    for chunk, truth in zip(images.split(500), labels.split(500)):
        with autocast(precision):
            correct += (model(standardized(chunk)).argmax(1) == truth).sum().item()
    model.train()
    return correct / len(labels)


def train(seed, arguments, train_set, test_set):
    """Yields one row per epoch."""
    torch.manual_seed(seed)
    model = CIFARResNet18(arguments.width, classes=10).to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
    generator = torch.Generator().manual_seed(seed)
    images, labels = train_set
    steps_per_epoch = len(images) // arguments.batch
    step, steps = 0, steps_per_epoch * arguments.epochs
    for epoch in range(1, arguments.epochs + 1):
        total = 0.0
        order = torch.randperm(len(images), generator=generator)[: steps_per_epoch * arguments.batch]
        for chosen in order.split(arguments.batch):
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(step, steps)
            views = standardized(cropped_and_flipped(images[chosen], generator))
            with autocast(arguments.precision):
                logits = model(views)
            loss = cross_entropy(logits, labels[chosen])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total += loss.item()
            step += 1
        top1 = accuracy(model, *test_set, arguments.precision)
        yield {"seed": seed, "epoch": epoch, "train_loss": f"{total / steps_per_epoch:.6f}", "test_top1": f"{top1:.4f}"}


def finished_rows(path, epochs):
    """The rows of the seeds that have already reached the last epoch."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    done = {row["seed"] for row in rows if int(row["epoch"]) == epochs}
    return [row for row in rows if row["seed"] in done]


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    output = Path(arguments.output)
    rows = finished_rows(output, arguments.epochs)
    done = {int(row["seed"]) for row in rows}
    train_set = read_cifar10(arguments.data, train=True)
    test_set = read_cifar10(arguments.data, train=False)
    for seed in arguments.seeds:
        if seed in done:
            print(f"seed {seed}: already finished", flush=True)
            continue
        began = time.monotonic()
        for row in train(seed, arguments, train_set, test_set):
            rows.append(row)
            write(output, rows)
            print(*row.values(), f"{time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
