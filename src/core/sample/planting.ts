import { cropRgb, type RgbImage } from '../images/pixels.ts';
import { RandomStream } from '../random.ts';
import { damagedHeader, errorPage, garbage, truncated } from './damage.ts';
import {
  badged,
  blurred,
  brightened,
  fogged,
  grained,
  greyed,
  mirrored,
  overexposed,
  quarterTurned,
  reduced,
  underexposed,
  vignetted,
} from './edits.ts';
import { drawOutlier } from './outliers.ts';
import {
  extensions,
  type DraftFile,
  type Encoding,
  type FileSource,
  type Picture,
  type PlantedKind,
  type SampleDraft,
  type Split,
} from './draft.ts';
import { sampleClasses, type SampleClass } from './scenes.ts';

/** Stream of the random details of an edit, by the picture's scene. */
const EDIT_STREAM = 4;

type Edit = (image: RgbImage, random: RandomStream) => RgbImage;

/** What people do to a picture before it lands in a data set again, in the order used. */
const nearDuplicateEdits: readonly { readonly edit: Edit; readonly quality: number }[] = [
  { edit: (image) => reduced(image, 0.8), quality: 88 },
  { edit: (image) => image, quality: 38 },
  { edit: croppedALittle, quality: 90 },
  { edit: mirrored, quality: 90 },
  { edit: quarterTurned, quality: 90 },
  { edit: (image) => brightened(image, 1.22), quality: 88 },
  { edit: badged, quality: 88 },
  { edit: (image) => brightened(reduced(image, 0.88), 0.8), quality: 60 },
];

/** Copies in the split of their original: of equal bytes, of equal pixels, edited, and shot again. */
export function plantCopies(draft: SampleDraft): void {
  for (const [index, picture] of draft.take(draft.scaled(6)).entries()) {
    const original = draft.addPicture(picture);
    const copies = [copyOf(draft, original)];
    // One group of three among the pairs.
    if (index === 0) copies.push(copyOf(draft, original));
    draft.plant('exact-duplicate', original, ...copies);
  }
  for (const [index, picture] of draft.take(draft.scaled(6)).entries()) {
    const encodings: Encoding[] = [{ format: 'png' }, { format: 'webp' }];
    if (index % 2 === 1) encodings.reverse();
    draft.plant('exact-duplicate', ...encodings.map((encoding) => draft.addPicture(picture, encoding)));
  }
  for (const picture of draft.take(draft.scaled(6))) {
    const original = draft.addPicture(picture);
    const copy = copyOf(draft, original, { folder: otherClass(draft, picture.label) });
    draft.plant('exact-duplicate', original, copy);
    draft.plant('label-issue', copy);
  }
  for (const [index, picture] of draft.take(draft.scaled(16)).entries()) {
    draft.plant('near-duplicate', draft.addPicture(picture), edited(draft, picture, index, picture.split));
  }
  for (const picture of draft.take(draft.scaled(8))) {
    draft.plant(
      'same-scene',
      draft.addPicture(picture),
      draft.addDrawn(picture, () => draft.draw(picture, 1)),
    );
  }
}

/** Copies in another split than their original, which is one to train on. */
export function plantLeaks(draft: SampleDraft): void {
  const fromTrain = (picture: Picture): boolean => picture.split === 'train';
  for (const picture of draft.take(draft.scaled(6), fromTrain)) {
    const original = draft.addPicture(picture);
    const copy = copyOf(draft, original, { split: heldOut(draft) });
    draft.plant('exact-duplicate', original, copy);
    draft.plant('leak', original, copy);
  }
  for (const [index, picture] of draft.take(draft.scaled(8), fromTrain).entries()) {
    const original = draft.addPicture(picture);
    const copy = edited(draft, picture, index, heldOut(draft));
    draft.plant('near-duplicate', original, copy);
    draft.plant('leak', original, copy);
  }
}

/** Pictures whose quality is off, by the definitions and thresholds that cleanvision has. */
export function plantQualityIssues(draft: SampleDraft): void {
  const jpeg: Encoding = { format: 'jpeg', quality: 92 };
  const plant = (kind: PlantedKind, edit: Edit, encoding: Encoding = jpeg): void => {
    for (const picture of draft.take(draft.scaled(6))) {
      draft.plant(
        kind,
        draft.addDrawn(picture, () => edit(draft.draw(picture), editing(draft, picture)), encoding),
      );
    }
  };
  plant('dark', (image, random) => grained(underexposed(image, random.uniform(46, 60)), 1.2, random));
  plant('light', (image, random) => grained(overexposed(image), 0.7, random));
  plant('blurry', (image, random) =>
    vignetted(blurred(image, Math.round(image.width * random.uniform(0.022, 0.03))), 0.3),
  );
  plant('low-information', (image, random) => fogged(image, random.uniform(130, 205), 6), { ...jpeg, quality: 96 });
  plant('grayscale', (image) => greyed(image), { ...jpeg, grayscale: true });

  for (const picture of draft.take(draft.scaled(6))) {
    const [long, short] = [draft.random.uniform(540, 620), draft.random.uniform(140, 165)].map(Math.round);
    const size = draft.random.chance(0.7) ? { width: long!, height: short! } : { width: short!, height: long! };
    draft.plant('odd-aspect-ratio', draft.addPicture({ ...picture, ...size }));
  }
  for (const [index, picture] of draft.take(draft.scaled(6)).entries()) {
    const scale = index % 2 === 0 ? 0.2 : 2.5;
    const size = { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) };
    draft.plant('odd-size', draft.addPicture({ ...picture, ...size }));
  }
}

