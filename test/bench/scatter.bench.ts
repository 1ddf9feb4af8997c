/**
 * Points of the Embedding Map in a browser: first picture, moving, zooming and shading by both renderers.
 *
 *     npm run bench -- scatter [--points 100000,1000000] [--width 1400] [--height 900] [--ratio 1] [--card]
 *
 * Budgets for 100,000 points: first picture ≤ 1 s, 30 frames a second without a graphics card (≤ 33 ms), 60 with one
 * (≤ 17 ms). `--card` lets the browser use the machine's graphics card. Frames are never shorter than the screen's.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openScript } from '../webview/shared/scatter/browserPage.ts';
import { median, printTable } from './report.ts';

interface Figures {
  readonly kind: string;
  readonly first: number;
  readonly pan: readonly number[];
  readonly zoom: readonly number[];
  readonly shaded: readonly number[];
  readonly pick: number;
  readonly heap: number;
}

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '100000,1000000' },
    width: { type: 'string', default: '1400' },
    height: { type: 'string', default: '900' },
    ratio: { type: 'string', default: '1' },
    card: { type: 'boolean', default: false },
  },
});

const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MB`;
const milliseconds = (value: number) => `${value.toFixed(1)} ms`;
const spread = (times: readonly number[]) => {
  const sorted = [...times].sort((a, b) => a - b);
  return `median ${milliseconds(median(times))}, 95 % within ${milliseconds(sorted[Math.ceil(0.95 * sorted.length) - 1]!)}`;
};

for (const count of values.points.split(',').map(Number)) {
  for (const only of ["'canvas'", "'webgl'", 'undefined']) {
    const { browser, page, problems } = await openScript('benchPage.ts', {
      width: Number(values.width),
      height: Number(values.height),
      ratio: Number(values.ratio),
      card: values.card,
    });
    const figures = await page.evaluate<Figures>(`measure(${count}, ${only})`);
    const process = await browser
      .newBrowserCDPSession()
      .then((session) => session.send('SystemInfo.getProcessInfo'))
      .then(({ processInfo }) => processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => memoryOf(id)));
    await browser.close();
    if (problems.length > 0) throw new Error(problems.join('\n'));
    const name = only === 'undefined' ? `whichever is faster: ${figures.kind}` : figures.kind;
    printTable(`${count.toLocaleString('en')} points, ${values.width} × ${values.height} × ${values.ratio}, ${name}`, [
      ['first picture', milliseconds(figures.first)],
      ['frame while moving', spread(figures.pan)],
      ['frame while zooming', spread(figures.zoom)],
      ['frame while moving, shaded', spread(figures.shaded)],
      ['point under the pointer', `${(1_000 * figures.pick).toFixed(1)} µs`],
      ['JavaScript heap', megabytes(figures.heap)],
      ["page's process", process.map((bytes) => (bytes === undefined ? 'unknown' : megabytes(bytes))).join(', ')],
    ]);
  }
}

/** Of a process alone, where the system tells. */
function memoryOf(process: number): number | undefined {
  try {
    const [, kilobytes] = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${process}/smaps_rollup`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : 1024 * Number(kilobytes);
  } catch {
    return undefined;
  }
}
