"""Vectors of the shared encoders, and pixels, by Pillow and NumPy alone: none of this project's code takes part.

    pip install numpy pillow onnxruntime
    python test/engine/encoders/referenceVectors.py ../shared > test/engine/encoders/referenceVectors.json

Pictures are prepared as torchvision does it (`Resize(256)`, `CenterCrop(224)`), which the encoders were trained with.
Vectors have length 1 and are kept as 16-bit integers, 32767 for 1, in base64.
"""

import base64
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

PICTURES = [
    "data/clothing/train/dress/009b3c31-fb62-45c0-be9a-37a5c238cb88.jpg",
    "data/near-duplicates/bridge-mods/aaa-orig.jpg",
    "data/odd/exif-orientation/Portrait_6.jpg",
]
MODELS = {
    "mobilenetv3-small-embed/model.onnx": None,
    "mobilenetv3-small-embed-extdata/mobilenetv3_embed_batch.onnx": None,
    "mobilenetv2-int8/model.onnx": "embedding",
    "mnist-vae-encoder-2d/model.onnx": None,
}
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)
FILTERS = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


def shortest_edge(picture, scaled, edge, resample):
    width, height = picture.size
    size = (scaled, int(scaled * height / width)) if width <= height else (int(scaled * width / height), scaled)
    picture = picture.resize(size, resample)
    left, top = (int(round((whole - edge) / 2.0)) for whole in picture.size)
    return picture.crop((left, top, left + edge, top + edge))


def tensor(picture, shape):
    if shape[1] == 1:
        grey = picture.convert("L").resize((shape[3], shape[2]), Image.Resampling.BILINEAR)
        return (np.asarray(grey, np.float32) / 255)[None, None]
    values = np.asarray(shortest_edge(picture, 256, 224, Image.Resampling.BILINEAR), np.float32) / 255
    return ((values - MEAN) / STD).transpose(2, 0, 1)[None]


def vectors(shared, model, output):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(shared / "models" / model), options, ["CPUExecutionProvider"])
    [taken] = session.get_inputs()
    for name in PICTURES:
        picture = ImageOps.exif_transpose(Image.open(shared / name)).convert("RGB")
        found = session.run(output and [output], {taken.name: tensor(picture, taken.shape)})[0].reshape(-1)
        yield np.round(found / np.linalg.norm(found) * 32767).astype("<i2")


def pattern(width, height):
    """A picture that is the same in any language."""
    x, y, c = np.meshgrid(np.arange(width), np.arange(height), np.arange(3))
    return Image.fromarray(((x * 7 + y * 13 + c * 53 + (x * y) % 29 * 5) % 256).astype(np.uint8), "RGB")


def main():
    shared = Path(sys.argv[1])
    text = lambda values: base64.b64encode(values.tobytes()).decode()
    pixels = [
        {"filter": name, "size": size, "scaled": scaled, "edge": edge,
         "pixels": text(np.asarray(shortest_edge(pattern(*size), scaled, edge, filter)))}
        for name, filter in FILTERS.items()
        for size, scaled, edge in [((41, 30), 20, 15), ((9, 14), 16, 11)]
    ]
    found = {model: [text(vector) for vector in vectors(shared, model, output)] for model, output in MODELS.items()}
    json.dump({"pictures": PICTURES, "vectors": found, "pixels": pixels}, sys.stdout, indent=1)
    print()


main()