/** Pictures of one class in the folder of another. */
export function plantLabelIssues(draft: SampleDraft): void {
  for (const picture of draft.take(draft.scaled(8))) {
    const place = { label: otherClass(draft, picture.label), split: picture.split };
    draft.plant(
      'label-issue',
      draft.addDrawn(place, () => draft.draw(picture)),
    );
  }
}

/** Pictures of something else entirely. */
export function plantOutliers(draft: SampleDraft): void {
  for (let index = 0; index < draft.scaled(8); index++) {
    const { width, height } = draft.randomSize();
    const scene = draft.nextScene();
    draft.plant(
      'outlier',
      draft.addDrawn(randomPlace(draft), () => drawOutlier(index, draft.seed, scene, width, height)),
    );
  }
}

/** Files that no decoder takes: cut off, empty, not an image at all, or with a damaged header. */
export function plantUnreadable(draft: SampleDraft): void {
  // Empty files and error pages equal each other, so there is one of each.
  const kinds = ['cut', 'empty', 'header', 'garbage', 'page', 'cut', 'header'] as const;
  for (let index = 0; index < Math.max(5, draft.scaled(8)); index++) {
    const place = randomPlace(draft);
    const picture: Picture = { ...place, scene: draft.nextScene(), ...draft.randomSize() };
    const draw = (): RgbImage => draft.draw(picture);
    let format: Encoding['format'] = 'jpeg';
    let source: Exclude<FileSource, { copyOf: string }>;
    switch (kinds[index] ?? 'cut') {
      case 'cut': {
        const fraction = draft.random.uniform(0.3, 0.6);
        source = { draw, encoding: { format, quality: 90 }, damage: (bytes) => truncated(bytes, fraction) };
        break;
      }
      case 'header':
        format = 'png';
        source = { draw, encoding: { format }, damage: (bytes) => damagedHeader(bytes, editing(draft, picture)) };
        break;
      case 'empty':
        source = { bytes: () => new Uint8Array() };
        break;
      case 'garbage':
        source = { bytes: () => garbage(9000, editing(draft, picture)) };
        break;
      case 'page':
        source = { bytes: errorPage };
        break;
    }
    draft.plant(
      'unreadable',
      draft.add({ folder: place.label, split: place.split, extension: extensions[format], source }),
    );
  }
}

function edited(draft: SampleDraft, picture: Picture, index: number, split: Split): DraftFile {
  const { edit, quality } = nearDuplicateEdits[index % nearDuplicateEdits.length]!;
  const draw = (): RgbImage => edit(draft.draw(picture), editing(draft, picture));
  return draft.addDrawn({ label: picture.label, split }, draw, { format: 'jpeg', quality });
}

function copyOf(
  draft: SampleDraft,
  original: DraftFile,
  place: { folder?: SampleClass; split?: Split } = {},
): DraftFile {
  return draft.add({ ...original, ...place, source: { copyOf: original } });
}

function croppedALittle(image: RgbImage, random: RandomStream): RgbImage {
  const [left, top, right, bottom] = [0, 0, 0, 0].map(() => random.uniform(0.015, 0.055));
  return cropRgb(image, {
    left: Math.round(image.width * left!),
    top: Math.round(image.height * top!),
    width: Math.round(image.width * (1 - left! - right!)),
    height: Math.round(image.height * (1 - top! - bottom!)),
  });
}

function editing(draft: SampleDraft, picture: Picture): RandomStream {
  return new RandomStream(draft.seed, EDIT_STREAM, picture.scene);
}

function heldOut(draft: SampleDraft): Split {
  return draft.random.pick(['validation', 'test']);
}

function otherClass(draft: SampleDraft, label: SampleClass): SampleClass {
  return draft.random.pick(sampleClasses.filter((other) => other !== label));
}

function randomPlace(draft: SampleDraft): { readonly label: SampleClass; readonly split: Split } {
  return {
    label: draft.random.pick(sampleClasses),
    split: draft.random.pick(['train', 'train', 'validation', 'test']),
  };
}
