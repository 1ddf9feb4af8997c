import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gradients } from '../../../src/core/differentiation/gradients.ts';
import { GraphBuilder, type GraphValue } from '../../../src/core/onnx/graphBuilder.ts';
import { chanceLoss } from '../../../src/core/evaluation/contrastiveMetrics.ts';
import { RandomStream } from '../../../src/core/random.ts';
import {
  applyDecisions,
  contrastiveLoss,
  decoupledTargets,
  infoNceLoss,
  ntXentTargets,
  supervisedTargets,
  type PairTargets,
} from '../../../src/core/training/losses/contrastiveLoss.ts';
import { assertClose } from '../../close.ts';
import { GraphRunner, type Numbers } from '../../graphRunner.ts';
import { testVectors, unlessVectors } from '../../shared.ts';

const runner = new GraphRunner();

type Matrix = readonly (readonly number[])[];

function numbers(rows: Matrix): Numbers {
  return { dims: [rows.length, rows[0]!.length], data: rows.flat() };
}

/** Loss of rows, and its gradient. */
async function lossOf(rows: Matrix, targets: PairTargets, temperature: number) {
  const graph = new GraphBuilder('loss');
  const z = graph.input('z', 'float32', [rows.length, rows[0]!.length]);
  const square = [targets.count, targets.count];
  const positives = graph.floats(targets.positives, square);
  const loss = contrastiveLoss(graph, z, temperature, positives, graph.floats(targets.candidates, square));
  graph.output('value', loss);
  graph.output('gradient', gradients(graph, loss, [z])[0]!);
  const { value, gradient } = await runner.run(graph, { z: numbers(rows) });
  return { loss: Number(value!.data[0]), gradient: gradient!.data as Float32Array };
}

function randomRows(count: number, dim: number, seed: number): number[][] {
  const random = new RandomStream(seed);
  return Array.from({ length: count }, () => Array.from({ length: dim }, () => random.normal()));
}

interface NtXentVectors {
  readonly z1_raw: Matrix;
  readonly z2_raw: Matrix;
  readonly cases: readonly {
    readonly temperature: number;
    readonly loss_mean_over_2N: number;
    readonly grad_z1_of_mean: Matrix;
    readonly grad_z2_of_mean: Matrix;
  }[];
}

describe('NT-Xent', () => {
  test('equals the reference, with its gradients, at every temperature', { skip: unlessVectors }, async () => {
    const { z1_raw: z1, z2_raw: z2, cases } = testVectors('nt_xent') as NtXentVectors;
    assert.ok(cases.length >= 3);
    for (const expected of cases) {
      const { loss, gradient } = await lossOf([...z1, ...z2], ntXentTargets(8), expected.temperature);
      assertClose([loss], [expected.loss_mean_over_2N], 1e-4, `loss at ${expected.temperature}`);
      const wanted = [...expected.grad_z1_of_mean, ...expected.grad_z2_of_mean].flat();
      assertClose(gradient, wanted, 1e-4, `gradient at ${expected.temperature}`);
    }
  });

  test('equal rows give ln(2N − 1) whatever the temperature', async () => {
    for (const temperature of [0.05, 0.5, 2]) {
      const rows = Array.from({ length: 12 }, () => [0.3, -2, 1]);
      assertClose([(await lossOf(rows, ntXentTargets(12), temperature)).loss], [Math.log(11)], 1e-5);
    }
  });

  test('perfect pairs among orthogonal negatives give ln(1 + (2N − 2) e^(−1/τ))', async () => {
    const rows = [0, 1, 2, 0, 1, 2].map((axis) => [0, 1, 2].map((i) => (i === axis ? 5 : 0)));
    const { loss } = await lossOf(rows, ntXentTargets(6), 0.5);
    assertClose([loss], [Math.log(1 + 4 * Math.exp(-2))], 1e-5);
  });

  test('doesn’t change when a row is scaled, and a row of zeros gives finite numbers', async () => {
    const rows = randomRows(8, 6, 1);
    const { loss } = await lossOf(rows, ntXentTargets(8), 0.2);
    const scaled = rows.map((row, i) => (i === 3 ? row.map((value) => 100 * value) : row));
    assertClose([(await lossOf(scaled, ntXentTargets(8), 0.2)).loss], [loss], 1e-5);
    const zero = await lossOf(rows.with(0, [0, 0, 0, 0, 0, 0]), ntXentTargets(8), 0.2);
    assert.ok(Number.isFinite(zero.loss));
    assert.ok(zero.gradient.every(Number.isFinite));
  });
});

