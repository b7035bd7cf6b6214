"""What the PyTorch twins share: the CIFAR ResNet-18 of a given width, CIFAR-10 in its binary form, and constants."""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torchvision.models.resnet import BasicBlock

CIFAR_MEAN = (0.4914, 0.4822, 0.4465)
CIFAR_STD = (0.2023, 0.1994, 0.2010)


class CIFARResNet18(nn.Module):
    """ResNet-18 with a 3x3 stride-1 stem and no max-pooling; torchvision's names and initialization.

    `width` is the channel count of the stem and of the first stage (64 in the paper of He et al.).
    `norm` builds the normalization layers, so that MoCo can put split batch normalization here.
    """

    def __init__(self, width=64, classes=None, norm=nn.BatchNorm2d):
        super().__init__()
        self.width, self.feature_count = width, 8 * width
        self.conv1 = nn.Conv2d(3, width, 3, stride=1, padding=1, bias=False)
        self.bn1 = norm(width)
        self.relu = nn.ReLU(inplace=True)
        self.layer1 = self._stage(width, width, 1, norm)
        self.layer2 = self._stage(width, 2 * width, 2, norm)
        self.layer3 = self._stage(2 * width, 4 * width, 2, norm)
        self.layer4 = self._stage(4 * width, 8 * width, 2, norm)
        self.fc = nn.Linear(8 * width, classes) if classes else None
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    @staticmethod
    def _stage(inputs, outputs, stride, norm):
        shortcut = None
        if stride != 1 or inputs != outputs:
            shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), norm(outputs))
        return nn.Sequential(
            BasicBlock(inputs, outputs, stride, shortcut, norm_layer=norm),
            BasicBlock(outputs, outputs, norm_layer=norm),
        )

    def features(self, images):
        """Pooled features, N x 8 width, in the precision of the convolutions."""
        x = self.relu(self.bn1(self.conv1(images)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return x.mean(dim=(2, 3))

    def forward(self, images):
        """Logits in float32 where there is a head, otherwise the pooled features."""
        features = self.features(images)
        if self.fc is None:
            return features
        with torch.autocast("cpu", enabled=False):
            return self.fc(features.float())


def read_cifar10(directory, train):
    """CIFAR-10's binary files as (N x 3 x 32 x 32 bytes, N labels)."""
    names = [f"data_batch_{i}.bin" for i in range(1, 6)] if train else ["test_batch.bin"]
    rows = np.concatenate([np.fromfile(Path(directory) / name, dtype=np.uint8) for name in names])
    rows = rows.reshape(-1, 3073)
    return torch.from_numpy(rows[:, 1:].reshape(-1, 3, 32, 32).copy()), torch.from_numpy(rows[:, 0].astype(np.int64))


def standardized(images):
    """Bytes to float32 with CIFAR-10's mean removed and its standard deviation divided out, channels last."""
    mean = torch.tensor(CIFAR_MEAN).view(1, 3, 1, 1) * 255
    deviation = torch.tensor(CIFAR_STD).view(1, 3, 1, 1) * 255
    return ((images.float() - mean) / deviation).contiguous(memory_format=torch.channels_last)
