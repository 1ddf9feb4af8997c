/**
 * A key of the review until what it brings is painted, in a browser, with as many findings as are wanted.
 *
 *     npm run bench -- review [--findings 60,10000] [--keys 40]
 *
 * Budget: 50 ms with 10,000 findings. The host answers from memory; the page waits for no answer before it shows a decision. The
 * floor is what a frame takes that shows nothing new.
 */
import { parseArgs } from 'node:util';
import { ReviewBrowser, timeKeys } from '../webview/review/reviewPage.ts';
import { median, printTable } from './report.ts';

const { values } = parseArgs({
  options: { findings: { type: 'string', default: '60,10000' }, keys: { type: 'string', default: '40' } },
});

const milliseconds = (value: number) => `${value.toFixed(1)} ms`;
const spread = (times: readonly number[]) => {
  const sorted = [...times].sort((a, b) => a - b);
  const most = sorted[Math.ceil(0.95 * sorted.length) - 1]!;
  return `median ${milliseconds(median(times))}, 95 % within ${milliseconds(most)}`;
};
const repeated = (keys: readonly string[]) =>
  Array.from({ length: Number(values.keys) }, (_, i) => keys[i % keys.length]!);

const browser = await ReviewBrowser.launch();
try {
  for (const count of values.findings.split(',').map(Number)) {
    const problems: string[] = [];
    const page = await browser.open(count, problems);
    await page.locator('figure img.full[data-ready=true]').first().waitFor();
    const floor = await page.evaluate<number[]>(`frames(${values.keys})`);
    const moves = await timeKeys(page, repeated(['ArrowDown', 'ArrowDown', 'ArrowUp']));
    const decisions = await timeKeys(page, repeated(['i', 'k']).slice(0, Math.min(Number(values.keys), count / 3)));
    await page.close();
    if (problems.length > 0) throw new Error(problems.join('\n'));
    printTable(`Review of ${count.toLocaleString('en')} findings`, [
      ['a frame that shows nothing new', spread(floor)],
      ['an arrow, to the pictures of the next finding', spread(moves)],
      ['a decision, to the pictures of the next finding', spread(decisions)],
    ]);
  }
} finally {
  await browser.close();
}
