import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseOutput } from '../../../src/core/encoders/imageOutput.ts';
import { architecturesOf } from '../../../src/core/encoders/otherTask.ts';
import type { EncoderOutput } from '../../../src/core/encoders/card.ts';

type Outputs = Readonly<Record<string, readonly number[]>>;
interface Setting {
  readonly edge?: number;
  readonly height?: number;
  readonly architectures?: readonly string[];
  readonly wanted?: Partial<EncoderOutput>;
  readonly batch?: number;
}

function choose(
  outputs: Outputs,
  { edge = 224, height = edge, architectures = [], wanted = {}, batch = 1 }: Setting = {},
) {
  const run = Object.entries(outputs).map(([name, dims]) => ({ name, type: 'float32', dims }));
  return chooseOutput(run, batch, 'NCHW', wanted, [], { size: [height, edge], architectures });
}

const reasonOf = (outputs: Outputs, setting?: Setting) => {
  const chosen = choose(outputs, setting);
  return 'reason' in chosen ? chosen.reason : `accepted: ${chosen.name}`;
};

test('a detector is refused, by the names of its outputs or by what only boxes look like', () => {
  const detectors: readonly [outputs: Outputs, edge: number][] = [
    [{ output0: [1, 84, 8400] }, 640], // YOLOv8
    [{ output0: [1, 5, 8400] }, 640], // one class
    [{ output0: [1, 116, 8400], output1: [1, 32, 160, 160] }, 640], // with masks
    [{ output0: [1, 84, 3549] }, 416],
    [{ output0: [1, 20, 21504] }, 1024],
    [{ output: [1, 25200, 85] }, 640], // YOLOv5
    [{ output0: [1, 300, 6] }, 640], // YOLOv10
    [{ output0: [1, 300, 84] }, 640], // RT-DETR
    [{ logits: [1, 100, 92], pred_boxes: [1, 100, 4], last_hidden_state: [1, 100, 256] }, 800], // DETR
    [{ boxes: [64, 4], scores: [64] }, 320], // torchvision
    [{ scores: [1, 4420, 2], boxes: [1, 4420, 4] }, 320],
    [{ 'raw_outputs/box_encodings': [1, 1917, 4], 'raw_outputs/class_predictions': [1, 1917, 91] }, 300],
    [{ concatenated: [1, 8732, 21] }, 300], // SSD
    [{ predBoxes: [1, 200, 4], scores: [1, 200, 80] }, 640],
    [{ dets: [1, 100, 5] }, 512],
    [{ detection_out: [1, 1, 100, 7] }, 300], // SSD in Caffe
    [{ dets: [1, 4, 896], logits: [1, 896] }, 128], // scores of boxes beside them
    [{ output: [1, 1008, 6] }, 128], // three in each cell, as many as some networks have features
  ];
  for (const [outputs, edge] of detectors) {
    const message =
      /^it is a detector: its output ".+" \[[\d, ]+\] holds a row for each object; export its backbone alone/;
    assert.match(reasonOf(outputs, { edge }), message, JSON.stringify(outputs));
  }
});

test('a segmenter and other networks for pixels are refused', () => {
  const ofPixels = /^it is a network for each pixel, not for pictures: its output "/;
  assert.match(reasonOf({ logits: [1, 21, 16, 16] }, { edge: 64 }), ofPixels);
  assert.match(reasonOf({ out: [1, 21, 512, 512], aux: [1, 21, 512, 512] }, { edge: 512 }), ofPixels);
  assert.match(reasonOf({ predicted_depth: [1, 384, 384] }, { edge: 384 }), ofPixels);
  assert.match(reasonOf({ predicted_depth: [1, 256, 256] }, { edge: 256 }), ofPixels);
  assert.match(reasonOf({ recon: [1, 3, 64, 64] }, { edge: 64 }), ofPixels);
  const masks = { class_queries_logits: [1, 100, 134], masks_queries_logits: [1, 100, 96, 96] };
  assert.match(reasonOf(masks, { edge: 384 }), /^it is a segmenter: its output "masks_queries_logits"/);
});

test('what config.json calls a detector or a segmenter is one, unless an output says that it is features', () => {
  const config = { architectures: ['YolosForObjectDetection', 7], model_type: 'yolos' };
  assert.deepEqual(architecturesOf(config), ['YolosForObjectDetection']);
  assert.deepEqual([architecturesOf({}), architecturesOf(undefined)], [[], []]);
  const architectures = architecturesOf(config);
  const said = /its config\.json calls it YolosForObjectDetection, which gives no vector for a picture; export/;
  assert.match(reasonOf({ logits: [1, 100, 92] }, { architectures }), said);
  assert.equal(reasonOf({ logits: [1, 100, 92] }, { architectures: ['ViTModel'] }), 'accepted: logits');
  assert.equal(reasonOf({ last_hidden_state: [1, 197, 768] }, { architectures }), 'accepted: last_hidden_state');
});

