import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ErrorCode } from '../../../src/core/errors.ts';
import { openStore } from '../../../src/engine/store/openStore.ts';
import { Database } from '../../../src/engine/store/sqlite.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { newStore } from './storeFixtures.ts';

const BATCH = 20;
const writer = fileURLToPath(new URL('writer.ts', import.meta.url));

function start(root: string, batches: number, prefix = ''): ChildProcess & { batches: () => number } {
  const child = spawn(
    process.execPath,
    ['--no-warnings', '--experimental-strip-types', writer, root, `${batches}`, prefix],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return Object.assign(child, { batches: () => text.split('\n').length - 1 });
}

async function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

suite('several processes on one index', () => {
  test('create it and write the same keys at once without doubles or failures', async (context) => {
    const root = temporaryFolder(context);
    const children = [start(root, 15), start(root, 15), start(root, 15)];
    assert.deepEqual(await Promise.all(children.map(end)), [0, 0, 0]);
    const store = openStore(root, { cacheFolder: join(root, 'cache'), mode: 'write' });
    context.after(() => {
      store.close();
    });
    assert.deepEqual(store.notices, []);
    const [encoder] = store.readEncoders();
    assert.equal(store.readEncoders().length, 1);
    assert.equal(store.readVectors(encoder!.key).paths.length, 15 * BATCH);
    assert.equal(store.readFiles().size, 15 * BATCH);
    const contents = new Set([...store.readFiles().values()].map(({ contentKey }) => contentKey));
    assert.equal(contents.size, 15 * BATCH);
  });

  test('rebuild a damaged one once', async (context) => {
    const root = temporaryFolder(context);
    openStore(root, { cacheFolder: join(root, 'cache'), mode: 'write' }).close();
    writeFileSync(join(root, '.likeness/index.sqlite'), 'not a database at all'.repeat(1000));
    const children = [start(root, 2, 'a'), start(root, 2, 'b')];
    assert.deepEqual(await Promise.all(children.map(end)), [0, 0]);
    const aside = readdirSync(join(root, '.likeness')).filter((name) => /\.corrupt-[^.]*$/.test(name));
    assert.equal(aside.length, 1);
    const store = openStore(root, { cacheFolder: join(root, 'cache'), mode: 'write' });
    assert.equal(store.readFiles().size, 4 * BATCH);
    store.close();
  });

  test('killed at any moment, only whole batches are there and the next run goes on', async (context) => {
    const root = temporaryFolder(context);
    for (const [round, delay] of [3, 11, 24, 40, 77].entries()) {
      const child = start(root, 100_000, `${round}-`);
      const deadline = Date.now() + 5_000;
      while (child.batches() === 0 && Date.now() < deadline) await sleep(2);
      await sleep(delay);
      child.kill('SIGKILL');
      await end(child);
      const store = openStore(root, { cacheFolder: join(root, 'cache'), mode: 'write' });
      assert.deepEqual(store.notices, []);
      const paths = [...store.readFiles().keys()].filter((path) => path.startsWith(`${round}-`));
      const vectors = store.readVectors(store.readEncoders()[0]!.key);
      assert.equal(vectors.paths.length, store.readFiles().size);
      store.close();
      const perBatch = new Map<string, string[]>();
      for (const path of paths) {
        const batch = path.slice(0, path.indexOf('/'));
        perBatch.set(batch, [...(perBatch.get(batch) ?? []), path]);
      }
      assert.ok(perBatch.size >= child.batches(), 'what was reported as written is there');
      for (const batch of perBatch.values()) assert.equal(batch.length, BATCH);
    }
    const database = new Database(join(root, '.likeness/index.sqlite'));
    database.assertIntact();
    database.close();
  });

  test('a lease of a process that died is free at once', async (context) => {
    const store = newStore(context);
    const source = `const { openStore } = await import(${JSON.stringify(new URL('../../../src/engine/store/openStore.ts', import.meta.url).href)});
      openStore(${JSON.stringify(store.root)}, { cacheFolder: '/nowhere', mode: 'write' }).acquireLease('index', 'child', 600_000);
      process.stdout.write('taken');
      setInterval(() => undefined, 1000);`;
    const flags = ['--no-warnings', '--experimental-strip-types', '--input-type=module', '--eval'];
    const child = spawn(process.execPath, [...flags, source], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    assert.equal(store.acquireLease('index', 'me', 60_000)?.pid, child.pid);
    child.kill('SIGKILL');
    await end(child);
    assert.equal(store.acquireLease('index', 'me', 60_000), undefined);
  });

  test(
    'a lock that is never released is reported',
    { skip: process.env['LIKENESS_SLOW_TESTS'] === undefined && 'takes 15 s; set LIKENESS_SLOW_TESTS' },
    (context) => {
      const store = newStore(context);
      const other = new Database(store.location);
      context.after(() => {
        other.close();
      });
      other.exclusively(() => {
        assert.throws(
          () => {
            store.writeMeta('k', 'v');
          },
          { code: ErrorCode.IndexBusy },
        );
      });
    },
  );
});
