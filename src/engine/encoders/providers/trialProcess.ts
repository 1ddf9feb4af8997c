/** A process that runs an encoder on one provider for a moment, tells how that went, and ends. See `tryProvider`. */
import { PROBE_IMAGES, probeImages } from '../../../core/encoders/probeImages.ts';
import { messageOf } from '../../../core/errors.ts';
import { OnnxWorker } from '../onnxRuntime.ts';
import { withoutSource } from './runtimeMessage.ts';
import type { TrialAnswer, TrialRequest } from './trial.ts';

const MEASURE_MS = 300;

// Whoever asked is gone, or has been answered: a driver that hangs must not keep the process.
process.once('disconnect', () => {
  process.kill(process.pid, 'SIGKILL');
});

// A terminal interrupts all that it has started. Whoever asked decides what that means, and this process ends with it.
process.on('SIGINT', () => undefined);

process.once('message', (request: TrialRequest) => {
  void run(request).then((answer) => {
    process.send!(answer, () => {
      process.disconnect();
    });
  });
});

async function run({ provider, model, card, threads }: TrialRequest): Promise<TrialAnswer> {
  try {
    // As in earnest. A driver that hangs takes its thread along, and this one still hears that nobody waits any more.
    const worker = new OnnxWorker();
    const { session, inputs } = await worker.load(model, { threads, providers: [provider] });
    const declared = inputs.find(({ name }) => name === card.input.name)?.shape[0];
    const batch = typeof declared === 'number' && declared > 0 ? declared : PROBE_IMAGES;
    const imagesPerRun = card.batchIndependent ? Math.min(batch, PROBE_IMAGES) : 1;
    const embed = () => {
      const pixels = probeImages(card.input);
      const { input, output } = card;
      return worker.embed(session, { input, output, pixels, count: PROBE_IMAGES, batch, imagesPerRun });
    };
    // The first run also pays for what is set up once.
    const { vectors } = await embed();
    let images = 0;
    const start = performance.now();
    do {
      await embed();
      images += PROBE_IMAGES;
    } while (performance.now() - start < MEASURE_MS);
    return { vectors, imagesPerSecond: images / ((performance.now() - start) / 1000) };
  } catch (error) {
    return { reason: `can't run it: ${withoutSource(messageOf(error))}` };
  }
}
