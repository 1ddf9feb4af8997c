import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as settled } from 'node:timers/promises';
import { ErrorCode, cancelled } from '../../../src/core/errors.ts';
import type { FailedJob } from '../../../src/extension/datasets/indexingJobs.ts';
import { IndexingJobs } from '../../../src/extension/datasets/indexingJobs.ts';
import type { IndexReport, IndexRequest } from '../../../src/protocol/engine.ts';
import { keepRegions } from '../../../src/extension/datasets/keptRegions.ts';
import { FakeCaller } from '../fakeCaller.ts';

const report = (root: string): IndexReport => ({
  root,
  encoder: { id: 'handcrafted', dim: 4 },
  images: 1,
  embedded: 1,
  copies: 0,
  unchanged: 0,
  removed: 0,
  failed: [],
  skipped: [],
  seconds: 1,
  notices: [],
});

/** Jobs over an engine whose runs end when the test says so, or when they are stopped. */
function fixture() {
  const runs: { readonly request: IndexRequest; readonly finish: () => void; readonly fail: (error: Error) => void }[] =
    [];
  const engine = new FakeCaller({
    'index/run': (request, { signal, onProgress }) =>
      new Promise((resolve, reject) => {
        runs.push({
          request,
          finish: () => {
            const regions = { images: 1, regions: 14, added: 1, failed: [], bytes: 224, seconds: 1 };
            resolve({ ...report(request.folder), ...(request.regions && { regions }) });
          },
          fail: reject,
        });
        signal?.addEventListener('abort', () => {
          reject(cancelled());
        });
        onProgress?.({ phase: 'Indexing', done: 1, total: 2, rate: 1, secondsLeft: 1 });
      }),
  });
  const jobs = new IndexingJobs(engine, () => ({ maxMegapixels: 9 }));
  const failures: FailedJob[] = [];
  jobs.onDidFail((failure) => failures.push(failure));
  return { jobs, runs, failures };
}

test('a job passes the settings on, shows its progress and is gone when it ends', async () => {
  const { jobs, runs } = fixture();
  const done = jobs.run('/a');
  await settled();
  assert.deepEqual(runs[0]?.request, { folder: '/a', scan: { maxMegapixels: 9 } });
  assert.deepEqual(
    jobs.running.map(({ folder }) => folder),
    ['/a'],
  );
  runs[0].finish();
  assert.equal((await done)?.root, '/a');
  assert.deepEqual(jobs.running, []);
});

test('asking twice for the same folder is one job, different folders run side by side', async () => {
  const { jobs, runs } = fixture();
  const all = [jobs.run('/a'), jobs.run('/a'), jobs.run('/b')];
  await settled();
  assert.deepEqual(
    runs.map(({ request }) => request.folder),
    ['/a', '/b'],
  );
  for (const { finish } of runs) finish();
  assert.deepEqual(
    (await Promise.all(all)).map((done) => done?.root),
    ['/a', '/a', '/b'],
  );
});

test('changes seen during a job are indexed after it', async () => {
  const { jobs, runs } = fixture();
  const first = jobs.run('/a');
  const second = jobs.run('/a', { only: ['/a/new.png'], background: true });
  await settled();
  assert.equal(runs.length, 1);
  runs[0]?.finish();
  await first;
  await settled();
  assert.deepEqual(runs[1]?.request.only, ['/a/new.png']);
  runs[1].finish();
  await second;
});

test('a stopped job is told as such, and what joined it is not started again', async () => {
  const { jobs, runs, failures } = fixture();
  const both = [jobs.run('/a'), jobs.run('/a')];
  jobs.stop('/a');
  assert.deepEqual(await Promise.all(both), [undefined, undefined]);
  assert.equal(runs.length, 1);
  assert.deepEqual(
    failures.map(({ error }) => error.code),
    [ErrorCode.Cancelled],
  );
});

test('a job that fails leaves the way free for the next', async () => {
  const { jobs, runs, failures } = fixture();
  const failing = jobs.run('/a');
  runs[0]?.fail(new Error('broken'));
  assert.equal(await failing, undefined);
  assert.equal(failures[0]?.error.code, ErrorCode.Internal);
  const next = jobs.run('/a');
  runs[1]?.finish();
  assert.ok(await next);
});

test('regions are indexed beside other jobs of their folder, and stop with them', async () => {
  const { jobs, runs, failures } = fixture();
  const regions = jobs.run('/a', { regions: true });
  const again = jobs.run('/a', { regions: true });
  const plain = jobs.run('/a', { background: true, only: ['/a/new.png'] });
  await settled();
  assert.deepEqual(
    runs.map(({ request }) => request.regions),
    [true, undefined],
  );
  assert.deepEqual(
    jobs.running.map(({ folder, background }) => [folder, background]),
    [
      ['/a', false],
      ['/a', true],
    ],
  );
  runs[1]!.finish();
  assert.equal((await plain)?.root, '/a');
  assert.equal(jobs.running.length, 1);
  jobs.stop('/a');
  assert.deepEqual([await regions, await again], [undefined, undefined]);
  assert.deepEqual(
    failures.map(({ error }) => error.code),
    [ErrorCode.Cancelled],
  );
});

test('regions follow every index job where they are kept, and nothing follows them', async () => {
  const { jobs, runs } = fixture();
  keepRegions(jobs, (root) => root === '/kept');
  void jobs.run('/other');
  void jobs.run('/kept');
  await settled();
  for (const { finish } of [...runs]) finish();
  await settled();
  assert.deepEqual(
    runs.map(({ request }) => [request.folder, request.regions]),
    [
      ['/other', undefined],
      ['/kept', undefined],
      ['/kept', true],
    ],
  );
  assert.deepEqual(
    jobs.running.map(({ background }) => background),
    [true],
  );
  runs[2]!.finish();
  await settled();
  assert.equal(runs.length, 3);
});
