import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findImageInput, type DeclaredImageInput } from '../../../src/core/encoders/imageInput.ts';
import { inputCandidates } from '../../../src/core/encoders/preprocessing.ts';
import { GraphBuilder, type Dimension } from '../../../src/core/onnx/graphBuilder.ts';
import type { DataTypeName } from '../../../src/core/onnx/model.ts';

function graphWith(...inputs: [name: string, type: DataTypeName, dims: Dimension[]][]) {
  const builder = new GraphBuilder('test');
  for (const [name, type, dims] of inputs) builder.input(name, type, dims);
  return builder.build().graph;
}

function found(...dims: Dimension[]): DeclaredImageInput {
  const input = findImageInput(graphWith(['image', 'float32', dims]));
  assert.ok(!('reason' in input), JSON.stringify(input));
  return input;
}

function refused(...inputs: [name: string, type: DataTypeName, dims: Dimension[]][]): string {
  const input = findImageInput(graphWith(...inputs));
  assert.ok('reason' in input);
  return input.reason;
}

describe('the image input', () => {
  test('is channels first or last by the axis that is 1 or 3', () => {
    assert.equal(found('N', 3, 224, 224).layout, 'NCHW');
    assert.equal(found('N', 224, 224, 3).layout, 'NHWC');
    assert.equal(found('N', 1, 28, 28).channels, 1);
    assert.equal(found('N', 'height', 'width', 3).layout, 'NHWC');
    assert.equal(found('N', 'c', 'h', 'w').layout, 'NCHW');
    assert.equal(found('N', 224, 224, 'c').layout, 'NHWC');
  });

  test('has a fixed batch only where a positive number is declared', () => {
    assert.equal(found('N', 3, 8, 8).batch, undefined);
    assert.equal(found(-1, 3, 8, 8).batch, undefined);
    assert.equal(found(0, 3, 8, 8).batch, undefined);
    assert.equal(found(4, 3, 8, 8).batch, 4);
  });

  test('is not mistaken for a weight that old exporters list as an input', () => {
    const graph = graphWith(['image', 'float32', ['N', 3, 8, 8]], ['weight', 'float32', [4]]);
    const weight = new GraphBuilder('w');
    weight.floats([1, 2, 3, 4]);
    graph.initializer.push({ ...weight.build().graph.initializer[0]!, name: 'weight' });
    assert.equal((findImageInput(graph) as DeclaredImageInput).name, 'image');
  });

  test('is refused with a reason that names it', () => {
    assert.equal(
      refused(['input_ids', 'int64', ['batch', 'sequence']]),
      'its input "input_ids" (int64 [batch, sequence]) does not hold pixels (float32, float16 or uint8)',
    );
    assert.match(refused(['x', 'float32', ['N', 10]]), /"x" \(float32 \[N, 10\]\) is not a batch of images/);
    assert.match(refused(['x', 'float32', ['N', 4, 8, 8]]), /neither 1 \(grey\) nor 3 \(RGB\) channels/);
    assert.match(refused(), /has no input/);
    assert.match(
      refused(['pixel_values', 'float32', ['N', 3, 8, 8]], ['input_ids', 'int64', ['N', 77]]),
      /needs 2 inputs \("pixel_values", "input_ids"\) instead of one image; use its image part alone/,
    );
  });
});

describe('preprocessing that is not declared', () => {
  test('is that of ImageNet for colour, with the usual crop at 224', () => {
    const [input, ...others] = inputCandidates(found('N', 3, 224, 224));
    assert.equal(others.length, 0);
    assert.deepEqual(input, {
      name: 'image',
      layout: 'NCHW',
      type: 'float32',
      size: [224, 224],
      resize: 'shortest-edge',
      crop: 0.875,
      interpolation: 'bilinear',
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
      range: [0, 1],
    });
  });

  test('is [0, 1] for grey, and bytes as they are for bytes', () => {
    const grey = inputCandidates(found('N', 1, 28, 28))[0]!;
    assert.deepEqual([grey.mean, grey.std, grey.range, grey.resize], [[0], [1], [0, 1], 'squash']);
    const declared = findImageInput(graphWith(['image', 'uint8', ['N', 64, 64, 3]])) as DeclaredImageInput;
    const bytes = inputCandidates(declared)[0]!;
    assert.deepEqual(
      [bytes.mean, bytes.std, bytes.range],
      [
        [0, 0, 0],
        [1, 1, 1],
        [0, 255],
      ],
    );
  });

  test('is tried at 224 first where any size goes, in colour before grey', () => {
    const candidates = inputCandidates(found('N', 'c', 'h', 'w'));
    assert.deepEqual(candidates[0]!.size, [224, 224]);
    assert.deepEqual([candidates[0]!.mean.length, candidates[1]!.mean.length], [3, 1]);
    assert.ok(candidates.length > 10);
  });

  test('follows what the card says', () => {
    const [input, ...others] = inputCandidates(found('N', 'c', 'h', 'w'), { size: [96, 80], mean: [0.5], std: [0.5] });
    assert.equal(others.length, 0);
    assert.deepEqual([input!.size, input!.mean, input!.resize], [[96, 80], [0.5], 'squash']);
  });
});
