/** A training process that does as the name of the run tells it, for the tests of its client. */
import { getPriority } from 'node:os';
import { IPCMessageReader, IPCMessageWriter, createMessageConnection } from 'vscode-jsonrpc/node';
import { cancelled } from '../../../src/core/errors.ts';
import type { JobContext } from '../../../src/core/progress.ts';
import { serveRequests } from '../../../src/protocol/rpc.ts';
import { TRAINING_PROTOCOL_VERSION } from '../../../src/protocol/training.ts';
import type { PretrainRequest } from '../../../src/protocol/training.ts';

interface FakeRequests {
  'training/handshake': { params: unknown; result: { readonly protocol: number; readonly pid: number } };
  'training/plan': { params: PretrainRequest; result: unknown };
  'training/pretrain': { params: PretrainRequest; result: unknown };
}

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
const protocol = TRAINING_PROTOCOL_VERSION + (process.env['LIKENESS_FAKE_TRAINING'] === 'old' ? 1 : 0);

serveRequests<FakeRequests>(connection, {
  'training/handshake': () => ({ protocol, pid: process.pid }),
  'training/plan': ({ settings }, job) =>
    settings.name === 'deaf' ? forever(job) : { pid: process.pid, priority: getPriority(), environment: process.env },
  'training/pretrain': ({ settings }, job) => {
    switch (settings.name) {
      case 'die':
        return process.exit(7);
      case 'deaf':
        return forever(job);
      case 'saves':
        return untilCancelled(job, () => ({ run: { state: 'stopped' } }));
      case 'obeys':
        return untilCancelled(job, () => {
          throw cancelled();
        });
      default:
        job.report({ phase: 'Training', done: 1, total: 2, rate: 1, secondsLeft: 1, detail: 'epoch 1 of 2' });
        return { run: { state: 'finished' } };
    }
  },
});
connection.listen();
process.on('disconnect', () => process.exit(0));

function report({ report: tell }: JobContext): void {
  tell({ phase: 'Training', done: 0, total: 2, rate: 1, secondsLeft: 1 });
}

/** Never answers, and takes no hint. */
function forever(job: JobContext): Promise<never> {
  report(job);
  return new Promise(() => undefined);
}

function untilCancelled(job: JobContext, answer: () => unknown): Promise<unknown> {
  report(job);
  return new Promise<void>((resolve) => {
    job.signal.addEventListener('abort', () => {
      resolve();
    });
  }).then(answer);
}
