import type { AugmentationRecipe, Range } from './recipe.ts';

export type AugmentationPresetId = 'natural' | 'fine-grained-colour' | 'documents' | 'aerial' | 'medical-gray';

/** Augmentations for a kind of picture: they state which differences between two pictures do not matter. */
export interface AugmentationPreset {
  readonly id: AugmentationPresetId;
  readonly title: string;
  /** One sentence. */
  readonly description: string;
  /** @param viewSize the shorter edge of the views in pixels */
  readonly recipe: (viewSize: number) => AugmentationRecipe;
}

/** Up to this size a blur removes what is to be learnt, and results are better without it. */
const LARGEST_SIZE_WITHOUT_BLUR = 64;

const usualAspectRatio: Range = [3 / 4, 4 / 3];

/**
 * For training on labels: crop and mirror image only, as SimCLR fine-tunes (appendix B.5 of the paper below). Colours tell
 * classes apart, and labels say themselves what doesn't matter.
 */
export const labelledRecipe: AugmentationRecipe = {
  crop: { probability: 1, area: [0.5, 1], aspectRatio: usualAspectRatio },
  horizontalFlip: { probability: 0.5 },
};

/** The ready-made recipes, the usual one first. */
export const augmentationPresets: readonly AugmentationPreset[] = [
  {
    id: 'natural',
    title: 'Natural photos',
    description:
      'SimCLR for photos of things: crops, mirror images and strong changes of colour; blur above 64 pixels.',
    /**
     * T. Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations" (SimCLR),
     * https://arxiv.org/abs/2002.05709, appendix A, at the strength 0.5 of its CIFAR-10 runs, but with crops from half of
     * the area instead of 0.08 of it. On a thousand or two of images, for which people have minutes, crops from 0.2 with
     * half as many grey views learnt more slowly: trained images whose neighbours agree on the class were .31 instead of
     * .39 after 60 epochs of clothing, and .19 instead of .23 after 30 epochs of 20 classes of Tiny-ImageNet (one seed each;
     * on the test images of the latter they were equal).
     */
    recipe: (viewSize) => ({
      crop: { probability: 1, area: [0.5, 1], aspectRatio: usualAspectRatio },
      horizontalFlip: { probability: 0.5 },
      colourJitter: { probability: 0.8, brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
      greyscale: { probability: 0.2 },
      ...(viewSize > LARGEST_SIZE_WITHOUT_BLUR && { blur: { probability: 0.5, sigma: [0.1, 2] } }),
    }),
  },
  {
    id: 'fine-grained-colour',
    title: 'Where colour matters',
    description:
      'For birds, flowers, coats or parts that differ in colour: hue is kept, other changes of colour are mild.',
    recipe: () => ({
      crop: { probability: 1, area: [0.5, 1], aspectRatio: usualAspectRatio },
      horizontalFlip: { probability: 0.5 },
      colourJitter: { probability: 0.8, brightness: 0.2, contrast: 0.2, saturation: 0.1, hue: 0 },
    }),
  },
  {
    id: 'documents',
    title: 'Documents and text',
    description: 'For scans, receipts and screens: nothing is mirrored; mild crops, a slight slant, blur and noise.',
    recipe: () => ({
      crop: { probability: 1, area: [0.6, 1], aspectRatio: [0.9, 1.1] },
      rotation: { probability: 0.5, maximumDegrees: 5 },
      colourJitter: { probability: 0.8, brightness: 0.3, contrast: 0.3, saturation: 0.2, hue: 0 },
      greyscale: { probability: 0.2 },
      blur: { probability: 0.3, sigma: [0.1, 1] },
      noise: { probability: 0.5, deviation: [0, 0.05], monochrome: true },
    }),
  },
  {
    id: 'aerial',
    title: 'Aerial and top-down',
    description:
      'For pictures without an up or down: quarter turns and both mirror images, with mild changes of colour.',
    recipe: () => ({
      crop: { probability: 1, area: [0.25, 1], aspectRatio: usualAspectRatio },
      horizontalFlip: { probability: 0.5 },
      verticalFlip: { probability: 0.5 },
      quarterTurns: { probability: 0.75 },
      colourJitter: { probability: 0.8, brightness: 0.3, contrast: 0.3, saturation: 0.2, hue: 0.05 },
    }),
  },
  {
    id: 'medical-gray',
    title: 'Medical, grey',
    description: 'For X-rays and other grey scans: left stays left; brightness, contrast, small rotations and noise.',
    recipe: () => ({
      crop: { probability: 1, area: [0.5, 1], aspectRatio: usualAspectRatio },
      rotation: { probability: 0.5, maximumDegrees: 10 },
      colourJitter: { probability: 0.8, brightness: 0.3, contrast: 0.3, saturation: 0, hue: 0 },
      noise: { probability: 0.5, deviation: [0, 0.03], monochrome: true },
    }),
  },
];

/** The preset of that id, if there is one. */
export function augmentationPreset(id: string): AugmentationPreset | undefined {
  return augmentationPresets.find((preset) => preset.id === id);
}
