/** A choice as a list shows it, before it becomes an item of VS Code's. */
export interface Choice<T> {
  readonly title: string;
  /** A codicon's name. */
  readonly icon?: string;
  readonly description?: string;
  readonly detail?: string;
  readonly value: T;
}

/** What is wrong with a number that a person has entered; undefined where nothing is. */
export function wholeNumberProblem(noun: string, entered: string, most: number): string | undefined {
  const number = Number(entered);
  const fits = entered.trim() !== '' && Number.isInteger(number) && number >= 1 && number <= most;
  return fits ? undefined : `Enter a whole number of ${noun} from 1 to ${most}.`;
}
