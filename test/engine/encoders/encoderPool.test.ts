import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cancelled, ErrorCode } from '../../../src/core/errors.ts';
import { builtInEncoder } from '../../../src/engine/encoders/builtIn.ts';
import type { Encoder } from '../../../src/engine/encoders/encoder.ts';
import type { JobContext, Progress } from '../../../src/core/progress.ts';
import { EncoderPool } from '../../../src/engine/encoders/encoderPool.ts';
import { trying } from '../../../src/engine/encoders/providers/chooseProvider.ts';

const options = { threads: 1, memoryBytes: 1e8 };
const resolved = builtInEncoder('pixels')!;

/** A pool whose encoders take as long to open as a provider that hangs takes to be tried. */
function hangingPool() {
  const trials: {
    readonly signal: AbortSignal;
    readonly report: JobContext['report'];
    readonly open: (encoder: Encoder) => void;
  }[] = [];
  const pool = new EncoderPool(options, (_, __, waiting) => {
    const { signal, report } = waiting!;
    return new Promise((resolve, reject) => {
      trials.push({ signal: signal!, report: report!, open: resolve });
      signal!.addEventListener('abort', () => {
        reject(cancelled());
      });
    });
  });
  return { pool, trials };
}

describe('while a provider is tried for an encoder', () => {
  test('closing the pool ends that, and whoever waits hears of it', async () => {
    const { pool, trials } = hangingPool();
    const waiting = pool.get(resolved);
    const refused = assert.rejects(waiting, { code: ErrorCode.Cancelled });
    await pool.dispose();
    await refused;
    assert.deepEqual(
      trials.map(({ signal }) => signal.aborted),
      [true],
    );
  });

  test('a job that is cancelled waits no longer, and the others get their encoder', async () => {
    const { pool, trials } = hangingPool();
    const stopping = new AbortController();
    const [first, second] = [pool.get(resolved, { signal: stopping.signal }), pool.get(resolved)];
    stopping.abort();
    await assert.rejects(first, { code: ErrorCode.Cancelled });
    const encoder = { identity: resolved.identity, dispose: () => Promise.resolve() } as Encoder;
    trials[0]!.open(encoder);
    assert.equal(await second, encoder);
    assert.equal(await pool.get(resolved), encoder);
    assert.equal(trials.length, 1, 'it is opened once');
  });

  test('all who wait are told, and nobody who has left', async () => {
    const { pool, trials } = hangingPool();
    const told: string[] = [];
    const listener = (name: string) => (progress: Progress) => told.push(`${name}: ${progress.phase}`);
    const stopping = new AbortController();
    const left = pool.get(resolved, { signal: stopping.signal, report: listener('left') });
    const stays = pool.get(resolved, { report: listener('stays') });
    const [{ report, open }] = trials as [(typeof trials)[0]];
    report(trying('webgpu'));
    stopping.abort();
    await assert.rejects(left, { code: ErrorCode.Cancelled });
    report(trying('cuda'));
    open({ identity: resolved.identity, dispose: () => Promise.resolve() } as Encoder);
    await stays;
    assert.deepEqual(told, ['left: Trying webgpu', 'stays: Trying webgpu', 'stays: Trying cuda']);
  });
});

test('an encoder that can’t be opened may be another time', async (context) => {
  let isBroken = true;
  const pool = new EncoderPool(options, async () => {
    if (isBroken) throw new Error('broken');
    return Promise.resolve({ dispose: () => Promise.resolve() } as Encoder);
  });
  context.after(() => pool.dispose());
  await assert.rejects(pool.get(resolved), /broken/);
  isBroken = false;
  await pool.get(resolved);
});
