import { execFileSync } from 'node:child_process';
import type { TestContext } from 'node:test';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import type { CheckRequest } from '../../../src/protocol/check.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { shade } from '../labels/shades.ts';
import { job } from '../training/job.ts';

/** An empty git repository. */
export function repository(context: TestContext) {
  const root = temporaryFolder(context);
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      stdio: 'pipe',
    });
  git('init', '--quiet', '--initial-branch=main');
  const commit = () => {
    git('add', '--all');
    git('commit', '--quiet', '--message=images');
  };
  return { root, git, commit };
}

/** One with four pictures, and the first of them once more. */
export async function copies(context: TestContext) {
  const { root, git, commit } = repository(context);
  for (let i = 0; i < 4; i++) write(root, `a/${i}.png`, await shade([30 + 50 * i, 90, 120], i));
  write(root, 'a/first again.png', await shade([30, 90, 120], 0));
  commit();
  const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
  context.after(() => engine.dispose());
  const check = (request: Partial<CheckRequest> = {}) =>
    engine.check({ folder: root, encoder: 'pixels', only: ['exact-duplicate'], ...request }, job());
  return { root, git, commit, engine, check };
}
