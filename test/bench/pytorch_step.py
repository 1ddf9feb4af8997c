"""The training step of training.bench.ts in PyTorch: prints the median seconds of a step for each size."""
import json
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as functional

VIEWS = 256
TEMPERATURE = 0.5


class Block(nn.Module):
    def __init__(self, inputs, filters, stride):
        super().__init__()
        self.convolution1 = nn.Conv2d(inputs, filters, 3, stride, 1, bias=False)
        self.normalization1 = nn.BatchNorm2d(filters)
        self.convolution2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.normalization2 = nn.BatchNorm2d(filters)
        same = stride == 1 and inputs == filters
        self.shortcut = (
            nn.Identity()
            if same
            else nn.Sequential(nn.Conv2d(inputs, filters, 1, stride, bias=False), nn.BatchNorm2d(filters))
        )

    def forward(self, x):
        y = functional.relu(self.normalization1(self.convolution1(x)), inplace=True)
        return functional.relu(self.normalization2(self.convolution2(y)) + self.shortcut(x), inplace=True)


def network():
    widths = [32, 32, 64, 128, 256]
    blocks = [Block(widths[i], widths[i + 1], 1 if i == 0 else 2) for i in range(4)]
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, 2, 1, bias=False),
        nn.BatchNorm2d(32),
        nn.ReLU(True),
        *blocks,
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(256, 256, bias=False),
        nn.BatchNorm1d(256),
        nn.ReLU(True),
        nn.Linear(256, 128, bias=False),
        nn.BatchNorm1d(128),
    )


def step_seconds(size, steps):
    torch.manual_seed(0)
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
    images = torch.randn(VIEWS, 3, size, size)
    partners = torch.arange(VIEWS).roll(VIEWS // 2)
    seconds = []
    for _ in range(steps):
        start = time.perf_counter()
        z = functional.normalize(model(images))
        similarities = (z @ z.t() / TEMPERATURE).fill_diagonal_(-1e9)
        loss = functional.cross_entropy(similarities, partners)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seconds.append(time.perf_counter() - start)
    return sorted(seconds)[len(seconds) // 2]


sizes = [int(size) for size in sys.argv[2:]]
torch.set_num_threads(int(sys.argv[1]))
print(json.dumps({"version": torch.__version__, "seconds": {size: step_seconds(size, 9) for size in sizes}}))
