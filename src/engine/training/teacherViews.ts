import type { AugmentationRecipe } from '../../core/augmentation/recipe.ts';
import { cancelled } from '../../core/errors.ts';
import { bytesOfPlanes } from '../../core/images/pairSheet.ts';
import { greyFromRgb } from '../../core/images/pixels.ts';
import { centredRows } from '../../core/linearAlgebra/centredRows.ts';
import type { JobContext } from '../../core/progress.ts';
import { ProgressMeter } from '../../core/progressMeter.ts';
import type { SharedPixels } from './pixelStore.ts';
import type { Teacher } from './teacher.ts';
import { ViewLoader } from './viewLoader.ts';

export interface TeacherViewsOptions {
  readonly teacher: Teacher;
  /** Numbers that it gives for a picture. */
  readonly dim: number;
  readonly pixels: SharedPixels;
  /** Pictures in `pixels`. */
  readonly count: number;
  readonly recipe: AugmentationRecipe;
  /** Those of the student's views, so that both see the same part of a picture, mirrored or not. */
  readonly seed: number;
  /** Epochs after which views come again; 0: never. */
  readonly views: number;
  /** Share of the views that are blended with that of another picture. */
  readonly mixup: number;
  /** Whether the mean over all pictures is taken off each row. */
  readonly centred: boolean;
}

/**
 * What a teacher says of the views that its student sees. The views of all pictures in an epoch are asked about before the
 * epoch begins, in the order of the pictures: what is said doesn't depend on what was asked before, so that a run that goes on
 * hears the same as one that was never disturbed.
 */
export class TeacherViews {
  readonly #options: TeacherViewsOptions;
  readonly #context: JobContext;
  readonly #loader: ViewLoader;
  readonly #known = new Map<number, Promise<Float32Array>>();

  constructor(options: TeacherViewsOptions, context: JobContext) {
    const { pixels, recipe, seed, mixup, teacher } = options;
    const [height, width] = teacher.input.size;
    this.#options = options;
    this.#context = context;
    this.#loader = new ViewLoader({ pixels, recipe, viewsPerImage: 1, size: { width, height }, seed, mixup }, 1);
  }

  /** The epoch whose views come in an epoch. */
  readonly viewEpoch = (epoch: number): number => {
    return this.#options.views === 0 ? epoch : epoch % this.#options.views;
  };

  /** For all pictures, `count × dim`. Rejects with `cancelled` where the run is stopped meanwhile. */
  of(epoch: number): Promise<Float32Array> {
    const view = this.viewEpoch(epoch);
    const known = this.#known.get(view);
    if (known !== undefined) return known;
    if (this.#options.views === 0) this.#known.clear();
    const asked = this.#ask(view);
    this.#known.set(view, asked);
    return asked;
  }

  async dispose(): Promise<void> {
    await this.#loader.dispose();
  }

  async #ask(view: number): Promise<Float32Array> {
    const { teacher, count, dim } = this.#options;
    const meter = new ProgressMeter(this.#context.report, () => performance.now());
    meter.start('Asking the teacher', count);
    const rows = new Float32Array(count * dim);
    const batchOf = (start: number) => {
      const samples = Uint32Array.from({ length: Math.min(teacher.batchSize, count - start) }, (_, i) => start + i);
      const batch = this.#loader.load({ epoch: view, samples });
      // Awaited in its turn; until then a failure is nobody's surprise.
      batch.catch(() => undefined);
      return batch;
    };
    let next = count > 0 ? batchOf(0) : undefined;
    for (let start = 0; start < count; start += teacher.batchSize) {
      if (this.#context.signal.aborted) throw cancelled();
      const { views } = await next!;
      const after = start + teacher.batchSize;
      next = after < count ? batchOf(after) : undefined;
      const present = Math.min(teacher.batchSize, count - start);
      rows.set(await teacher.run(this.#pixelsOf(views, present), present), start * dim);
      this.#loader.recycle(views.buffer);
      meter.add(present);
    }
    meter.finish();
    return this.#options.centred ? centredRows(rows, dim) : rows;
  }

  #pixelsOf(views: Float32Array, count: number): Uint8Array {
    const { size, mean } = this.#options.teacher.input;
    const length = size[0] * size[1];
    const pixels = new Uint8Array(count * length * mean.length);
    for (let i = 0; i < count; i++) {
      const rgb = bytesOfPlanes(views.subarray(i * 3 * length, (i + 1) * 3 * length));
      pixels.set(mean.length === 1 ? greyFromRgb(rgb) : rgb, i * length * mean.length);
    }
    return pixels;
  }
}
