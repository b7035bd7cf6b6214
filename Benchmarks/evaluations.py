"""An encoder's evaluations in PyTorch: the numbers that the suite's own kNN and linear probe have to meet.

Takes a finished run of a CIFAR ResNet-18 on CIFAR-10, puts the weights of its checkpoint into PyTorch's network, computes
the features of all images there in float32, and measures them by programs that share nothing with the suite's: votes of
the nearest training images, and logistic regression in float64 by torch.optim.LBFGS. Prints both numbers of every measure
and their difference in points.

    python3 evaluations.py --data Data/cifar-10-batches-bin --run Runs/simclr-cifar10/reduced/.../0 --output results.csv
"""

import argparse
import csv
import json
import struct
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import cross_entropy, normalize

from networks import CIFARResNet18, read_cifar10, standardized

FIELDS = ["evaluation", "metric", "suite", "pytorch", "difference"]
CLASSES = 10


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with data_batch_1.bin ... test_batch.bin")
    parser.add_argument("--run", required=True, help="folder with run.json, scores.csv and checkpoint.safetensors")
    parser.add_argument("--prefix", help="what stands before the encoder's names, where there are several encoders")
    parser.add_argument("--labelled", default=Path(__file__).parent / "labelled", help="which images have labels")
    parser.add_argument("--output", help="CSV file: " + ",".join(FIELDS))
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


# The encoder


def read_tensors(path):
    """The float32 tensors of a safetensors file by name."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            begin, end = entry["data_offsets"]
            values = np.frombuffer(data, np.float32, (end - begin) // 4, 8 + length + begin)
            tensors[name] = torch.from_numpy(values.reshape(entry["shape"]).copy())
    return tensors


def load_encoder(path, prefix):
    """The encoder of a checkpoint in inference mode; every weight has to be there and to fit."""
    tensors = read_tensors(path)
    first = "encoder.conv1.weight"
    prefixes = [name[: -len("conv1.weight")] for name in tensors if name.startswith("model.") and name.endswith(first)]
    prefix = prefix or (prefixes[0] if len(prefixes) == 1 else None)
    if prefix is None:
        raise SystemExit(f"{path} holds the encoders {prefixes}: name one with --prefix")
    own = {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}
    network = CIFARResNet18(width=own["conv1.weight"].shape[0])
    found = network.load_state_dict(own, strict=False)
    missing = [name for name in found.missing_keys if not name.endswith("num_batches_tracked")]
    if missing or found.unexpected_keys:
        raise SystemExit(f"{path} lacks {missing} and holds {found.unexpected_keys}: not a CIFAR ResNet-18")
    return network.eval()


@torch.no_grad()
def features(network, images):
    return torch.cat([network.features(standardized(batch)) for batch in images.split(500)])


# The measures


def knn(bank, bank_labels, queries, labels, k, temperature=0.1):
    """Percent of queries that the k most similar of the bank vote for rightly, weighted by exp(cosine / temperature)."""
    bank, queries = normalize(bank.double()), normalize(queries.double())
    right = 0
    for rows, truth in zip(queries.split(500), labels.split(500)):
        cosines, places = (rows @ bank.T).topk(min(k, len(bank)))
        votes = torch.zeros(len(rows), CLASSES, dtype=torch.float64)
        votes.scatter_add_(1, bank_labels[places], ((cosines - 1) / temperature).exp())
        right += (votes.argmax(1) == truth).sum().item()
    return 100 * right / len(labels)


def linear(training, training_labels, test, labels, penalty):
    """Percent of test rows that logistic regression with (penalty / 2) |W|^2 names rightly, as top1 and top5."""
    mean, deviation = training.double().mean(0), training.double().std(0, unbiased=False)
    deviation[deviation == 0] = 1
    x, queries = (training - mean) / deviation, (test - mean) / deviation
    weights = torch.zeros(CLASSES, x.shape[1], dtype=torch.float64, requires_grad=True)
    biases = torch.zeros(CLASSES, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [weights, biases],
        max_iter=5000,
        max_eval=10000,
        tolerance_grad=1e-6,
        tolerance_change=0,
        history_size=20,
        line_search_fn="strong_wolfe",
    )

    def loss():
        optimizer.zero_grad()
        value = cross_entropy(x @ weights.T + biases, training_labels) + penalty / 2 * weights.square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    steepest = max(weights.grad.abs().max().item(), biases.grad.abs().max().item())
    if steepest > 1e-5:
        raise SystemExit(f"logistic regression ended at a gradient of {steepest}")
    with torch.no_grad():
        order = (queries @ weights.T + biases).argsort(1, descending=True)
    hits = order == labels[:, None]
    return {f"top{k}": 100 * hits[:, :k].any(1).double().mean().item() for k in (1, 5)}


def few_labels(training, training_labels, test, labels):
    """The probes of few labels: a penalty of 5 / n, and 20 neighbours."""
    accuracies = linear(training, training_labels, test, labels, 5 / len(training))
    return {
        **{f"linear-{metric}": value for metric, value in accuracies.items()},
        "knn-top1": knn(training, training_labels, test, labels, 20),
    }


def measures(network, data, labelled):
    """Every measure by the names of the suite, computed when asked for."""
    training, training_labels = read_cifar10(data, train=True)
    test, labels = read_cifar10(data, train=False)
    training, test = features(network, training), features(network, test)

    def part(percent):
        chosen = torch.tensor(np.loadtxt(Path(labelled) / f"cifar10-{percent}-percent.txt", dtype=np.int64))
        return training[chosen], training_labels[chosen]

    return {
        "knn-v1": lambda: {
            "top1": knn(training, training_labels, test, labels, 200),
            "top1-k20": knn(training, training_labels, test, labels, 20),
        },
        "linear-v1": lambda: linear(training, training_labels, test, labels, 1e-4),
        **{
            f"semi-supervised-{percent}-v1": lambda percent=percent: {
                f"linear-{metric}": value
                for metric, value in linear(*part(percent), test, labels, 1e-4).items()
            }
            for percent in (1, 10)
        },
        **{
            f"semi-supervised-{percent}-v2": lambda percent=percent: few_labels(*part(percent), test, labels)
            for percent in (1, 10)
        },
    }


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    run = Path(arguments.run)
    with open(run / "scores.csv", newline="") as file:
        suite = {(row["evaluation"], row["metric"]): float(row["value"]) for row in csv.DictReader(file)}
    network = load_encoder(run / "checkpoint.safetensors", arguments.prefix)
    rows = []
    for evaluation, measure in measures(network, arguments.data, arguments.labelled).items():
        if not any(name == evaluation for name, _ in suite):
            continue
        for metric, value in measure().items():
            own = suite[evaluation, metric]
            rows.append([evaluation, metric, f"{own:.2f}", f"{value:.2f}", f"{own - value:+.2f}"])
            print(",".join(rows[-1]), flush=True)
    if arguments.output:
        with open(arguments.output, "w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([FIELDS] + rows)


if __name__ == "__main__":
    main()
