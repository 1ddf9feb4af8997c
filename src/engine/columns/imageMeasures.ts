import type { ImageFacts } from '../store/indexStore.ts';

/** A number that is known of an image's file. */
export interface ImageMeasure {
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly unit: string;
  readonly of: (facts: ImageFacts) => number | undefined;
}

/** Of scores: the lower, the worse. */
export const imageMeasures: readonly ImageMeasure[] = [
  { id: 'width', name: 'Width', unit: 'px', of: ({ width }) => width },
  { id: 'height', name: 'Height', unit: 'px', of: ({ height }) => height },
  {
    id: 'aspect',
    name: 'Aspect ratio',
    unit: '',
    of: ({ width, height }) => (height > 0 ? width / height : undefined),
  },
  { id: 'dark', name: 'Dark score', unit: '', of: ({ quality }) => quality?.dark },
  { id: 'light', name: 'Light score', unit: '', of: ({ quality }) => quality?.light },
  { id: 'blurry', name: 'Blur score', unit: '', of: ({ quality }) => quality?.blurry },
  { id: 'lowInformation', name: 'Information score', unit: '', of: ({ quality }) => quality?.lowInformation },
];