test('an output that is no row for each picture is refused', () => {
  assert.match(
    reasonOf({ first: [37, 256] }),
    /^no output holds a vector for each image, only "first" \(float32 \[37, 256\]\)/,
  );
  assert.match(reasonOf({ head: [1, 3, 80, 80, 85] }, { edge: 640 }), /^no output holds a vector for each image/);
});

test('encoders of every shape stay encoders', () => {
  const encoders: readonly [outputs: Outputs, chosen: string, setting?: Setting][] = [
    [{ out: [1, 197, 768] }, 'out'],
    [{ out: [1, 201, 384] }, 'out'],
    [{ out: [1, 49, 768] }, 'out'],
    [{ out: [1, 3136, 96] }, 'out'],
    [{ out: [1, 129, 768] }, 'out', { edge: 128, height: 256 }],
    [{ out: [1, 1370, 1024] }, 'out', { edge: 518 }],
    [{ out: [1, 1374, 1024] }, 'out', { edge: 518 }],
    [{ out: [1, 32, 768] }, 'out'],
    [{ out: [1, 768, 196] }, 'out'],
    [{ out: [1, 576, 7, 7] }, 'out'],
    [{ out: [1, 7, 7, 768] }, 'out'],
    [{ a: [1, 96, 56, 56], b: [1, 768, 7, 7] }, 'a'],
    [{ logits: [1, 1000] }, 'logits'],
    [{ logits: [1, 1000, 1, 1] }, 'logits'],
    [{ image_embeddings: [1, 256, 64, 64] }, 'image_embeddings', { edge: 1024 }],
    [{ output: [576] }, 'output'],
    [{ logits: [1, 196, 768], mask: [1, 196], hidden: [1, 50, 768] }, 'hidden'],
    [{ recon: [1, 3, 64, 64], latent: [1, 128] }, 'latent', { edge: 64 }],
    [{ pred_boxes: [1, 100, 4], embedding: [1, 256] }, 'embedding'],
    [{ out: [4, 197, 768] }, 'out', { batch: 4 }],
    // Few tokens of small pictures.
    [{ output: [1, 5, 192] }, 'output', { edge: 32 }],
    [{ output: [1, 4, 768] }, 'output', { edge: 32 }],
    [{ '1234': [1, 512, 4] }, '1234', { edge: 64 }],
    // Dimensions that are no multiples of 64, and scores of 1,000 classes.
    [{ output: [1, 1008, 49] }, 'output'],
    [{ output: [1, 49, 1512] }, 'output'],
    [{ output: [1, 49, 1000] }, 'output'],
    [{ output: [1, 261, 1000] }, 'output'],
    [{ output: [1, 2208, 49] }, 'output'],
    // Other numbers of registers than 4, with a class token or without.
    [{ output: [1, 1028, 384] }, 'output', { edge: 512 }],
    [{ output: [1, 1033, 1024] }, 'output', { edge: 448 }],
    [{ output: [1, 200, 384] }, 'output'],
    // A vector of the whole picture, beside whatever else.
    [{ logits: [1, 1000], aux_logits: [1, 196, 1000] }, 'logits'],
    [{ logits: [1, 1000], parts: [1, 100, 6] }, 'logits'],
    [{ aux_logits: [1, 196, 1000], logits: [1, 1000] }, 'logits'],
    [{ masks: [1, 8, 14, 14], logits: [1, 1000] }, 'logits'],
    // Features that are called after what they are for.
    [{ det_feature: [1, 256, 7, 7] }, 'det_feature'],
    [{ dets: [1, 256, 7, 20] }, 'dets'],
    [{ seg_embed: [1, 196, 768] }, 'seg_embed'],
    [{ masks: [1, 8, 14, 14], last_hidden_state: [1, 197, 768] }, 'last_hidden_state'],
    [{ masks: [1, 3, 256, 256], image_embeddings: [1, 256, 64, 64] }, 'image_embeddings', { edge: 1024 }],
    // Maps of features of small pictures, and as many tokens as pixels in a row.
    [{ output: [1, 16, 32, 32] }, 'output', { edge: 32 }],
    [{ output: [1, 64, 64, 64] }, 'output', { edge: 64 }],
    [{ output: [1, 256, 256] }, 'output', { edge: 256 }],
  ];
  for (const [outputs, chosen, setting] of encoders) {
    assert.equal(reasonOf(outputs, setting), `accepted: ${chosen}`, JSON.stringify(outputs));
  }
});

test('a card that names an output is followed', () => {
  const outputs = { output0: [1, 84, 8400], '/model.9/cv2/act/Mul': [1, 512, 20, 20] };
  const wanted = { name: '/model.9/cv2/act/Mul' };
  assert.deepEqual(choose(outputs, { edge: 640, wanted }), { ...wanted, pooling: 'gap', dim: 512 });
});
