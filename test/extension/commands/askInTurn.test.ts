import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askInSteps, askInTurn, back } from '../../../src/extension/commands/askInTurn.ts';
import type { Back, StepPlace } from '../../../src/extension/commands/askInTurn.ts';

type State = Readonly<Record<string, number>>;

/** Questions that are answered in the order they are asked, each with its name and what was known. */
function questions(names: readonly string[], answers: readonly (number | Back | undefined)[]) {
  const asked: [string, State][] = [];
  const ask = names.map((name) => (state: State) => {
    const answer = answers[asked.length];
    asked.push([name, state]);
    return Promise.resolve(typeof answer === 'number' ? { ...state, [name]: answer } : answer);
  });
  return { asked, ask };
}

test('each question sees the answers before it', async () => {
  const { asked, ask } = questions(['a', 'b'], [1, 2]);
  assert.deepEqual(await askInTurn({ a: 0, b: 0 }, ask), { a: 1, b: 2 });
  assert.deepEqual(asked, [
    ['a', { a: 0, b: 0 }],
    ['b', { a: 1, b: 0 }],
  ]);
});

test('going back asks the one before again, with what was answered', async () => {
  const { asked, ask } = questions(['a', 'b', 'c'], [1, 2, back, back, 5, 6, 7]);
  assert.deepEqual(await askInTurn({}, ask), { a: 5, b: 6, c: 7 });
  assert.deepEqual(
    asked.map(([name]) => name),
    ['a', 'b', 'c', 'b', 'a', 'b', 'c'],
  );
  assert.deepEqual(asked[4]![1], { a: 1, b: 2 });
});

test('cancelling ends it, and so does going back from the first question', async () => {
  const cancelled = questions(['a', 'b'], [1, undefined]);
  assert.equal(await askInTurn({}, cancelled.ask), undefined);
  const left = questions(['a', 'b'], [1, back, back]);
  assert.equal(await askInTurn({}, left.ask), back);
});

test('a question that means nothing is skipped, on the way back too', async () => {
  const { asked, ask } = questions(['a', 'c', 'a', 'c'], [1, back, 2, 3]);
  const answered = await askInTurn<State>({}, [
    (state) => ask[asked.length]!(state),
    { applies: () => false, ask: () => assert.fail('it was asked') },
    (state) => ask[asked.length]!(state),
  ]);
  assert.deepEqual(answered, { a: 2, c: 3 });
});

test('the title counts the questions that apply', async () => {
  const places: string[] = [];
  const answer = (change: Record<string, number>) => (place: StepPlace, state: State) => {
    places.push(`${place.title} ${place.step}/${place.totalSteps}`);
    return Promise.resolve({ ...state, ...change });
  };
  await askInSteps<State>('Train', {}, [
    { ask: answer({ scratch: 1 }) },
    { applies: (state) => state['scratch'] !== 1, ask: answer({}) },
    { ask: answer({}) },
  ]);
  assert.deepEqual(places, ['Train 1/3', 'Train 2/2']);
});
