import { RandomStream } from '../../random.ts';
import type { PlannedFile, PlantedFinding, PlantedKind, SamplePlan, Split } from '../draft.ts';
import { captionOf, drawShapeScene, PHRASINGS, shapeScenes, type ShapeScene } from './shapeScene.ts';

/** A picture with what is written about it. */
export interface CaptionedPicture {
  /** Without an extension: `train/picture-001`. */
  readonly name: string;
  readonly split: Split;
  readonly scene: ShapeScene;
  /** Tells drawings of equal scenes apart. */
  readonly drawing: number;
  /** What its file says: of another picture, or nothing, where that was planted. */
  readonly caption: string;
  /** What is planted in it. */
  readonly planted: PlantedKind | undefined;
}

export interface CaptionedPlan extends SamplePlan {
  readonly pictures: readonly CaptionedPicture[];
}

export interface CaptionedOptions {
  /** Width and height of the pictures. */
  readonly edge?: number;
  /** Shares of the pictures with a caption of another picture, with another's caption that fits, and with none. */
  readonly mismatched?: number;
  readonly duplicated?: number;
  readonly empty?: number;
}

/** With as many pictures every one shows something else, but for those planted. */
export const MOST_CAPTIONED = shapeScenes.length;
export const FEWEST_CAPTIONED = 20;

const PLAN_STREAM = 8;
const SHARE_HELD_OUT = 0.25;

/**
 * Decides what a captioned sample holds, a pure function of its arguments: pictures of one shape each, `SPLIT/NAME.png`, with
 * what they show in `SPLIT/NAME.txt`. Planted are captions of other pictures (`caption-mismatch`), captions that are those of
 * another picture word by word, and fit both (`duplicate-caption`, the original first), and empty ones (`empty-caption`).
 *
 * @param count pictures, from `FEWEST_CAPTIONED` to `MOST_CAPTIONED`
 */
export function planCaptions(seed: number, count: number, options: CaptionedOptions = {}): CaptionedPlan {
  const { edge = 96, mismatched = 0.1, duplicated = 0.05, empty = 0.025 } = options;
  const random = new RandomStream(seed, PLAN_STREAM);
  const pictures = random
    .shuffled(shapeScenes)
    .slice(0, count)
    .map((scene, index): CaptionedPicture => {
      const split: Split = index < Math.round(SHARE_HELD_OUT * count) ? 'test' : 'train';
      const name = `${split}/picture-${String(index + 1).padStart(3, '0')}`;
      const caption = captionOf(scene, random.integer(PHRASINGS));
      return { name, split, scene, drawing: index, caption, planted: undefined };
    });
  const planted = plantIn(pictures, random, { mismatched, duplicated, empty });
  const findings = planted.flatMap(({ picture, original }): PlantedFinding[] => {
    const paths = [...(original ? [original] : []), picture].map(({ name }) => `${name}.png`);
    return picture.planted === undefined ? [] : [{ kind: picture.planted, paths }];
  });
  const all = planted.map(({ picture }) => picture);
  return {
    pictures: all,
    files: all.flatMap((picture) => filesOf(picture, seed, edge)),
    findings: findings.sort((a, b) => (`${a.kind} ${a.paths.join()}` < `${b.kind} ${b.paths.join()}` ? -1 : 1)),
  };
}

interface PlantedPicture {
  readonly picture: CaptionedPicture;
  /** The picture whose caption it repeats. */
  readonly original?: CaptionedPicture;
}

function plantIn(
  pictures: readonly CaptionedPicture[],
  random: RandomStream,
  { mismatched, duplicated, empty }: Required<Omit<CaptionedOptions, 'edge'>>,
): PlantedPicture[] {
  const order = random.shuffled(pictures.map((_, index) => index));
  const take = (share: number) => order.splice(0, Math.max(1, Math.round(share * pictures.length)));
  const changes = new Map<number, PlantedPicture>();
  for (const index of take(empty)) {
    changes.set(index, { picture: { ...pictures[index]!, caption: '', planted: 'empty-caption' } });
  }
  const written = new Set(pictures.map(({ caption }) => caption));
  for (const index of take(mismatched)) {
    const picture = pictures[index]!;
    // In words that no caption has, which would be a duplicate besides.
    const captions = random
      .shuffled(pictures)
      .filter(({ scene }) => differences(scene, picture.scene) >= 2)
      .flatMap(({ scene }) => Array.from({ length: PHRASINGS }, (_, i) => captionOf(scene, i)));
    const caption = captions.find((text) => !written.has(text))!;
    written.add(caption);
    changes.set(index, { picture: { ...picture, caption, planted: 'caption-mismatch' } });
  }
  for (const index of take(duplicated)) {
    const picture = pictures[index]!;
    const original = pictures[order.shift()!]!;
    const { scene, caption } = original;
    changes.set(index, { picture: { ...picture, scene, caption, planted: 'duplicate-caption' }, original });
  }
  return pictures.map((picture, index) => changes.get(index) ?? { picture });
}

/** In how many respects two scenes differ. */
function differences(a: ShapeScene, b: ShapeScene): number {
  return (['shape', 'colour', 'place', 'size'] as const).filter((key) => a[key] !== b[key]).length;
}

function filesOf({ name, scene, drawing, caption }: CaptionedPicture, seed: number, edge: number): PlannedFile[] {
  return [
    {
      path: `${name}.png`,
      source: { draw: () => drawShapeScene(scene, seed, drawing, edge), encoding: { format: 'png' } },
    },
    {
      path: `${name}.txt`,
      source: { bytes: () => new TextEncoder().encode(caption === '' ? '' : `${caption}\n`) },
    },
  ];
}
