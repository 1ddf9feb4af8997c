import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Engine } from '../../../src/engine/engine.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { job } from '../training/job.ts';
import { listed } from './labelFixtures.ts';

/** Checks that all who read labels see the same ones. */
export async function assertSeenByAll(engine: Engine, root: string, context: TestContext): Promise<void> {
  await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
  const { images } = await listed(root);
  const summary = await engine.summary({ path: root });
  const counted = (names: readonly (string | undefined)[]) =>
    [...new Set(names.filter((name) => name !== undefined))]
      .sort()
      .map((name) => ({ name, count: names.filter((other) => other === name).length }));
  assert.deepEqual(summary!.classes, counted(images.map(([, label]) => label)), 'summary');
  assert.deepEqual(summary!.splits, counted(images.map(([, , split]) => split)), 'summary');
  const file = join(temporaryFolder(context), 'all.jsonl');
  await engine.exchange.export({ folder: root, format: 'jsonl', out: file }, job());
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => {
      const { path, label, split } = JSON.parse(line) as Record<string, string | null>;
      return [path, label ?? undefined, split ?? undefined];
    }),
    images,
    'export',
  );
  const map = await engine.map({ folder: root }, job());
  assert.deepEqual(
    map.points.map((path, row) => [path, map.labels[row], map.splits[row]]),
    images,
    'map',
  );
  const [first] = images;
  const { query, results } = await engine.similar({ image: join(root, first![0]!), count: 9 });
  assert.deepEqual([query.label, query.split], [first![1], first![2]], 'similar');
  const seen = new Map(results.map(({ path, label, split }) => [path, [path, label, split]]));
  assert.deepEqual(
    images.slice(1).map(([path]) => seen.get(path!)),
    images.slice(1),
    'similar',
  );
  const { assignments } = await engine.curation.split(
    { folder: root, shares: { train: 0.5, validation: 0.5, test: 0 } },
    job(),
  );
  const splitOf = new Map(assignments.map(({ path, split }) => [path, split]));
  for (const [path, , split] of images) if (split !== undefined) assert.equal(splitOf.get(path!), split, 'split');
  const check = await engine.check({ folder: root }, job());
  assert.deepEqual(check.notices, summary!.notices, 'check');
}
