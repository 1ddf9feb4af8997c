import { parentPort, type Transferable } from 'node:worker_threads';
import { LikenessError, messageOf } from '../../core/errors.ts';
import { CLOSE, type OnnxRequest, type OnnxResponse, type TensorValue } from './onnxMessages.ts';
import { importOnnxRuntime } from './onnxRuntime.ts';
import { OnnxSessions } from './onnxSessions.ts';

/** The thread that ONNX Runtime runs on: answers `OnnxRequest`s in the order in which they arrive. */

const port = parentPort;
if (!port) throw new Error('onnxWorker runs as a worker thread only');

const runtime = importOnnxRuntime();
const sessions = runtime.then((loaded) => new OnnxSessions(loaded));
// Where the library doesn't load, every request is answered with the reason.
sessions.catch(() => undefined);

let last = Promise.resolve();
let closing = false;
port.on('message', (request: OnnxRequest | typeof CLOSE) => {
  if (request === CLOSE) closing = true;
  last = last.then(async () => {
    // Without its port, nothing keeps the thread alive.
    if (request === CLOSE) port.close();
    if (request === CLOSE || closing) return;
    const { response, transfer } = await respond(request);
    port.postMessage(response, transfer);
  });
});

async function respond({ id, ...request }: OnnxRequest): Promise<{ response: OnnxResponse; transfer: Transferable[] }> {
  try {
    const { result, transfer = [] } = await answer({ id, ...request });
    return { response: { id, result }, transfer };
  } catch (error) {
    const known = error instanceof LikenessError;
    const data = known ? { code: error.code, message: error.message, path: error.path } : { message: messageOf(error) };
    return { response: { id, error: data }, transfer: [] };
  }
}

async function answer(request: OnnxRequest): Promise<{ result: unknown; transfer?: Transferable[] }> {
  const host = await sessions;
  switch (request.method) {
    case 'load':
      return { result: await host.load(request.params.model, request.params.options) };
    case 'run': {
      const { session, feeds, fetches } = request.params;
      const outputs = await host.run(session, feeds, fetches);
      return { result: outputs, transfer: buffersOf(outputs) };
    }
    case 'step': {
      const { session, feeds, fetches, carry } = request.params;
      const outputs = await host.step(session, feeds, fetches, carry);
      // The memory of what was fed goes back, so that the next batch can use it.
      return { result: { outputs, feeds }, transfer: [...buffersOf(outputs), ...buffersOf(feeds)] };
    }
    case 'constants': {
      const values = await host.constants(request.params.session, request.params.names);
      return { result: values, transfer: buffersOf(values) };
    }
    case 'embed': {
      const embeddings = await host.embed(request.params.session, request.params.job);
      return { result: embeddings, transfer: [embeddings.vectors.buffer as ArrayBuffer] };
    }
    case 'setConstant':
      host.setConstant(request.params.session, request.params.name, request.params.tensor);
      return { result: undefined };
    case 'unload':
      await host.unload(request.params.session);
      return { result: undefined };
    case 'describe': {
      const { env, listSupportedBackends } = await runtime;
      return {
        result: {
          version: env.versions.node ?? env.versions.common,
          providers: listSupportedBackends().map(({ name }) => name),
        },
      };
    }
  }
}

function buffersOf(values: Readonly<Record<string, TensorValue>>): ArrayBuffer[] {
  return [...new Set(Object.values(values).map(({ data }) => data.buffer as ArrayBuffer))];
}
