import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { chanceLoss, contrastiveMetrics } from '../../../src/core/evaluation/contrastiveMetrics.ts';
import { effectiveRank, singularValues, spreadOfNormalized } from '../../../src/core/evaluation/spectrum.ts';
import { RandomStream } from '../../../src/core/random.ts';
import {
  diagnose,
  type Diagnosis,
  type DiagnosisOptions,
  type TrainingRecord,
} from '../../../src/core/training/diagnosis.ts';

const CHANCE = Math.log(511);
const options = { warmupSteps: 200 };

interface Shape {
  /** As functions of the step. */
  readonly relativeLoss: (step: number) => number;
  readonly relativeDeviation?: (step: number) => number;
  readonly effectiveRank?: (step: number) => number;
  readonly gradientNorm?: (step: number) => number;
}

/** A run with a record every `every` steps and noise on the loss, as batches make it. */
function runOf(shape: Shape, { steps = 1500, every = 10, noise = 0.002, chance = CHANCE } = {}): TrainingRecord[] {
  const random = new RandomStream(1);
  return Array.from({ length: Math.floor(steps / every) }, (_, i) => {
    const step = i * every;
    const relativeLoss = shape.relativeLoss(step) + noise * random.normal();
    return {
      step,
      loss: relativeLoss * chance,
      relativeLoss,
      ...(shape.relativeDeviation && { relativeDeviation: shape.relativeDeviation(step) }),
      ...(shape.effectiveRank && { effectiveRank: shape.effectiveRank(step) }),
      ...(shape.gradientNorm && { gradientNorm: shape.gradientNorm(step) }),
    };
  });
}

/** What is said after every record, as a run would hear it. */
function diagnoses(history: readonly TrainingRecord[], settings: DiagnosisOptions = options): Diagnosis[] {
  return history.map((_, i) => diagnose(history.slice(0, i + 1), settings)).filter((result) => result !== undefined);
}

function firstStep(history: readonly TrainingRecord[], kind: Diagnosis['kind']): number {
  const index = history.findIndex((_, i) => diagnose(history.slice(0, i + 1), options)?.kind === kind);
  return index < 0 ? Infinity : history[index]!.step;
}

const falling = (from: number, to: number, start: number, span: number) => (step: number) =>
  step < start ? from : to + (from - to) * Math.exp((start - step) / span);

suite('a healthy run raises no alarm', () => {
  const runs: Record<string, [Shape, DiagnosisOptions?]> = {
    'from nearly collapsed embeddings at chance, learning after the warm-up': [
      {
        relativeLoss: falling(1, 0.74, 150, 300),
        relativeDeviation: (step) => 0.9 - 0.88 * Math.exp(-step / 150),
        effectiveRank: (step) => 1.2 + 30 * (1 - Math.exp(-step / 200)),
        gradientNorm: () => 0.3,
      },
    ],
    'that starts slowly': [{ relativeLoss: falling(1, 0.9, 250, 400), relativeDeviation: () => 0.6 }],
    'that has only just begun to learn when patience ends': [
      { relativeLoss: (step) => 1 - Math.max(0, step - 200) * 2e-5, relativeDeviation: () => 0.6 },
    ],
    'from embeddings so alike that their spread is still growing': [
      {
        relativeLoss: (step) => 1 - Math.max(0, step - 450) * 1e-4,
        relativeDeviation: (step) => 0.002 * Math.exp(step / 250),
      },
    ],
    'above chance at first': [{ relativeLoss: falling(1.3, 0.7, 0, 200), relativeDeviation: () => 0.5 }],
    'that continues a trained encoder and loses some of its lead': [
      { relativeLoss: (step) => 0.3 + Math.min(0.4, step / 1000), relativeDeviation: () => 0.9 },
    ],
    'with a large mean in its representations': [
      { relativeLoss: falling(1, 0.7, 100, 200), effectiveRank: () => 1.3, relativeDeviation: () => 0.09 },
    ],
    'with a single bad batch': [{ relativeLoss: (step) => (step === 700 ? 9 : 0.8), relativeDeviation: () => 0.8 }],
    'that has converged': [{ relativeLoss: () => 0.73, relativeDeviation: () => 0.8, gradientNorm: () => 1e-9 }],
    'at a temperature that keeps even a perfect loss near chance': [
      { relativeLoss: falling(1, 0.9925, 200, 100), relativeDeviation: () => 0.7 },
      { warmupSteps: 200, temperature: 10 },
    ],
  };
  for (const [name, [shape, settings]] of Object.entries(runs)) {
    test(name, () => {
      const noise = settings?.temperature === undefined ? 0.002 : 0.0001;
      assert.deepEqual(diagnoses(runOf(shape, { noise }), settings), []);
    });
  }

  test('of a loss that has no chance level', () => {
    const history = Array.from({ length: 100 }, (_, i) => ({ step: 10 * i, loss: 0.02 + 0.08 * Math.exp(-i / 20) }));
    assert.deepEqual(diagnoses(history), []);
  });

  test('before there is anything', () => {
    assert.equal(diagnose([], options), undefined);
  });
});

/** Metrics of real embeddings: a direction common to all images, one per image, and one per view. */
function measured(step: number, common: number, image: number, view: number): TrainingRecord {
  const [count, dim, random] = [64, 32, new RandomStream(step)];
  const images = Float32Array.from({ length: count * dim }, () => random.normal());
  const views = [0, 1].map(() => images.map((value) => common + image * value + view * random.normal()));
  const { loss } = contrastiveMetrics(views[0]!, views[1]!, count, dim, 0.5);
  return {
    step,
    loss,
    relativeLoss: loss / chanceLoss(count),
    relativeDeviation: spreadOfNormalized(views[0]!, count, dim).relativeDeviation,
    effectiveRank: effectiveRank(singularValues(views[0]!, count, dim)),
  };
}

