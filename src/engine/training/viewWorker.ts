import { parentPort, workerData } from 'node:worker_threads';
import { Augmenter } from '../../core/augmentation/augmenter.ts';
import { drawAugmentation, type ViewKey } from '../../core/augmentation/draw.ts';
import { blend, drawMixing } from '../../core/augmentation/mixing.ts';
import { messageOf } from '../../core/errors.ts';
import type { RgbImage } from '../../core/images/pixels.ts';
import { PixelReader } from './pixelStore.ts';
import type { ViewRequest, ViewResponse, ViewWorkerData } from './viewMessages.ts';

/** The thread that augments pictures: views of each, as a function of seed, epoch and picture only. */

const port = parentPort;
if (!port) throw new Error('viewWorker runs as a worker thread only');

const { pixels, recipe, viewsPerImage, size, normalisation, seed, mixup = 0 } = workerData as ViewWorkerData;
const reader = new PixelReader(pixels);
const augmenter = new Augmenter();
const viewLength = 3 * size.width * size.height;
const other = new Float32Array(mixup > 0 ? viewLength : 0);

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
      const offset = (view * samples.length + i) * viewLength;
      makeView(picture, { seed, epoch, sample, view }, views, offset);
    }
  });
  // Afterwards: a picture that was read is valid until the next one is.
  if (mixup > 0) {
    samples.forEach((sample, i) => {
      mixViews(epoch, sample, views, i * viewLength, samples.length);
    });
  }
  return { id, views, milliseconds: performance.now() - start };
}

function makeView(picture: RgbImage, key: ViewKey, into: Float32Array, offset: number): void {
  augmenter.apply(picture, drawAugmentation(recipe, picture, key), size, into, offset, normalisation);
}

/** Blends the views of a picture with those of others, where that is drawn. */
function mixViews(epoch: number, sample: number, views: Float32Array, first: number, samples: number): void {
  for (let view = 0; view < viewsPerImage; view++) {
    const mixing = drawMixing(mixup, pixels.width.length, { seed, epoch, sample, view });
    if (mixing === undefined) continue;
    makeView(reader.read(mixing.partner), { seed, epoch, sample: mixing.partner, view }, other, 0);
    blend(views, first + view * samples * viewLength, other, mixing.share);
  }
}
