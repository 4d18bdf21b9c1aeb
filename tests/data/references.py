"""Data whose metrics were computed by other programs; see test_references."""

import numpy as np


def classified():
    rng = np.random.default_rng(0)
    return rng.standard_normal((200, 7)), rng.integers(0, 6, 200)


def ranked():
    rng = np.random.default_rng(1)
    return np.round(rng.standard_normal((200, 1)), 1), rng.integers(0, 2, 200)


def numbers():
    rng = np.random.default_rng(2)
    targets = rng.standard_normal((100, 4))
    return targets + rng.standard_normal((100, 4)) * 0.5, targets


def maps():
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 5, (10, 6, 6))
    labels[0, 0, 0] = 255
    return rng.standard_normal((10, 5, 6, 6)), labels


def tokens():
    rng = np.random.default_rng(4)
    labels = rng.integers(0, 50, (4, 9))
    labels[0, :3] = -1
    return rng.standard_normal((4, 9, 50)), labels


def detected():
    """Boxes [12, 20, 6] and labels [12, 6, 5]: objects moved a little, one in five of another class."""
    rng = np.random.default_rng(5)
    labels, boxes = np.full((12, 6, 5), -1.0), np.zeros((12, 20, 6))
    for image in range(12):
        count = rng.integers(1, 7)
        low, size = rng.uniform(0, 80, (count, 2)), rng.uniform(5, 30, (count, 2))
        kinds = rng.integers(0, 3, count)
        labels[image, :count] = np.column_stack([low, low + size, kinds])
        for number in range(20):
            of = rng.integers(0, count)
            corner, extent = low[of] + rng.normal(0, 2, 2), np.abs(size[of] + rng.normal(0, 2, 2))
            kind = kinds[of] if rng.random() < 0.8 else rng.integers(0, 3)
            boxes[image, number] = [*corner, *(corner + extent), rng.random(), kind]
    return boxes, labels


def crowded():
    """Boxes [5, 240, 6]: those of five images twelve times, moved a little, more of a class than are counted."""
    boxes, labels = detected()
    rng = np.random.default_rng(7)
    boxes = np.tile(boxes[:5], (1, 12, 1))
    boxes[..., :4] += np.tile(rng.normal(0, 1, boxes[..., :2].shape), 2)
    boxes[..., 4] = rng.random(boxes.shape[:2])
    return boxes[:, :240], labels[:5]


def several():
    rng = np.random.default_rng(8)
    return rng.standard_normal((80, 6)), rng.integers(0, 2, (80, 6)) * rng.integers(0, 2, (80, 6))


def embedded():
    rng = np.random.default_rng(6)
    labels = rng.integers(0, 10, 60)
    return rng.standard_normal((60, 8)) + np.eye(10, 8)[labels] * 1.5, labels


TEXTS = ["the cat sat on the mat", "a b c", "hello wrld"], ["the cat sat mat on", "a x c d", "hello world"]