suite('on metrics of real embeddings', () => {
  const steps = Array.from({ length: 60 }, (_, i) => i * 10);
  const settings = { warmupSteps: 50, temperature: 0.5 };

  test('learning from a collapsed start is healthy', () => {
    const history = steps.map((step) => measured(step, 1, 0.003 + step / 100, 0.01));
    assert.ok(Math.abs(history[0]!.relativeLoss! - 1) < 0.01 && history[0]!.relativeDeviation! < 0.1);
    assert.ok(history.at(-1)!.relativeLoss! < 0.75);
    assert.deepEqual(diagnoses(history, settings), []);
  });

  test('staying there is collapse, but not before patience ends', () => {
    const history = steps.map((step) => measured(step, 1, 0.003, 0.01));
    const alarms = history.filter((_, i) => diagnose(history.slice(0, i + 1), settings) !== undefined);
    assert.ok(alarms.length > 0 && alarms[0]!.step >= 150);
    assert.equal(diagnose(history, settings)?.kind, 'collapse');
  });

  test('images that vary along one line have collapsed by their rank', () => {
    const line = (step: number) => ({ ...measured(step, 1, 0, 0.001), relativeDeviation: 0.5 });
    assert.match(diagnose(steps.map(line), settings)!.message, /collapsed.*effective rank is 1/);
  });

  test('embeddings that differ, but not by image, have learned nothing', () => {
    const history = steps.map((step) => measured(step, 0.2, 0, 1));
    assert.deepEqual(new Set(diagnoses(history, settings).map(({ kind }) => kind)), new Set(['no-learning']));
  });
});

suite('collapse', () => {
  test('of a run that had learned is told soon, with the way back', () => {
    const shape: Shape = {
      relativeLoss: (step) => (step < 100 ? 1 - step / 400 : 1),
      relativeDeviation: (step) => (step < 100 ? 0.8 : 0.01),
    };
    const history = runOf(shape);
    const step = firstStep(history, 'collapse');
    assert.ok(step > 120 && step <= 200, `at step ${step}`);
    assert.match(diagnose(history, options)!.message, /spread is 1 % .* resume from an earlier checkpoint/);
  });

  test('is found where spread and rank are measured rarely', () => {
    const history = runOf({ relativeLoss: () => 1, relativeDeviation: () => 0.01 }).map((record, i) =>
      i % 20 === 0 ? record : { step: record.step, loss: record.loss, relativeLoss: record.relativeLoss! },
    );
    assert.equal(diagnose(history, options)?.kind, 'collapse');
  });
});

suite('divergence', () => {
  test('by numbers that are not finite, at once, at the step where it began', () => {
    const healthy = runOf({ relativeLoss: () => 0.9 }, { steps: 50 });
    for (const broken of [
      { loss: Number.NaN },
      { loss: Infinity },
      { loss: 5, gradientNorm: Number.NaN },
      { loss: 5, gradientNorm: Infinity },
      { loss: 5, relativeDeviation: Number.NaN },
    ]) {
      const result = diagnose([...healthy, { step: 50, ...broken }, { step: 60, ...broken }], options);
      assert.equal(result?.kind, 'divergence');
      assert.match(result.message, /Since step 50 /);
    }
  });

  test('is over for a run that was resumed from before it', () => {
    const healthy = runOf({ relativeLoss: () => 0.9 }, { steps: 100 });
    const history = healthy.with(5, { step: 50, loss: Number.NaN });
    assert.equal(diagnose(history, options), undefined);
  });

  test('by a loss far above its start and above chance', () => {
    const history = runOf({ relativeLoss: (step) => 1 + Math.max(0, step - 400) / 200, relativeDeviation: () => 0.5 });
    const step = firstStep(history, 'divergence');
    assert.ok(step > 500 && step < 600, `at step ${step}`);
    assert.match(diagnose(history, options)!.message, /far above the 6.2 it started from/);
  });

  test('of a loss without a chance level', () => {
    const history = Array.from({ length: 30 }, (_, i) => ({ step: i, loss: 0.1 * 1.1 ** i }));
    assert.equal(diagnose(history, options)?.kind, 'divergence');
  });

  test('by falling back to chance while embeddings still differ', () => {
    const history = runOf({ relativeLoss: (step) => (step < 800 ? 0.8 : 1), relativeDeviation: () => 0.7 });
    assert.match(diagnose(history, options)!.message, /lost what it had learned/);
    assert.ok(firstStep(history, 'divergence') >= 800);
  });
});

suite('no learning', () => {
  const stuck: Shape = { relativeLoss: () => 1, relativeDeviation: () => 0.7, gradientNorm: () => 0.1 };

  test('is told after warm-up and patience, never before', () => {
    const history = runOf(stuck);
    const step = firstStep(history, 'no-learning');
    assert.ok(step >= 300 && step < 500, `at step ${step}`);
    assert.match(diagnose(history, options)!.message, /raise the learning rate/);
  });

  test('names a gradient that does not arrive', () => {
    assert.match(diagnose(runOf({ ...stuck, gradientNorm: () => 0 }), options)!.message, /no gradient reaches/);
  });
});
