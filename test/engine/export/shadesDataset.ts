import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import type { ExportFormat, ExportRequest } from '../../../src/protocol/exports.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { shade } from '../labels/shades.ts';
import { job } from '../training/job.ts';

/**
 * An indexed dataset with decisions: `train/red/{0,1,2}.png`, `val/red/0.png`, `train/blue/{0,1}.png` and `loose.png`, of
 * which `train/red/1.png` is excluded, `train/red/2.png` is relabelled to `blue` and tagged `odd`, and `loose.png` has no label.
 */
export async function shadesDataset(context: TestContext) {
  const root = temporaryFolder(context);
  for (let i = 0; i < 3; i++) write(root, `train/red/${i}.png`, await shade([200, 40 + 20 * i, 40], i));
  for (let i = 0; i < 2; i++) write(root, `train/blue/${i}.png`, await shade([40, 60 + 20 * i, 200], 10 + i));
  write(root, 'val/red/0.png', await shade([210, 50, 60], 20));
  write(root, 'loose.png', await shade([120, 120, 120], 30));
  write(root, 'broken.png', 'broken');
  const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
  context.after(() => engine.dispose());
  await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
  const decide = (path: string, decision: Parameters<Engine['decisions']['decide']>[0]['decision']) =>
    engine.decisions.decide({ root, paths: [path], decision, undo: false });
  await decide('train/red/1.png', { action: 'exclude' });
  await decide('train/red/2.png', { action: 'relabel', value: 'blue' });
  await decide('train/red/2.png', { action: 'tag', value: 'odd' });
  const out = temporaryFolder(context);
  const exportTo = (format: ExportFormat, name: string, request: Partial<ExportRequest> = {}, work = job()) =>
    engine.exchange.export({ folder: root, format, out: join(out, name), ...request }, work);
  return { root, engine, out, exportTo };
}

/** What is exported unless something is asked for. */
export const exported = [
  ...['loose.png', 'train/blue/0.png', 'train/blue/1.png', 'train/red/0.png', 'train/red/2.png', 'val/red/0.png'],
];
