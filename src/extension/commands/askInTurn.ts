import type { StepOptions } from './steps.ts';

/** The person went back to the question before. */
export const back = Symbol('back');
export type Back = typeof back;

/** Asks something: the state with the answer, `back`, or undefined when cancelled. */
export type Ask<S> = (state: S) => Promise<S | Back | undefined>;

/** A question that is asked only where it means something. */
export interface Question<S> {
  readonly applies: (state: S) => boolean;
  readonly ask: Ask<S>;
}

/** Asks one question after the other; going back keeps what was answered. `back` where the first one was left so. */
export async function askInTurn<S extends object>(
  start: S,
  questions: readonly (Ask<S> | Question<S>)[],
): Promise<S | Back | undefined> {
  let state = start;
  /** Where the person came by. */
  const asked: number[] = [];
  for (let index = 0; index < questions.length;) {
    const question = questions[index]!;
    const [applies, ask] = typeof question === 'function' ? [true, question] : [question.applies(state), question.ask];
    const answer = applies ? await ask(state) : state;
    if (answer === undefined) return undefined;
    if (answer === back) {
      const previous = asked.pop();
      if (previous === undefined) return back;
      index = previous;
    } else {
      if (applies) asked.push(index);
      state = answer;
      index += 1;
    }
  }
  return state;
}

/** Where a question stands among the others. */
export type StepPlace = Omit<StepOptions, 'placeholder'>;

/** A question that is told where it stands. */
export interface StepQuestion<S> {
  /** Whether it means something after the other answers; always where it's left out. */
  readonly applies?: (state: S) => boolean;
  readonly ask: (place: StepPlace, state: S) => Promise<S | Back | undefined>;
}

/** Asks in turn, with the number of the step and of all those that apply in the title. */
export function askInSteps<S extends object>(
  title: string,
  start: S,
  questions: readonly StepQuestion<S>[],
): Promise<S | Back | undefined> {
  const applies = ({ applies: check }: StepQuestion<S>, state: S): boolean => check?.(state) ?? true;
  return askInTurn(
    start,
    questions.map((question, index) => ({
      applies: (state: S) => applies(question, state),
      ask: (state: S) => {
        const asked = questions.map((other) => applies(other, state));
        const step = asked.slice(0, index + 1).filter(Boolean).length;
        return question.ask({ title, step, totalSteps: asked.filter(Boolean).length }, state);
      },
    })),
  );
}
