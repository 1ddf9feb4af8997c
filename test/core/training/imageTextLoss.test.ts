import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gradients } from '../../../src/core/differentiation/gradients.ts';
import { GraphBuilder } from '../../../src/core/onnx/graphBuilder.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { imageTextLoss, textMatches } from '../../../src/core/training/losses/imageTextLoss.ts';
import { assertClose } from '../../close.ts';
import { GraphRunner } from '../../graphRunner.ts';

const runner = new GraphRunner();

type Rows = readonly (readonly number[])[];

/** The formula in float64, term by term. */
function reference(images: Rows, texts: Rows, logScale: number, labels: readonly number[]): number {
  const unit = (row: readonly number[]) => row.map((value) => value / Math.hypot(...row));
  const [i, t] = [images.map(unit), texts.map(unit)];
  const s = i.map((a) => t.map((b) => Math.exp(logScale) * a.reduce((sum, value, d) => sum + value * b[d]!, 0)));
  const count = images.length;
  let total = 0;
  for (let row = 0; row < count; row++) {
    const same = labels.map((label, other) => ({ label, other })).filter(({ label }) => label === labels[row]);
    const [texted, pictured] = [
      Math.log(s[row]!.reduce((sum, value) => sum + Math.exp(value), 0)),
      Math.log(s.reduce((sum, values) => sum + Math.exp(values[row]!), 0)),
    ];
    for (const { other } of same) {
      total -= (s[row]![other]! - texted + s[other]![row]! - pictured) / same.length;
    }
  }
  return total / (2 * count);
}

function randomRows(count: number, dim: number, seed: number): number[][] {
  const random = new RandomStream(seed);
  return Array.from({ length: count }, () => Array.from({ length: dim }, () => random.normal()));
}

async function lossOf(images: Rows, texts: Rows, logScale: number, labels: readonly number[]) {
  const graph = new GraphBuilder('loss');
  const dims = [images.length, images[0]!.length];
  const values = [
    graph.input('images', 'float32', dims),
    graph.input('texts', 'float32', dims),
    graph.input('logScale', 'float32', []),
  ] as const;
  const matches = graph.floats(textMatches(labels), [images.length, images.length]);
  const loss = imageTextLoss(graph, ...values, matches);
  graph.output('value', loss);
  gradients(graph, loss, values).forEach((gradient, i) => {
    graph.output(`gradient${i}`, gradient);
  });
  const found = await runner.run(graph, {
    images: { dims, data: images.flat() },
    texts: { dims, data: texts.flat() },
    logScale: { dims: [], data: [logScale] },
  });
  return {
    loss: Number(found['value']!.data[0]),
    gradients: values.map((_, i) => found[`gradient${i}`]!.data as Float32Array),
  };
}

describe('the loss of images and texts', () => {
  const cases = [
    { name: 'texts that all differ', labels: [0, 1, 2, 3, 4, 5] },
    { name: 'two and three texts that say the same', labels: [0, 1, 0, 2, 2, 2] },
  ];
  for (const { name, labels } of cases) {
    test(`equals its formula, with its gradients: ${name}`, async () => {
      const [images, texts, logScale] = [randomRows(6, 4, 1), randomRows(6, 4, 2), Math.log(5)];
      const { loss, gradients: found } = await lossOf(images, texts, logScale, labels);
      assertClose([loss], [reference(images, texts, logScale, labels)], 1e-5, 'loss');
      const step = 1e-5;
      const slope = (change: (by: number) => number) => (change(step) - change(-step)) / (2 * step);
      const moved = (rows: Rows, at: number, by: number) =>
        rows.map((row, r) => row.map((value, d) => (r * 4 + d === at ? value + by : value)));
      const expected = [
        images.flat().map((_, at) => slope((by) => reference(moved(images, at, by), texts, logScale, labels))),
        texts.flat().map((_, at) => slope((by) => reference(images, moved(texts, at, by), logScale, labels))),
        [slope((by) => reference(images, texts, logScale + by, labels))],
      ];
      expected.forEach((values, i) => {
        assertClose(found[i]!, values, 1e-4, `gradient ${i}`);
      });
    });
  }

  test('is ln N where nothing is told apart, whatever the temperature', async () => {
    const same = Array.from({ length: 8 }, () => [1, 2, 3]);
    for (const logScale of [0, 3]) {
      const { loss } = await lossOf(same, same, logScale, [...same.keys()]);
      assertClose([loss], [Math.log(8)], 1e-5, 'loss');
    }
  });

  test('multiplies cosines by 100 at most', async () => {
    const [images, texts] = [randomRows(4, 3, 3), randomRows(4, 3, 4)];
    const { loss, gradients: found } = await lossOf(images, texts, 7, [0, 1, 2, 3]);
    assertClose([loss], [reference(images, texts, Math.log(100), [0, 1, 2, 3])], 1e-4, 'loss');
    assert.equal(found[2]![0], 0);
  });
});

test('each image shares itself among the texts that say the same', () => {
  assert.deepEqual([...textMatches([3, 5, 3])], [0.5, 0, 0.5, 0, 1, 0, 0.5, 0, 0.5]);
});
