import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';

/** Relative to the root. */
export const FOLDER = '.likeness/quarantine';

/** A dataset of files that are no pictures, and what can be done to set them aside. */
export function datasetOf(context: TestContext, ...images: readonly string[]) {
  const root = temporaryFolder(context);
  for (const image of images) write(root, image, `bytes of ${image}`);
  write(root, '.likeness/config.json', '{}');
  const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
  context.after(() => engine.dispose());
  const { decisions } = engine;
  const decide = (undo: boolean, ...paths: readonly string[]) =>
    decisions.take({ root, decisions: [{ paths, decision: { action: 'quarantine' }, undo }] });
  const told = async () => (await decisions.quarantined({ root })).map(({ path, at }) => [path, at]);
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  return {
    root,
    engine,
    decisions,
    told,
    read,
    aside: decide.bind(undefined, false),
    back: decide.bind(undefined, true),
  };
}
