import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readOnly } from '../../../src/core/errors.ts';
import { labelRules } from '../../../src/core/labels/labelRules.ts';
import type { ResolvedEncoder } from '../../../src/engine/encoders/encoder.ts';
import { DEFAULT_ENCODER_ID, EncoderRegistry } from '../../../src/engine/encoders/registry.ts';
import { indexImages } from '../../../src/engine/indexing/folderIndexing.ts';
import { newStore } from '../store/storeFixtures.ts';
import { job } from '../training/job.ts';
import { picture, write } from './dataset.ts';
import { fakeEncoder } from './fakeEncoder.ts';

test('images are indexed whether or not texts of before can be forgotten', async (context) => {
  const store = newStore(context);
  const { root } = store;
  write(root, 'a.png', await picture([200, 90, 90], 1));
  const { encoder } = fakeEncoder();
  const resolved: ResolvedEncoder = { ...encoder, model: { file: '' }, text: {} as never };
  let listed = 0;
  class Unlisted extends EncoderRegistry {
    override resolve = () => Promise.resolve(resolved);
    override resolveAny = () => Promise.resolve(resolved);
    override list = () => {
      listed++;
      return Promise.reject(readOnly('encoders', undefined));
    };
  }
  // Nothing has asked for the vectors that stand for captions in a long time.
  store.writeMeta('kept-texts', JSON.stringify({ '1 ': 0 }));
  const config = { captionEncoder: 'reader' };
  const dataset = { root, store, config, rules: labelRules(config) };
  const registry = new Unlisted();
  const load = () => Promise.resolve(encoder);
  const report = await indexImages({ folder: root }, { dataset, registry, load }, job());
  assert.deepEqual([report.embedded, listed], [1, 1]);
});

test('images are indexed whether or not the config can follow to the default of today', async (context) => {
  const store = newStore(context);
  const { root } = store;
  write(root, 'a.png', await picture([200, 90, 90], 1));
  // A file of this name can neither be read nor written.
  mkdirSync(join(root, '.likeness', 'config.json'), { recursive: true });
  const { encoder } = fakeEncoder();
  class OfToday extends EncoderRegistry {
    override resolve = () => Promise.resolve({ ...encoder, model: { file: '' } });
  }
  const config = { encoder: 'likeness-0' };
  const dataset = { root, store, config, rules: labelRules(config) };
  const options = { dataset, registry: new OfToday(), load: () => Promise.resolve(encoder) };
  const report = await indexImages({ folder: root, encoder: DEFAULT_ENCODER_ID }, options, job());
  const message = report.notices.map((notice) => notice.message).join('\n');
  assert.equal(report.embedded, 1);
  assert.match(
    message,
    /config\.json still names likeness-0, .* goes back to it; write likeness-1 there\. .*config\.json/,
  );
});
