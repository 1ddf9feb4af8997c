import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RandomStream } from '../../../src/core/random.ts';
import { judgeSteps, sampled, type TakenSteps } from '../../../src/core/training/stepAgreement.ts';

interface Layer {
  readonly name: string;
  readonly elements: number;
  /** Of its gradients; nothing but rounding where it is zero. */
  readonly size: number;
  readonly isMatrix?: boolean;
}

/** As networks have them: large and small, of gradients that are thousands of times each other's, and a bias before a normalisation. */
const layers: readonly Layer[] = [
  { name: 'stem', elements: 864, size: 1, isMatrix: true },
  { name: 'deep', elements: 3000, size: 1e-2, isMatrix: true },
  { name: 'gain', elements: 8, size: 3e-3 },
  { name: 'bias', elements: 300, size: 5e-3 },
  { name: 'lost', elements: 64, size: 0 },
  { name: 'head', elements: 1280, size: 10, isMatrix: true },
];
const ROUNDING = 1e-8;

type Numbers = Float32Array<ArrayBuffer>;
/** What a provider makes of the gradient of a layer. */
type Provider = (gradient: Numbers, name: string) => Numbers;
/** What a provider makes of what a parameter changes by. */
type Update = (change: Numbers, name: string) => Numbers;

/** Three steps of an optimiser down a bowl for each weight. */
function steps(
  provider: Provider = (gradient) => gradient,
  optimizer: 'adamw' | 'sgd' = 'adamw',
  update: Update = (change) => change,
): TakenSteps {
  const losses = [0, 0, 0];
  const parameters = layers.map(({ name, elements, size, isMatrix = false }, layer) => {
    const random = new RandomStream(7, layer);
    const draw = (scale: number) => Float32Array.from({ length: elements }, () => scale * random.normal());
    const [start, slopes] = [draw(0.05), draw(size)];
    const weights = start.slice();
    const [first, second] = [new Float32Array(elements), new Float32Array(elements)];
    for (let step = 1; step <= 3; step++) {
      const gradient = provider(
        weights.map((weight, i) => slopes[i]! * (1 + weight) + ROUNDING * random.normal()),
        name,
      );
      losses[step - 1]! += 1 + weights.reduce((sum, weight, i) => sum + slopes[i]! * weight, 0) / elements;
      const change = gradient.map((value, i) => {
        if (optimizer === 'sgd') return 1e-3 * (first[i] = 0.9 * first[i]! + value);
        first[i] = 0.9 * first[i]! + 0.1 * value;
        second[i] = 0.999 * second[i]! + 0.001 * value ** 2;
        return (1e-3 * (first[i] / (1 - 0.9 ** step))) / (Math.sqrt(second[i] / (1 - 0.999 ** step)) + 1e-8);
      });
      update(change, name).forEach((value, i) => (weights[i]! -= value));
    }
    const before = sampled(start);
    const move = sampled(weights).map((weight, i) => weight - before[i]!);
    return { name, isMatrix, gradient: sampled(first), move, length: Math.hypot(...before) };
  });
  return { losses, parameters, secondsPerStep: 1 };
}

const only = (wrong: string, change: (gradient: Numbers) => Numbers): Provider & Update => {
  return (gradient, name) => (name === wrong ? change(gradient) : gradient);
};
const negated = (values: Numbers) => values.map((value) => -value);
const turnedRound = (values: Numbers) => values.toReversed();
const verdict = (...args: Parameters<typeof steps>) =>
  judgeSteps('webgpu', steps(...args), steps(undefined, args[1])).unfit;

