import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { drawAugmentation } from '../../../src/core/augmentation/draw.ts';
import { identityPlan, type AugmentationPlan } from '../../../src/core/augmentation/plan.ts';
import type { AugmentationRecipe } from '../../../src/core/augmentation/recipe.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { assertFrequency, assertUniform } from './statistics.ts';

const source = { width: 128, height: 170 };
const often: AugmentationRecipe = {
  crop: { probability: 0.9, area: [0.2, 0.6], aspectRatio: [3 / 4, 4 / 3] },
  horizontalFlip: { probability: 0.5 },
  verticalFlip: { probability: 0.3 },
  quarterTurns: { probability: 0.75 },
  rotation: { probability: 0.6, maximumDegrees: 30 },
  colourJitter: { probability: 0.8, brightness: 0.4, contrast: 0.3, saturation: 0.2, hue: 0.1 },
  greyscale: { probability: 0.1 },
  blur: { probability: 0.5, sigma: [0.1, 2] },
  noise: { probability: 0.4, deviation: [0.01, 0.1], monochrome: false },
  cutout: { probability: 0.7, area: [0.02, 0.3], aspectRatio: [0.3, 3.3], fill: 'mean' },
};
type Operation = keyof AugmentationRecipe;
const operations = Object.keys(often) as Operation[];

/** What a plan says about each operation; undefined where it isn't applied. */
function partsOf(plan: AugmentationPlan): Record<Operation, unknown> {
  const whole = plan.crop.width === source.width && plan.crop.height === source.height;
  return {
    crop: whole ? undefined : plan.crop,
    horizontalFlip: plan.horizontalFlip || undefined,
    verticalFlip: plan.verticalFlip || undefined,
    quarterTurns: plan.quarterTurns || undefined,
    rotation: plan.rotationDegrees || undefined,
    colourJitter: plan.colourJitter.length > 0 ? plan.colourJitter : undefined,
    greyscale: plan.greyscale || undefined,
    blur: plan.blurSigma || undefined,
    noise: plan.noise,
    cutout: plan.cutout,
  };
}

const views = (recipe: AugmentationRecipe, count: number): AugmentationPlan[] =>
  Array.from({ length: count }, (_, sample) =>
    drawAugmentation(recipe, source, { seed: 5, epoch: 1, sample, view: 0 }),
  );

const withProbability = (operation: Operation, probability: number): AugmentationRecipe => ({
  ...often,
  [operation]: { ...often[operation], probability },
});

test('a plan is plain data and a function of recipe, size and key', () => {
  const key = { seed: 2 ** 40, epoch: 3, sample: 4, view: 1 };
  const plan = drawAugmentation(often, source, key);
  assert.deepEqual(drawAugmentation(often, source, key), plan);
  for (const each of views(often, 50)) assert.deepEqual(JSON.parse(JSON.stringify(each)), each);
  for (const other of [{ seed: 1 }, { epoch: 4 }, { sample: 5 }, { view: 0 }, { view: 257 }]) {
    assert.notDeepEqual(drawAugmentation(often, source, { ...key, ...other }), plan);
  }
});

test('without operations nothing is done', () => {
  assert.deepEqual(drawAugmentation({}, source, { seed: 1, epoch: 0, sample: 0, view: 0 }), identityPlan(source));
  const never = Object.fromEntries(operations.map((name) => [name, { ...often[name], probability: 0 }]));
  for (const plan of views(never, 50)) assert.deepEqual(plan, identityPlan(source));
});

test('each operation has the stream that is documented', () => {
  for (let view = 0; view < 300; view++) {
    const key = { seed: 9, epoch: 2, sample: 7, view };
    const plan = drawAugmentation(often, source, key);
    assert.equal(plan.horizontalFlip, new RandomStream(9, 2, 7, 0x41000002 + view * 256).chance(0.5));
    const blur = new RandomStream(9, 2, 7, 0x41000008 + view * 256);
    assert.equal(plan.blurSigma, blur.chance(0.5) ? blur.uniform(0.1, 2) : 0);
  }
});

suite('an operation changes nothing about the others', () => {
  const before = views(often, 100).map(partsOf);
  for (const operation of operations) {
    test(operation, () => {
      const { [operation]: _, ...without } = often;
      const always = views(withProbability(operation, 1), 100).map(partsOf);
      for (const [i, parts] of before.entries()) {
        // More often applied, it does the same where it was applied before.
        if (parts[operation] !== undefined) assert.deepEqual(always[i]![operation], parts[operation]);
        assert.deepEqual({ ...always[i], [operation]: 0 }, { ...parts, [operation]: 0 });
      }
      for (const [i, plan] of views(without, 100).entries()) {
        assert.deepEqual(partsOf(plan), { ...before[i], [operation]: undefined });
      }
    });
  }
});

