import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { ReviewSteps } from './reviewActions.ts';
import { ReviewBrowser } from './reviewPage.ts';
import type { Fake } from './fakeReview.ts';

declare const fake: Fake;

let browser: ReviewBrowser;
let page: Page;
let problems: string[];
let steps: ReviewSteps;

before(async () => {
  browser = await ReviewBrowser.launch();
});

after(async () => {
  await (browser as ReviewBrowser | undefined)?.close();
});

afterEach(async () => {
  assert.deepEqual(problems, []);
  await page.close();
});

describe('what is decided of several, and in part', () => {
  it('decides of several at once, in one step that one undo takes back', async () => {
    await open();
    await steps.choose('Kind', 'Blurry');
    await page.locator('#finding-f5').click();
    await page.locator('#finding-f17').click({ modifiers: ['Shift'] });
    await page.locator('#finding-f29').click({ modifiers: ['ControlOrMeta'] });
    await page.locator('.notice', { hasText: '4 findings selected' }).waitFor();
    await page.locator('[data-action=exclude]', { hasText: 'Exclude (4)' }).waitFor();
    await page.locator('[data-action=keep]', { hasText: 'Keep (4)' }).waitFor();
    await page.keyboard.press('o');
    await page.locator('.told', { hasText: '“Keep only” is decided of one finding at a time' }).waitFor();
    assert.equal(await steps.callsOf('decide'), 0);
    await page.keyboard.press('x');
    assert.deepEqual(await steps.lastCall('decide'), { ids: ['f5', 'f11', 'f17', 'f29'], action: 'exclude' });
    await page.locator('.progress-text', { hasText: '4 of 60 decided' }).waitFor();
    await page.keyboard.press('u');
    await page.locator('.progress-text', { hasText: '0 of 60 decided' }).waitFor();
    await page.keyboard.press('Control+y');
    await page.locator('.progress-text', { hasText: '4 of 60 decided' }).waitFor();
    await page.keyboard.press('Control+z');
    await page.locator('.progress-text', { hasText: '0 of 60 decided' }).waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('i');
    await page.locator('.progress-text', { hasText: '10 of 60 decided' }).waitFor();
  });

  it('stays at a group of which one image was excluded, until no two are left', async () => {
    await open();
    await steps.choose('Kind', 'Exact duplicate');
    await steps.finding('f1');
    await page.keyboard.press('x');
    await page.locator('figure[data-fate=exclude] .number', { hasText: '2' }).waitFor();
    await page.locator('#finding-f1 .answer', { hasText: '1 excluded' }).waitFor();
    await page.locator('figure[data-focused=true] .number', { hasText: /^3$/ }).waitFor();
    assert.equal(await page.locator('.progress-text').innerText(), '0 of 60 decided');
    await page.keyboard.press('x');
    await steps.finding('f7');
    await page.locator('#finding-f1 .answer', { hasText: 'Excluded 2' }).waitFor();
    assert.equal(await page.locator('.progress-text').innerText(), '1 of 60 decided');
  });

  it('gives several images the class that each looks like, by what Enter does too', async () => {
    await open();
    await steps.choose('Kind', 'Label issue');
    await steps.finding('f3');
    await page.keyboard.press('Control+a');
    await page.locator('.decide.suggested', { hasText: 'Relabel as “hat” (10)' }).waitFor();
    assert.equal(await page.locator('[data-action=keepBest]').count(), 0);
    await page.keyboard.press('Enter');
    const { ids, ...rest } = (await steps.lastCall('decide')) as { ids: string[] };
    assert.deepEqual([ids.length, rest], [10, { action: 'relabel', isAsSuggested: true }]);
    await steps.choose('Kind', 'Outlier');
    await steps.finding('f4');
    await page.keyboard.press('l');
    await page.locator('.told', { hasText: 'No class is suggested for this finding' }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.told', { hasText: 'Nothing is suggested here' }).waitFor();
    assert.equal(await steps.callsOf('decide'), 1);
  });

  it('tags the image that is looked at, which decides nothing of the finding', async () => {
    await open();
    await steps.choose('Kind', 'Outlier');
    await steps.finding('f4');
    await page.keyboard.press('t');
    assert.deepEqual(await steps.lastCall('tag'), { paths: ['train/boot/4.jpg'] });
    await page.locator('.told', { hasText: '1 image tagged.' }).waitFor();
    await steps.finding('f4');
  });

  it('decides of what is left in the selection, not of what was just taken out of it', async () => {
    await open();
    await steps.choose('Kind', 'Blurry');
    await page.locator('#finding-f5').click();
    for (let times = 0; times < 2; times++) {
      await page.locator('#finding-f17').click({ modifiers: ['ControlOrMeta'] });
    }
    await steps.finding('f5');
    await page.keyboard.press('x');
    assert.deepEqual(await steps.lastCall('decide'), { ids: ['f5'], action: 'exclude', focused: 'train/boot/5.jpg' });
  });

  it('keeps those selected of which nothing could be decided', async () => {
    await open();
    await steps.choose('Kind', 'Blurry');
    await steps.finding('f5');
    await page.evaluate(() => {
      fake.host.missing.add('f11');
      fake.host.missing.add('f23');
    });
    await page.keyboard.press('Control+a');
    await page.keyboard.press('x');
    await page.locator('.progress-text', { hasText: '8 of 60 decided' }).waitFor();
    await page.locator('.notice', { hasText: '2 findings selected' }).waitFor();
    assert.deepEqual(await page.locator('.finding-row[data-selected=true]').count(), 2);
  });

  it('goes to what an undo was about, or says that it is not listed', async () => {
    await open();
    await page.keyboard.press('x');
    await steps.finding('f6');
    await steps.choose('Kind', 'Outlier');
    await steps.finding('f4');
    await page.keyboard.press('i');
    await steps.finding('f10');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('u');
    await steps.finding('f4');
    await page.keyboard.press('u');
    await page.locator('.told', { hasText: 'Undone: exclude 1. The filter hides what that is about.' }).waitFor();
  });

  it('takes the terms of all filters, beside words, and says what it does not understand', async () => {
    await open();
    await page.locator('.filter input').fill('class:hat leak');
    await page.locator('.finding h2', { hasText: 'of 0' }).waitFor({ state: 'detached' });
    await page.locator('.nothing', { hasText: 'No finding fits the filter.' }).waitFor();
    await page.locator('.filter input').fill('class:hat train');
    await page.locator('.finding h2', { hasText: '1 of 18' }).waitFor();
    assert.deepEqual(await steps.lastCall('filter'), { filter: 'class:hat' });
    await page.locator('.filter input').fill('-sock');
    await page.locator('.finding h2', { hasText: '1 of 48' }).waitFor();
    await page.locator('.filter input').fill('colour:red');
    await page.locator('.fault', { hasText: 'names nothing here' }).waitFor();
    await page.locator('.nothing', { hasText: 'Nothing is listed' }).waitFor();
    assert.equal(await page.locator('.finding-row').count(), 0);
  });

  it('can be used at once by the keys of the list, and leaves room for pictures where it is narrow', async () => {
    await open();
    assert.equal(await page.evaluate(() => document.activeElement?.className), 'rows');
    await page.setViewportSize({ width: 310, height: 700 });
    const box = await page.locator('.figures').boundingBox();
    const bar = await page.locator('.decisions').boundingBox();
    assert.ok(bar!.y - box!.y > 150, `${bar!.y - box!.y} px for the pictures`);
    const { scroll, width } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      width: document.documentElement.clientWidth,
    }));
    assert.ok(scroll <= width, `${scroll} px in ${width}`);
  });

  it('tells what is done from what is not in high contrast, too', async () => {
    await open();
    await page.evaluate(() => {
      document.body.className = 'vscode-high-contrast';
      document.body.style.setProperty('--vscode-contrastBorder', '#6fc3df');
      document.body.style.setProperty('--vscode-editorWidget-border', '#6fc3df');
    });
    const { background, inside } = await page.locator('progress').evaluate((bar) => {
      const { backgroundColor, height, borderTopWidth } = getComputedStyle(bar);
      return { background: backgroundColor, inside: parseFloat(height) - 2 * parseFloat(borderTopWidth) };
    });
    assert.deepEqual([background, inside], ['rgba(0, 0, 0, 0)', 8]);
  });

  it('has one row on top, however long what is undone is called', async () => {
    await open();
    const height = async () => (await page.locator('.toolbar').boundingBox())!.height;
    const before = await height();
    await page.evaluate(() => {
      fake.host.show({ undo: 'Keep 12 images, exclude 34 images, and relabel 5 images as “a very long class”' });
    });
    await page.locator('[data-action=undo]', { hasText: 'Keep 12' }).waitFor();
    for (const width of [1400, 1000, 800]) {
      await page.setViewportSize({ width, height: 800 });
      assert.equal(await height(), before);
    }
  });
});

async function open(): Promise<void> {
  problems = [];
  page = await browser.open(60, problems);
  steps = new ReviewSteps(page);
  await page.locator('.finding').waitFor();
}
