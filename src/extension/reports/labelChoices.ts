import type { LabelMethod } from '../../protocol/labels.ts';

interface Item<T> {
  readonly label: string;
  readonly description?: string;
  readonly detail: string;
  readonly value: T;
}

export const labelMethods: readonly Item<LabelMethod>[] = [
  {
    label: '$(symbol-ruler) Linear classifier and neighbours',
    description: 'recommended',
    detail: 'Learnt from all labelled images, beside the votes of the nearest',
    value: 'linear',
  },
  {
    label: '$(organization) Nearest labelled images',
    detail: 'The images that are most alike vote',
    value: 'neighbors',
  },
  {
    label: '$(type-hierarchy) Propagation',
    detail: 'Labels spread over a graph that joins each image with those most alike, labelled or not',
    value: 'propagation',
  },
  {
    label: '$(mortar-board) Classifier',
    detail: 'What the encoder says that was fine-tuned last',
    value: 'classifier',
  },
  {
    label: '$(comment) Names of the classes',
    detail: 'The name that fits an image best; needs no labelled images, and is checked with them where there are some',
    value: 'words',
  },
];

/** Names of classes as typed. */
export function classNamesOf(text: string): string[] {
  return [...new Set(text.split(',').map((name) => name.trim()))].filter((name) => name !== '');
}

/** Sentences about a class as typed; `{}` stands for its name. */
export function templatesOf(text: string): string[] {
  return [...new Set(text.split(';').map((template) => template.trim()))].filter((template) => template !== '');
}

/** What is wrong with such sentences, for people; undefined where nothing is. */
export function templatesFault(text: string): string | undefined {
  const templates = templatesOf(text);
  if (templates.length === 0) return 'Write one sentence at least, with {} for the name of a class.';
  const without = templates.find((template) => !template.includes('{}'));
  return without === undefined ? undefined : `“${without}” says nowhere what the class is; put {} there.`;
}

export const precisions: readonly Item<number>[] = [
  { label: '99 %', detail: 'The fewest proposals; takes hundreds of labelled images to be shown', value: 0.99 },
  { label: '95 %', description: 'recommended', detail: 'One in twenty may be wrong', value: 0.95 },
  { label: '90 %', detail: 'One in ten may be wrong', value: 0.9 },
  { label: '80 %', detail: 'Most proposals; to be looked at one by one', value: 0.8 },
];
