import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { defaultRecipe } from '../../../src/build/defaultEncoder/recipe.ts';
import { parseCardOverrides } from '../../../src/core/encoders/cardOverrides.ts';
import { DEFAULT_ENCODER_ID, EncoderRegistry } from '../../../src/engine/encoders/registry.ts';
import { builtInEncoder } from '../../../src/engine/encoders/builtIn.ts';
import { inspectModel } from '../../../src/engine/encoders/inspect.ts';
import { shippedEncoder } from '../../../src/engine/encoders/shippedEncoder.ts';
import { readStartingEncoder } from '../../../src/engine/training/startingEncoder.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { picture, write } from '../indexing/dataset.ts';

const { card, identity, model } = shippedEncoder();
const file = 'file' in model ? model.file : '';

describe('the encoder that ships', () => {
  test('has a card that is valid and of just this file', async () => {
    assert.equal(parseCardOverrides(card), card);
    assert.equal(createHash('sha256').update(readFileSync(file)).digest('hex'), card.sha256);
    const inspected = await inspectModel(file);
    assert.deepEqual({ ...inspected.card, id: card.id }, card);
    assert.equal(inspected.identity, identity);
  });

  test('is small, and its card says how it was made, how good it is and from when on pictures are alike', () => {
    assert.ok(readFileSync(file).length < 6e6);
    const { training, unrelatedSimilarity, trainedOn, licence } = card;
    assert.match(training!.command, /^likeness train distill /);
    assert.equal(card.id, defaultRecipe.id);
    const { softness, projection, gradientHistograms, convolutions } = training!.finishing!;
    assert.deepEqual([softness, projection.shrinkage], [defaultRecipe.softness, defaultRecipe.projection.shrinkage]);
    assert.deepEqual([projection.components, projection.classes], [card.output.dim, 150]);
    assert.ok(gradientHistograms.share > 0 && convolutions.bits === 8);
    assert.ok(training!.seconds > 600);
    assert.ok(Object.values(training!.metrics).length >= 6);
    assert.ok(unrelatedSimilarity! > 0.1 && unrelatedSimilarity! < 0.8);
    assert.ok(trainedOn !== undefined && licence !== undefined);
  });

  test('beats its baselines, and its model card tells the same figures', () => {
    const { metrics, beside, seconds } = card.training!;
    const text = readFileSync(join(dirname(file), 'README.md'), 'utf8');
    const sets = Object.keys(metrics).filter((name) => name.startsWith('kNN ') && name !== 'kNN mean');
    const names = [...sets, 'kNN mean'];
    const others = Object.entries(beside!);
    assert.equal(sets.length, 3);
    assert.equal(others.length, 4);
    for (const [id, figures] of [[card.id, metrics] as const, ...others]) {
      const cells = names.map((name) => `${(100 * figures[name]!).toFixed(1)} %`);
      assert.match(text, new RegExp(`\\| ${cells.join('\\s+\\| ')}\\s+\\|`), id);
      const isTeacher = id.startsWith('mobilenet');
      for (const name of sets)
        assert.equal(figures[name]! < metrics[name]!, !isTeacher && id !== card.id, `${id}, ${name}`);
    }
    assert.ok(text.includes(card.sha256));
    assert.ok(text.includes(`${seconds.toLocaleString('en')} s`));
  });

  test('can be trained further, in float32', async (context) => {
    const root = temporaryFolder(context);
    const { size, values, imported } = await readStartingEncoder(new EncoderRegistry(), card.id, root);
    assert.equal(size, 64);
    assert.ok(imported!.trained.length > 14, 'a weight for each of its layers');
    const large = [...values].filter(([, value]) => value.length > 1000);
    assert.ok(large.length > 14);
    for (const [name, value] of large)
      assert.ok(value.filter((number) => number !== 0).length > value.length / 2, name);
  });
});

test('an index made with an older default goes on with it, and says that there is a newer one', async (context) => {
  const root = temporaryFolder(context);
  const cacheFolder = temporaryFolder(context);
  write(root, 'a.png', await picture([200, 40, 40], 1));
  const older = 'handcrafted';
  const engine = new Engine({ ...engineOptions(), cacheFolder });
  context.after(() => engine.dispose());
  const job = { signal: new AbortController().signal, report: () => undefined };
  await engine.indexFolder({ folder: root, encoder: older }, job);
  write(root, 'b.png', await picture([40, 40, 200], 2));
  const again = await engine.indexFolder({ folder: root }, job);
  assert.deepEqual([again.encoder.id, again.embedded, again.newerEncoder], [older, 1, DEFAULT_ENCODER_ID]);
  const summary = await engine.summary({ path: root });
  assert.equal(summary?.newerEncoder?.name, builtInEncoder(DEFAULT_ENCODER_ID)!.card.name);

  const renewed = await engine.indexFolder({ folder: root, encoder: DEFAULT_ENCODER_ID }, job);
  assert.deepEqual([renewed.encoder.id, renewed.newerEncoder], [DEFAULT_ENCODER_ID, undefined]);
  assert.equal((await engine.doctor({ folder: root })).encoder?.stronger, 'larger');
  await engine.indexFolder({ folder: root, encoder: older }, job);
  const { imagesPerSecond, ...told } = (await engine.doctor({ folder: root })).encoder!;
  assert.deepEqual(told, { id: older, name: builtInEncoder(older)!.card.name, stronger: 'default' });
  assert.ok(imagesPerSecond > 0);
  // Whoever has chosen it in the config wants it.
  writeFileSync(join(root, '.likeness', 'config.json'), JSON.stringify({ encoder: older }));
  const chosen = new Engine({ ...engineOptions(), cacheFolder });
  context.after(() => chosen.dispose());
  assert.equal((await chosen.summary({ path: root }))?.newerEncoder, undefined);
});
