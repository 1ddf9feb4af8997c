/**
 * The training process: one per run, forked by the extension with `serialization: 'advanced'`, so that training neither
 * blocks the engine nor takes it along. It ends when its parent goes away; the run can then be resumed from its checkpoint.
 */
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { asLikenessError, engineVersion } from '../../core/errors.ts';
import { logNotification, serveRequests } from '../../protocol/rpc.ts';
import { TRAINING_PROTOCOL_VERSION, type TrainingRequests } from '../../protocol/training.ts';
import { liftMarks } from '../encoders/providers/providerUse.ts';
import { Engine } from '../engine.ts';
import { engineOptions } from '../machine.ts';

const engine = new Engine(engineOptions());
const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));

serveRequests<TrainingRequests>(connection, {
  'training/handshake': ({ protocol }) => {
    if (protocol !== TRAINING_PROTOCOL_VERSION) {
      throw engineVersion(String(protocol), String(TRAINING_PROTOCOL_VERSION));
    }
    return { protocol: TRAINING_PROTOCOL_VERSION, pid: process.pid };
  },
  'training/plan': (params, job) => engine.planPretraining(params, job),
  'training/pretrain': (params, job) => engine.train('pretrain', params, job),
  'training/finetune': (params, job) => engine.train('finetune', params, job),
  'training/distill': (params, job) => engine.train('distill', params, job),
  'training/autoencoder': (params, job) => engine.train('autoencoder', params, job),
  'training/captions': (params, job) => engine.train('captions', params, job),
  'training/resume': (params, job) => engine.resumeRun(params, job),
});
connection.listen();

process.on('disconnect', () => {
  // As in the engine: leaving through Node would stop the inference thread within a native call, which aborts.
  liftMarks();
  process.kill(process.pid, 'SIGKILL');
});
// A stray rejection must not end the process and with it the run.
process.on('unhandledRejection', (reason) => {
  const text = `Unhandled: ${asLikenessError(reason).stack ?? String(reason)}`;
  void connection.sendNotification(logNotification, { level: 'error', text });
});
