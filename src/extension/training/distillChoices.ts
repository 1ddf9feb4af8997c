import type { EncoderCard } from '../../core/encoders/card.ts';
import type { DistillSettings, RunSummary } from '../../protocol/training.ts';
import type { Choice } from './choices.ts';

/** Half as wide as the network that pretraining takes. */
export const STUDENT_NETWORK = 'resnet10-light';

/** `lesson` is `auto` and `epochs` 0 where the engine chooses. */
export interface DistillAnswers {
  /** Id of an encoder, or the absolute path of a file. */
  readonly teacher: string;
  readonly network: string;
  readonly size: number;
  readonly lesson: NonNullable<DistillSettings['lesson']> | 'auto';
  readonly epochs: number;
}

/** Who can teach, the likeliest first: the newest fine-tuned one, the dataset's own, other trained ones, all others. */
export function teachersInOrder(
  cards: readonly EncoderCard[],
  runs: readonly RunSummary[],
  current: string | undefined,
): EncoderCard[] {
  const newestFirst = runs.toSorted((a, b) => b.startedAt - a.startedAt);
  const tuned = newestFirst.find(({ kind, encoder }) => kind === 'finetune' && encoder !== undefined);
  const rank = ({ id, source }: EncoderCard): number => {
    if (id === tuned?.encoder) return -2;
    if (id === current) return -1;
    const position = newestFirst.findIndex(({ encoder }) => encoder === id);
    if (position >= 0) return position;
    return source === 'built-in' ? Infinity : newestFirst.length;
  };
  return cards.toSorted((a, b) => {
    const [first, second] = [rank(a), rank(b)];
    return first === second ? 0 : first - second;
  });
}

/** @param mayHaveClasses false where the teacher is known to tell no classes apart */
export function lessonChoices(mayHaveClasses: boolean): Choice<DistillAnswers['lesson']>[] {
  const choices: Choice<DistillAnswers['lesson']>[] = [
    {
      title: 'As the teacher can',
      description: 'recommended',
      detail: 'Its classes where it knows some, else its embeddings',
      value: 'auto',
    },
    { title: 'Classes', detail: "The teacher's probabilities of the classes", value: 'classes' },
    {
      title: 'Similarities',
      description: 'SEED',
      detail: 'How alike the teacher finds each image and others',
      value: 'similarities',
    },
    { title: 'Embeddings', detail: "The teacher's vectors themselves", value: 'embeddings' },
  ];
  return choices.filter(({ value }) => mayHaveClasses || value !== 'classes');
}

/** The settings that the answers stand for; what they leave open is the engine's to choose. */
export function settingsOfStudent({ teacher, network, size, lesson, epochs }: DistillAnswers): DistillSettings {
  return { teacher, network, size, ...(lesson !== 'auto' && { lesson }), ...(epochs > 0 && { epochs }) };
}