test('DCL equals the reference', { skip: unlessVectors }, async () => {
  const { z1_raw: z1, z2_raw: z2 } = testVectors('nt_xent') as NtXentVectors;
  const expected = testVectors('dcl') as {
    temperature: number;
    loss_mean_over_2N: number;
    grad_z1: Matrix;
    grad_z2: Matrix;
  };
  const { loss, gradient } = await lossOf([...z1, ...z2], decoupledTargets(8), expected.temperature);
  assertClose([loss], [expected.loss_mean_over_2N], 1e-4);
  assertClose(gradient, [...expected.grad_z1, ...expected.grad_z2].flat(), 1e-4);
});

describe('SupCon', () => {
  test('equals the reference without its base temperature', { skip: unlessVectors }, async () => {
    const { z1_raw: z1, z2_raw: z2 } = testVectors('nt_xent') as NtXentVectors;
    const expected = testVectors('supcon') as {
      labels: number[];
      temperature: number;
      loss_no_base_temperature: number;
      grad_z1: Matrix;
      grad_z2: Matrix;
    };
    const targets = supervisedTargets(Int32Array.from([...expected.labels, ...expected.labels]));
    const { loss, gradient } = await lossOf([...z1, ...z2], targets, expected.temperature);
    assertClose([loss], [expected.loss_no_base_temperature], 1e-4);
    assertClose(gradient, [...expected.grad_z1, ...expected.grad_z2].flat(), 1e-4);
  });

  test('without labels is NT-Xent', () => {
    assert.deepEqual(supervisedTargets(new Int32Array(6).fill(-1)), ntXentTargets(6));
  });
});

describe('an encoder that tells nothing apart has the loss of chance', () => {
  const labels = Int32Array.of(0, 1, 1, -1, 2, 0, 0, 1, 1, -1, 2, 0);
  const kinds = {
    'nt-xent': ntXentTargets(12),
    dcl: decoupledTargets(12),
    supervised: supervisedTargets(labels),
  } as const;
  for (const [kind, targets] of Object.entries(kinds) as [keyof typeof kinds, PairTargets][]) {
    for (const [what, row] of Object.entries({ equal: [0.3, -2, 1], zero: [0, 0, 0] })) {
      test(`with ${kind}, rows that are all ${what}`, async () => {
        const rows = Array.from({ length: 12 }, () => row);
        const { loss, gradient } = await lossOf(rows, targets, 0.2);
        assertClose([loss], [chanceLoss(6, kind)], 1e-5);
        // Equal rows have nowhere to go.
        assert.ok(gradient.every((value) => Math.abs(value) < 1e-5));
      });
    }
  }

  test('a batch of one class, whose images are all to be alike, can’t get below', async () => {
    const targets = supervisedTargets(new Int32Array(12).fill(3));
    const spread = await lossOf(randomRows(12, 4, 3), targets, 0.5);
    assert.ok(spread.loss > chanceLoss(6, 'supervised'));
    assert.ok(spread.gradient.every(Number.isFinite));
  });
});

interface InfoNceVectors {
  readonly anchor: Matrix;
  readonly positive: Matrix;
  readonly negatives: Matrix;
  readonly cases: readonly {
    readonly temperature: number;
    readonly loss: number;
    readonly grad_anchor: Matrix;
    readonly grad_positive: Matrix;
    readonly grad_negatives: Matrix;
  }[];
}

test('InfoNCE with explicit negatives equals the reference', { skip: unlessVectors }, async () => {
  const { anchor, positive, negatives, cases } = testVectors('info_nce_explicit_negatives') as InfoNceVectors;
  for (const expected of cases) {
    const graph = new GraphBuilder('info nce');
    const feeds = { anchor: numbers(anchor), positive: numbers(positive), negatives: numbers(negatives) };
    const values = Object.entries(feeds).map(([name, { dims }]) => graph.input(name, 'float32', dims)) as [
      GraphValue,
      GraphValue,
      GraphValue,
    ];
    const loss = infoNceLoss(graph, ...values, expected.temperature);
    graph.output('value', loss);
    gradients(graph, loss, values).forEach((gradient, i) => {
      graph.output(`gradient${i}`, gradient);
    });
    const outputs = await runner.run(graph, feeds);
    assertClose([Number(outputs['value']!.data[0])], [expected.loss], 1e-4);
    const wanted = [expected.grad_anchor, expected.grad_positive, expected.grad_negatives];
    wanted.forEach((rows, i) => {
      assertClose(outputs[`gradient${i}`]!.data as Float32Array, rows.flat(), 1e-4, `gradient ${i}`);
    });
  }
});

