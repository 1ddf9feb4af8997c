import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openScript } from './browserPage.ts';
import type { Difference, Trials } from './scenePage.ts';

declare const trials: Trials;

let browser: Browser;
let page: Page;
let problems: string[];

before(async () => {
  ({ browser, page, problems } = await openScript('scenePage.ts'));
});

after(async () => {
  await (browser as Browser | undefined)?.close();
});

describe('both renderers of points', () => {
  for (const ratio of [1, 1.5, 2]) {
    it(`draw the same dots at the same pixels, ${ratio} to a CSS pixel`, async () => {
      const difference = await page.evaluate((pixels) => trials.compare({}, 300, pixels), ratio);
      assertAlike(difference, 0.004);
      const rims = await page.evaluate((pixels) => trials.compare({ radius: 5, rim: 1 }, 60, pixels), ratio);
      assertAlike(rims, 0.004);
    });

    it(`shade a crowd alike, ${ratio} to a CSS pixel`, async () => {
      const difference = await page.evaluate(
        (pixels) => trials.compare({ strength: 0, density: { reference: 0.5 } }, 20_000, pixels),
        ratio,
      );
      assertAlike(difference, 0.02);
    });
  }

  for (const kind of ['webgl', 'canvas'] as const) {
    it(`draw what is shown, faded and selected, and nothing of what is hidden (${kind})`, async () => {
      for (const ratio of [1, 2]) {
        const [plain, faded, selected, hidden] = await page.evaluate(
          ([which, pixels]) => trials.middles(which, pixels),
          [kind, ratio] as const,
        );
        assertNear(plain!, [62, 118, 205]);
        // 0.15 of the second colour above the ground.
        assertNear(faded!, [52, 37, 30]);
        assertNear(selected!, [52, 160, 98]);
        assertNear(hidden!, [20, 22, 28]);
      }
    });
  }
});

describe('the WebGL renderer', () => {
  it('sends only columns that have changed', async () => {
    const [first, again, flags, positions] = await page.evaluate(() => trials.uploads());
    assert.deepEqual([first, again, flags, positions], [11_000, 0, 1_000, 8_000]);
  });

  it('draws the same again after its context was lost and came back', async () => {
    const { kind, difference } = await page.evaluate(() => trials.loseContext(true));
    assert.equal(kind, 'webgl');
    assert.ok(difference.drawn[0] > 0.05);
    assert.equal(difference.differing, 0);
  });

  it('is replaced by the other one when its context does not come back', async () => {
    const { kind, difference } = await page.evaluate(() => trials.loseContext(false));
    assert.equal(kind, 'canvas');
    assertAlike(difference, 0.004);
  });

  it('is tried without a graphics card, and whichever is taken shows the same', async () => {
    const { canvases, difference } = await page.evaluate(() => trials.choice());
    assert.equal(canvases, 1);
    assertAlike(difference, 0.004);
    assert.deepEqual(problems, []);
  });
});

function assertAlike({ differing, mean, drawn }: Difference, most: number): void {
  assert.ok(drawn[0] > 0.03 && drawn[1] > 0.03, `something is drawn: ${drawn.join(', ')}`);
  assert.ok(Math.abs(drawn[0] - drawn[1]) < 0.1 * drawn[0], `as much of it: ${drawn.join(', ')}`);
  assert.ok(differing <= most, `${(100 * differing).toFixed(2)} % of the pixels differ`);
  assert.ok(mean < 2.5, `${mean.toFixed(2)} per channel`);
}

function assertNear(colour: readonly number[], wanted: readonly number[]): void {
  assert.ok(
    colour.every((value, i) => Math.abs(value - wanted[i]!) <= 3),
    `${colour.join(', ')} instead of ${wanted.join(', ')}`,
  );
}
