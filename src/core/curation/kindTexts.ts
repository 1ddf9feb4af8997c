import type { FindingKind } from './findings.ts';

/** What kinds of finding are called, and what they mean, for people. */
export const kindTexts: Readonly<Record<FindingKind, { readonly name: string; readonly meaning: string }>> = {
  unreadable: { name: 'Unreadable file', meaning: 'A file with the name of an image that no image can be read from.' },
  'exact-duplicate': { name: 'Exact duplicate', meaning: 'Files of the same bytes, or of the same pixels.' },
  'near-duplicate': {
    name: 'Near duplicate',
    meaning: 'The same picture, edited, resized, recompressed, turned or cropped.',
  },
  'same-scene': { name: 'Same scene', meaning: 'Another shot of what looks like the same scene.' },
  leak: { name: 'Leak between splits', meaning: 'An image that is measured on is trained on too, as it is or edited.' },
  'label-issue': { name: 'Label issue', meaning: 'An image that looks like another class than its own.' },
  outlier: { name: 'Outlier', meaning: 'An image unlike everything else.' },
  'caption-mismatch': {
    name: 'Caption mismatch',
    meaning: 'A caption that is far from its image and near to others.',
  },
  'duplicate-caption': { name: 'Duplicate caption', meaning: 'Different images with the same caption.' },
  'empty-caption': { name: 'Empty caption', meaning: 'An image whose caption says nothing.' },
  dark: { name: 'Dark', meaning: 'Even the brightest parts are dim.' },
  light: { name: 'Light', meaning: 'Even the darkest parts are light.' },
  blurry: { name: 'Blurry', meaning: 'Hardly any edge is sharp.' },
  'low-information': { name: 'Low information', meaning: 'An image of very few shades.' },
  'odd-aspect-ratio': { name: 'Odd aspect ratio', meaning: 'Much longer in one direction than in the other.' },
  'odd-size': { name: 'Odd size', meaning: 'Much larger or smaller than the other images.' },
  grayscale: { name: 'Grayscale', meaning: 'Without colour, where the others have it.' },
  'class-imbalance': { name: 'Class imbalance', meaning: 'A class with a small part of an equal share.' },
  'small-class': { name: 'Small class', meaning: 'A class with too few images to learn or to measure.' },
  'spurious-correlation': { name: 'Spurious correlation', meaning: 'Brightness or size alone gives a class away.' },
  'noisy-cluster': { name: 'Noisy cluster', meaning: 'A cluster many of whose labels are wrong.' },
};