describe('decisions', () => {
  /** − Σ_j p_ij (s_ij − log Σ_k c_ik e^(s_ik)) in float64, row by row. */
  function reference(rows: Matrix, { count, positives, candidates }: PairTargets, temperature: number): number {
    const unit = rows.map((row) => row.map((value) => value / Math.hypot(...row)));
    const similarity = (a: number, b: number) =>
      unit[a]!.reduce((sum, value, i) => sum + value * unit[b]![i]!, 0) / temperature;
    let total = 0;
    let partnered = 0;
    for (let row = 0; row < count; row++) {
      let denominator = 0;
      for (let k = 0; k < count; k++) denominator += candidates[row * count + k]! * Math.exp(similarity(row, k));
      let weight = 0;
      for (let j = 0; j < count; j++) {
        weight += positives[row * count + j]!;
        total -= positives[row * count + j]! * (similarity(row, j) - Math.log(denominator));
      }
      partnered += weight;
    }
    return total / partnered;
  }

  const rows = randomRows(8, 5, 2);
  const same = [{ first: 0, second: 2, kind: 'same' }] as const;

  test('a pair that is the same attracts, both ways, beside the partner', async () => {
    const targets = ntXentTargets(8);
    applyDecisions(targets, same, 'attract');
    assert.equal(targets.positives[2], 0.5);
    assert.equal(targets.positives[4], 0.5);
    assert.equal(targets.positives[2 * 8], 0.5);
    assertClose([(await lossOf(rows, targets, 0.3)).loss], [reference(rows, targets, 0.3)], 1e-5);
  });

  test('masked, it only stops repelling', async () => {
    const targets = ntXentTargets(8);
    applyDecisions(targets, same, 'mask');
    assert.deepEqual([...targets.positives], [...ntXentTargets(8).positives]);
    assert.equal(targets.candidates[2], 0);
    assert.equal(targets.candidates[2 * 8], 0);
    assertClose([(await lossOf(rows, targets, 0.3)).loss], [reference(rows, targets, 0.3)], 1e-5);
  });

  test('with DCL, what attracts repels as little as the partner does', async () => {
    const targets = decoupledTargets(8);
    applyDecisions(targets, same, 'attract');
    assert.equal(targets.positives[2], 0.5);
    const others = (row: number) =>
      [...targets.candidates.subarray(row * 8, row * 8 + 8).keys()].filter(
        (i) => targets.candidates[row * 8 + i] === 1,
      );
    assert.deepEqual(others(0), [1, 3, 5, 6, 7]);
    assert.deepEqual(others(2), [1, 3, 4, 5, 7]);
    assertClose([(await lossOf(rows, targets, 0.3)).loss], [reference(rows, targets, 0.3)], 1e-5);
  });

  test('rows without anything to stand out among count no more', async () => {
    const targets = decoupledTargets(8);
    const others = [1, 2, 3, 5, 6, 7].map((second) => ({ first: 0, second, kind: 'same' }) as const);
    applyDecisions(targets, others, 'attract');
    assert.ok(targets.positives.subarray(0, 8).every((weight) => weight === 0));
    const { loss, gradient } = await lossOf(rows, targets, 0.3);
    const counted = { ...targets, candidates: targets.candidates.map((value, i) => (i < 8 ? 1 : value)) };
    assertClose([loss], [reference(rows, counted, 0.3)], 1e-5);
    assert.ok(gradient.every(Number.isFinite));
  });

  test('a pair that differs repels, whatever its labels say', () => {
    const targets = supervisedTargets(Int32Array.of(1, 2, 1, 3, 1, 2, 1, 3));
    assert.ok(targets.positives[2]! > 0);
    applyDecisions(targets, [{ first: 0, second: 2, kind: 'different' }], 'attract');
    assert.equal(targets.positives[2], 0);
    assert.equal(targets.candidates[2], 1);
    for (let row = 0; row < 8; row++) {
      const sum = targets.positives.subarray(row * 8, row * 8 + 8).reduce((total, value) => total + value, 0);
      assertClose([sum], [1], 1e-6);
    }
  });

  test('two views of one image stay partners', () => {
    const targets = ntXentTargets(8);
    applyDecisions(targets, [{ first: 1, second: 5, kind: 'different' }], 'attract');
    assert.deepEqual(targets, ntXentTargets(8));
  });
});
