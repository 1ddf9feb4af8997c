/** An engine process that does as it is told by the names of its requests, for the tests of its client. */
import { IPCMessageReader, IPCMessageWriter, createMessageConnection } from 'vscode-jsonrpc/node';
import { PROTOCOL_VERSION } from '../../../src/protocol/engine.ts';
import { logNotification, serveRequests } from '../../../src/protocol/rpc.ts';

interface FakeRequests {
  'engine/handshake': { params: unknown; result: { readonly protocol: number; readonly pid: number } };
  'index/summary': { params: { readonly path: string }; result: unknown };
  'doctor/run': { params: unknown; result: unknown };
}

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
const mode = process.env['LIKENESS_FAKE_ENGINE'];
if (mode === 'crash') process.exit(7);

serveRequests<FakeRequests>(connection, {
  'engine/handshake': () => ({ protocol: mode === 'old' ? PROTOCOL_VERSION + 1 : PROTOCOL_VERSION, pid: process.pid }),
  // Never answers.
  'index/summary': () => new Promise(() => undefined),
  'doctor/run': () => ({ environment: process.env, execArgv: process.execArgv, bytes: new Uint8Array([1, 2, 3]) }),
});
connection.listen();
process.on('disconnect', () => process.exit(0));
process.stderr.write('words on stderr\n');
void connection.sendNotification(logNotification, { level: 'info', text: 'words by notification' });
