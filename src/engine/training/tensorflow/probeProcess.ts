/** A process that loads TensorFlow.js once, tells what it is, and ends. See `describeTensorFlow`. */
import { asLikenessError } from '../../../core/errors.ts';
import type { ProbeAnswer } from './probe.ts';
import { resolveTensorFlow, type TensorFlowRequest } from './resolve.ts';

process.once('message', (request: TensorFlowRequest) => {
  void probe(request).then((answer) => {
    process.send!(answer, () => {
      process.disconnect();
    });
  });
});

async function probe(request: TensorFlowRequest): Promise<ProbeAnswer> {
  try {
    const { name, version, path, backend, backends, device, passedOver } = await resolveTensorFlow(request);
    return { description: { name, version, path, backend, backends, device, passedOver } };
  } catch (error) {
    const { code, message, path } = asLikenessError(error);
    return { error: { code, message, path } };
  }
}
