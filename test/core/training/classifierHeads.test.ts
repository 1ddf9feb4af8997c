import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GraphBuilder, type GraphValue } from '../../../src/core/onnx/graphBuilder.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { classifierHead, classMeans, cosineClassifierStart } from '../../../src/core/training/classifierHeads.ts';
import { initialParameters, type TensorMap } from '../../../src/core/training/parameters.ts';
import { ExportScope, TrainingScope, type NetworkScope } from '../../../src/core/training/scope.ts';
import { assertClose } from '../../close.ts';
import { GraphRunner } from '../../graphRunner.ts';
import { gradientCase } from '../differentiation/cases/gradientCase.ts';
import { GradientChecker } from '../differentiation/gradientChecker.ts';

const runner = new GraphRunner();
const checker = new GradientChecker();

const [rows, dim, classes] = [6, 5, 3];
const random = new RandomStream(2);
const features = Float32Array.from({ length: rows * dim }, () => random.normal());
const labels = [0, 1, 0, 2, 2, -1];

/** Logits of the features with given values, as a network that is exported. */
async function logitsOf(kind: 'linear' | 'cosine', values: TensorMap): Promise<Float32Array> {
  const graph = new GraphBuilder('head');
  const input = graph.input('features', 'float32', [rows, dim]);
  graph.output('logits', classifierHead(new ExportScope(graph, values), input, kind, classes));
  const { logits } = await runner.run(graph, { features: { dims: [rows, dim], data: features } });
  return logits!.data as Float32Array;
}

function firstValues(kind: 'linear' | 'cosine'): TensorMap {
  const scope = new TrainingScope(new GraphBuilder('head'));
  classifierHead(scope, scope.graph.input('features', 'float32', [rows, dim]), kind, classes);
  return initialParameters(
    scope.parameters.map(({ spec }) => spec),
    1,
  );
}

const row = (values: Float32Array, i: number) => values.subarray(i * dim, (i + 1) * dim);
const cosine = (a: Float32Array, b: Float32Array) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0) / (Math.hypot(...a) * Math.hypot(...b));

test('a linear classifier begins without an opinion', async () => {
  assert.ok((await logitsOf('linear', firstValues('linear'))).every((logit) => logit === 0));
});

test('a linear classifier is weights · feature + bias', async () => {
  const weight = Float32Array.from({ length: classes * dim }, () => random.normal());
  const values = new Map([
    ['classifier.weight', weight],
    ['classifier.bias', Float32Array.of(1, -2, 0.5)],
  ]);
  const expected = Array.from({ length: rows * classes }, (_, i) => {
    const [at, label] = [Math.floor(i / classes), i % classes];
    const product = row(features, at).reduce((sum, value, j) => sum + value * weight[label * dim + j]!, 0);
    return product + [1, -2, 0.5][label]!;
  });
  assertClose(await logitsOf('linear', values), expected, 1e-5);
});

describe('a cosine classifier', () => {
  const means = classMeans(features, labels, classes);

  test('begins as the one that takes the nearest mean', async () => {
    const logits = await logitsOf('cosine', cosineClassifierStart(means, classes, 7));
    const expected = Array.from({ length: rows * classes }, (_, i) => {
      return 7 * cosine(row(features, Math.floor(i / classes)), row(means, i % classes));
    });
    assertClose(logits, expected, 1e-5);
  });

  test('cares for directions alone', async () => {
    const start = cosineClassifierStart(means, classes);
    const longer = new Map(start).set(
      'classifier.weight',
      start.get('classifier.weight')!.map((value) => 30 * value),
    );
    assertClose(await logitsOf('cosine', longer), await logitsOf('cosine', start), 1e-5);
    const scaled = cosineClassifierStart(
      means.map((value) => 5 * value),
      classes,
    );
    assertClose(scaled.get('classifier.weight')!, start.get('classifier.weight')!, 1e-6);
  });

  test('has values without means too, of which none is lost on export', async () => {
    const logits = await logitsOf('cosine', firstValues('cosine'));
    assert.ok(logits.every((logit) => Math.abs(logit) <= 10.001));
    assert.ok(new Set(logits).size > rows);
  });

  test('needs a mean of every class', () => {
    const without = classMeans(
      features,
      labels.map((label) => (label === 1 ? -1 : label)),
      classes,
    );
    assert.throws(() => cosineClassifierStart(without, classes), {
      code: 'invalid-graph',
      message: /class 1 has no mean/,
    });
  });

  checker.testAll([
    gradientCase(
      'has the gradients of finite differences',
      [[rows, dim], [classes, dim], [1]],
      (graph, x, weight, logScale) => {
        const given: Record<string, GraphValue | undefined> = {
          'classifier.weight': weight,
          'classifier.logScale': logScale,
        };
        const scope: NetworkScope = {
          graph,
          statisticsOf: () => 'running',
          parameter: ({ name }) => given[name]!,
          statistic: () => assert.fail('a classifier has no statistics'),
          updateStatistic: () => assert.fail('a classifier has no statistics'),
        };
        return classifierHead(scope, x, 'cosine', classes);
      },
    ),
  ]);
});

test('class means are means of directions, of length 1', () => {
  const means = classMeans(features, labels, classes);
  const [first, third] = [row(features, 0), row(features, 2)];
  const sum = first.map((value, i) => value / Math.hypot(...first) + third[i]! / Math.hypot(...third));
  assertClose(
    row(means, 0),
    sum.map((value) => value / Math.hypot(...sum)),
    1e-5,
  );
  assertClose([Math.hypot(...row(means, 2))], [1], 1e-6);
});
