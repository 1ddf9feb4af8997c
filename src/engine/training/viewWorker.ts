import { parentPort, workerData } from 'node:worker_threads';
import { Augmenter } from '../../core/augmentation/augmenter.ts';
import { drawAugmentation } from '../../core/augmentation/draw.ts';
import { messageOf } from '../../core/errors.ts';
import { PixelReader } from './pixelStore.ts';
import type { ViewRequest, ViewResponse, ViewWorkerData } from './viewMessages.ts';

/** The thread that augments pictures: views of each, as a function of seed, epoch and picture only. */

const port = parentPort;
if (!port) throw new Error('viewWorker runs as a worker thread only');

const { pixels, recipe, viewsPerImage, size, normalisation, seed } = workerData as ViewWorkerData;
const reader = new PixelReader(pixels);
const augmenter = new Augmenter();
const viewLength = 3 * size.width * size.height;

port.on('message', (request: ViewRequest) => {
  try {
    const response = makeViews(request);
    port.postMessage(response, [response.views.buffer]);
  } catch (error) {
    port.postMessage({ id: request.id, error: messageOf(error) } satisfies ViewResponse);
  }
});

function makeViews({ id, epoch, samples, memory }: ViewRequest): Extract<ViewResponse, { views: unknown }> {
  const start = performance.now();
  const length = viewsPerImage * samples.length * viewLength;
  const views = memory?.byteLength === length * 4 ? new Float32Array(memory) : new Float32Array(length);
  samples.forEach((sample, i) => {
    const picture = reader.read(sample);
    for (let view = 0; view < viewsPerImage; view++) {
      const plan = drawAugmentation(recipe, picture, { seed, epoch, sample, view });
      const offset = (view * samples.length + i) * viewLength;
      augmenter.apply(picture, plan, size, views, offset, normalisation);
    }
  });
  return { id, views, milliseconds: performance.now() - start };
}