describe('the steps of a provider are those of the processor', () => {
  test('where numbers are rounded otherwise, also of gradients that are nothing else', () => {
    for (const optimizer of ['adamw', 'sgd'] as const) {
      const random = new RandomStream(1);
      const noisy: Provider = (gradient) => {
        const size = Math.hypot(...gradient) / Math.sqrt(gradient.length);
        return gradient.map((value) => value + 1e-3 * Math.max(size, 1e-2) * random.normal());
      };
      assert.equal(
        verdict((gradient) => gradient, optimizer),
        undefined,
      );
      assert.equal(verdict(noisy, optimizer), undefined);
    }
  });

  test('and not where gradients have the wrong sign, though AdamW moves the weights as far', () => {
    const [wrong, right] = [steps(negated), steps()];
    for (const [i, { name, move }] of right.parameters.entries()) {
      const lengths = [move, wrong.parameters[i]!.move].map((values) => Math.hypot(...values));
      assert.ok(Math.abs(lengths[0]! - lengths[1]!) < 0.01 * lengths[0]! || name === 'lost', name);
    }
    assert.match(
      verdict(negated)!,
      /^takes other steps than the CPU \(loss off by \d+\.\d %, weights by \d+\.\d %, \w+ by (200\.0|199\.\d) %\)$/,
    );
  });

  for (const name of ['stem', 'deep', 'gain', 'bias', 'head']) {
    test(`and not where those of one layer are wrong: ${name}`, () => {
      for (const optimizer of ['adamw', 'sgd'] as const) {
        for (const change of [negated, turnedRound, (values: Numbers) => values.map(() => 0)]) {
          assert.match(verdict(only(name, change), optimizer)!, new RegExp(`, ${name} by \\d+\\.\\d %\\)$`));
        }
      }
      const larger = verdict(only(name, (values) => values.map((value) => 1.5 * value)));
      assert.match(larger!, new RegExp(`, ${name} by 50\\.\\d %\\)$`), 'AdamW would take the same steps');
    });

    test(`and not where they are right and the weights go elsewhere: ${name}`, () => {
      for (const optimizer of ['adamw', 'sgd'] as const) {
        for (const change of [negated, turnedRound, (values: Numbers) => values.map(() => 0)]) {
          const unfit = verdict(undefined, optimizer, only(name, change));
          assert.match(unfit!, new RegExp(`, ${name} by \\d+\\.\\d %\\)$`), `${optimizer} ${change.name}`);
        }
      }
    });
  }

  test('whatever measure the optimiser keeps the gradients of matrices in', () => {
    const scaled = (run: TakenSteps, ofDeep = 1): TakenSteps => {
      const parameters = run.parameters.map((steps) => {
        const scale = steps.isMatrix ? 1e-4 * (steps.name === 'deep' ? ofDeep : 1) : 1;
        return { ...steps, gradient: steps.gradient.map((value) => scale * value) };
      });
      return { ...run, parameters };
    };
    assert.equal(judgeSteps('webgpu', scaled(steps()), scaled(steps())).unfit, undefined);
    assert.match(judgeSteps('webgpu', scaled(steps(), -1), scaled(steps())).unfit!, /, deep by 200\.0 %\)$/);
  });

  test('and not where something comes of what is nothing but rounding', () => {
    assert.match(verdict(only('lost', (values) => values.map(() => 0.1)))!, /, lost by \d+\.\d %\)$/);
  });

  test('also of networks most of whose vectors have gradients that are nothing but rounding', () => {
    const withLost = (run: TakenSteps, seed: number): TakenSteps => {
      const lost = Array.from({ length: 9 }, (_, i) => {
        const random = new RandomStream(seed, i);
        const draw = (scale: number) => Float32Array.from({ length: 32 }, () => scale * random.normal());
        return { name: `lost${i}`, isMatrix: false, gradient: draw(ROUNDING), move: draw(1e-3), length: 0.3 };
      });
      return { ...run, parameters: [...run.parameters, ...lost] };
    };
    const cpu = withLost(steps(), 1);
    assert.equal(judgeSteps('webgpu', withLost(steps(), 2), cpu).unfit, undefined);
    for (const name of ['gain', 'bias']) {
      const wrong = judgeSteps('webgpu', withLost(steps(only(name, negated)), 2), cpu).unfit;
      assert.match(wrong!, new RegExp(`, ${name} by \\d+\\.\\d %\\)$`));
    }
  });

  test('and not where what should hardly move goes astray', () => {
    const cpu = steps();
    const moved = (name: string, change: (move: Float32Array) => Float32Array, reference = cpu) => {
      const parameters = reference.parameters.map((entry) =>
        entry.name === name ? { ...entry, move: change(entry.move) } : entry,
      );
      return { ...reference, parameters };
    };
    const judge = (...args: Parameters<typeof moved>) => judgeSteps('webgpu', moved(...args), args[2] ?? cpu).unfit;
    assert.equal(
      judge('lost', (move) => move.map((value) => -value)),
      undefined,
      'rounding leads anywhere',
    );
    assert.match(
      judge('lost', (move) => move.map(() => 1))!,
      /, lost by \d+\.\d %\)$/,
    );
    for (const value of [Number.NaN, Infinity]) {
      assert.match(
        judge('lost', (move) => move.map(() => value))!,
        /: a step of lost is not a number$/,
      );
      assert.match(
        judge('head', (move) => move.map(() => value))!,
        /: a step of head is not a number$/,
      );
    }
    assert.match(
      judge('lost', (move) => move.subarray(1))!,
      /: a step of lost is not a number$/,
    );
    const still = moved('deep', (move) => move.map(() => 0));
    assert.equal(
      judge('deep', (move) => move, still),
      undefined,
    );
    assert.match(
      judge('deep', (move) => move.map(() => 1), still)!,
      /, deep by \d+\.\d %\)$/,
    );
  });

  test('and not where there are gradients of what has none, which is told as a number', () => {
    const without = (run: TakenSteps, isLost: (isMatrix: boolean) => boolean): TakenSteps => {
      const parameters = run.parameters.map((entry) =>
        isLost(entry.isMatrix) ? { ...entry, gradient: entry.gradient.map(() => 0) } : entry,
      );
      return { ...run, parameters };
    };
    for (const kind of [(isMatrix: boolean) => !isMatrix, () => true]) {
      const cpu = without(steps(), kind);
      assert.equal(judgeSteps('webgpu', cpu, cpu).unfit, undefined);
      assert.match(judgeSteps('webgpu', steps(), cpu).unfit!, /, \w+ by \d+\.\d %\)$/);
    }
  });

  test('and not where there is no number, or nothing', () => {
    const cpu = steps();
    const judge = (changes: Partial<TakenSteps>) => judgeSteps('cuda', { ...cpu, ...changes }, cpu).unfit;
    assert.equal(
      judge({ losses: [1, Number.NaN, 1] }),
      "takes steps that can't be compared with the CPU's: a loss is not a number",
    );
    const broken = cpu.parameters.map((steps) =>
      steps.name === 'gain' ? { ...steps, move: steps.move.map(() => Number.NaN) } : steps,
    );
    assert.equal(
      judge({ parameters: broken }),
      "takes steps that can't be compared with the CPU's: a step of gain is not a number",
    );
    assert.match(judge({ parameters: cpu.parameters.slice(1) })!, /^takes /);
    assert.match(judge({ losses: [] })!, /a loss is not a number$/);
  });
});

test('of large parameters some elements tell, of every place in a kernel alike', () => {
  const elements = 64 * 64 * 9;
  const places = new Int32Array(9);
  for (const index of sampled(Float32Array.from({ length: elements }, (_, i) => i))) places[index % 9]!++;
  const total = places.reduce((sum, count) => sum + count);
  assert.ok(total >= 256 && Math.min(...places) > total / 18, places.join(' '));
  assert.equal(sampled(new Float32Array(300)).length, 300);
});