test('operations are applied as often as their probability says, independently of each other', () => {
  const total = 4000;
  const parts = views(often, total).map(partsOf);
  for (const first of operations) {
    const chance = often[first]!.probability;
    const applied = parts.filter((part) => part[first] !== undefined);
    assertFrequency(applied.length, total, chance, first);
    for (const second of operations) {
      if (second === first) continue;
      const both = applied.filter((part) => part[second] !== undefined).length;
      assertFrequency(both, applied.length, often[second]!.probability, `${second} where ${first}`);
    }
  }
});

test('parameters are uniform within their ranges', () => {
  const plans = views(often, 4000);
  assertUniform(plans.map((plan) => plan.rotationDegrees).filter(Boolean), -30, 30);
  assertUniform(plans.map((plan) => plan.blurSigma).filter(Boolean), 0.1, 2);
  assertUniform(
    plans.flatMap((plan) => plan.noise?.deviation ?? []),
    0.01,
    0.1,
  );
  const ranges = { brightness: 0.4, contrast: 0.3, saturation: 0.2 };
  const steps = plans.flatMap((plan) => plan.colourJitter);
  for (const [operation, strength] of Object.entries(ranges)) {
    const factors = steps.flatMap((step) =>
      step.operation === operation ? [(step as { factor: number }).factor] : [],
    );
    assertUniform(factors, 1 - strength, 1 + strength);
  }
  assertUniform(
    steps.flatMap((step) => (step.operation === 'hue' ? [step.turns] : [])),
    -0.1,
    0.1,
  );
  for (const turns of [0, 1, 2, 3]) {
    assertFrequency(plans.filter((plan) => plan.quarterTurns === turns).length, 4000, 0.25, `${turns} turns`);
  }
});

test('factors do not go below 0', () => {
  const jitter = { probability: 1, brightness: 2, contrast: 0, saturation: 0, hue: 0 };
  const factors = views({ colourJitter: jitter }, 2000).map((plan) => {
    const [step] = plan.colourJitter;
    assert.ok(plan.colourJitter.length === 1 && step?.operation === 'brightness');
    return step.factor;
  });
  assertUniform(factors, 0, 3);
});

test('the four colour steps come in all orders, equally often', () => {
  const total = 4800;
  const orders = new Map<string, number>();
  for (const plan of views({ colourJitter: { ...often.colourJitter!, probability: 1 } }, total)) {
    const order = plan.colourJitter.map(({ operation }) => operation).join();
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  assert.equal(orders.size, 24);
  for (const [order, count] of orders) assertFrequency(count, total, 1 / 24, order);
});

test('a colour step that is left out leaves the others as they are', () => {
  const jitter = { ...often.colourJitter!, probability: 1 };
  const withoutHue = views({ colourJitter: { ...jitter, hue: 0 } }, 50);
  for (const [i, plan] of views({ colourJitter: jitter }, 50).entries()) {
    assert.deepEqual(
      withoutHue[i]!.colourJitter,
      plan.colourJitter.filter(({ operation }) => operation !== 'hue'),
    );
  }
});

test('cutouts have the drawn area and lie anywhere within the view', () => {
  const extreme = { probability: 1, area: [0.3, 0.9], aspectRatio: [0.05, 20], fill: 0 } as const;
  const cutouts = views({ cutout: extreme }, 3000).map((plan) => plan.cutout!);
  assertUniform(
    cutouts.map(({ width, height }) => width * height),
    0.3,
    0.9,
  );
  for (const { left, top, width, height } of cutouts) {
    assert.ok(left >= 0 && top >= 0 && left + width <= 1 + 1e-12 && top + height <= 1 + 1e-12);
  }
  const small = views({ cutout: { ...extreme, area: [0.01, 0.1], aspectRatio: [0.5, 2] } }, 3000).map(
    (plan) => plan.cutout!,
  );
  assertUniform(
    small.map(({ width, height }) => Math.log(width / height)),
    Math.log(0.5),
    Math.log(2),
  );
  assertUniform(
    small.map(({ left, width }) => left / (1 - width)),
    0,
    1,
  );
  assertUniform(
    small.map(({ top, height }) => top / (1 - height)),
    0,
    1,
  );
});
