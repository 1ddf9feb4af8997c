/** The person went back to the question before. */
export const back = Symbol('back');
export type Back = typeof back;

/** Asks one question after the other; going back keeps what was answered. `back` where the first one was left so. */
export async function askInTurn<S extends object>(
  start: S,
  questions: readonly ((state: S) => Promise<S | Back | undefined>)[],
): Promise<S | Back | undefined> {
  let state = start;
  for (let index = 0; index < questions.length;) {
    const answer = await questions[index]!(state);
    if (answer === undefined) return undefined;
    if (answer === back) {
      if (index === 0) return back;
      index -= 1;
    } else {
      state = answer;
      index += 1;
    }
  }
  return state;
}
