import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparisonMarkdown } from '../../../src/extension/text/comparisonMarkdown.ts';
import { comparisonExample, evaluationExample } from './reportExamples.ts';

const lines = comparisonMarkdown(comparisonExample).split('\n');
const rowsOf = (start: string): string[][] =>
  lines
    .filter((line) => line.startsWith(`| ${start}`))
    .map((line) =>
      line
        .replaceAll('\u00a0', ' ')
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );

test('each encoder has its figures, the best of a column bold, baselines said to be some', () => {
  const titles = [['kNN', 'kNN macro', 'probe', 'probe macro', 'mAP', 'hit@1'], ['1 label']];
  assert.deepEqual(
    rowsOf('encoder').map(([, ...row]) => row),
    [...titles, ['alignment', 'uniformity', 'rank', 'spread', 'images/s']],
  );
  const [classes, , vectors] = rowsOf('ResNet');
  assert.deepEqual(classes?.slice(0, 5), [
    ...['ResNet-10 at 64 px', '**80.4**', '76.7 ±5.0', '**84.8 ±3.9**', '**84.3 ±4.7**'],
  ]);
  assert.deepEqual(vectors?.slice(1), ['0.28', '-1.73', '116 of 256', '0.64', '1,322']);
  assert.deepEqual(rowsOf('pixels')[0]?.slice(0, 3), ['pixels *(baseline)*', '30.0', '**90.0 ±5.0**']);
});

test('encoders of the same name are told apart by their ids', () => {
  const encoders = [evaluationExample(), evaluationExample({ id: 'pets_2' })];
  const text = comparisonMarkdown({ ...comparisonExample, encoders });
  assert.ok(text.includes(String.raw`| pets\_2 |`));
});

test('the protocol is told in words, with what was left out', () => {
  const text = lines.join('\n');
  assert.match(text, /1,988 images of 2 classes in \/data\/pets\./);
  assert.match(text, /- 372 images of the test split against the 1,616 others\./);
  assert.match(text, /- kNN: 20 neighbours, temperature 0\.07; probe: 5 resamples; seed 3\./);
  assert.match(text, /- 12 images with an exact or near duplicate/);
  assert.match(text, /- Left out: 5 without a label, 1 without a vector, 1 of classes with a single picture\./);
  assert.match(text, /- \*\*pixels\*\*: baseline, 8 × 8 colours; 193 dimensions/);
  assert.ok(text.includes(String.raw`| dog\_ | 1000 |`));
});

test('the few-label curve is a table of its own, where there is one', () => {
  assert.match(lines.join('\n'), /## With few labels\n\nProbe \(macro\) on a few labels per class, 10 draws\./);
  const { protocol } = comparisonExample;
  const without = comparisonMarkdown({
    ...comparisonExample,
    protocol: { ...protocol, fewLabels: { ...protocol.fewLabels, labels: [] } },
    encoders: [evaluationExample({ fewLabels: [] })],
  });
  assert.doesNotMatch(without, /few labels/i);
});
