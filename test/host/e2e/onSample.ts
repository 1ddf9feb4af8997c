import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before } from 'node:test';
import type { Page } from 'playwright-core';
import { projectRoot } from '../../../src/build/project.ts';
import { screenshot } from '../harness/page.ts';
import { launchWorkbench, type Workbench, type WorkbenchOptions } from '../harness/workbench.ts';
import { makeDataset } from '../runs.ts';

/** A window on a data set of its own. */
export interface SampleWindow {
  /** Absolute; all that the tests of a file leave goes into it, and is deleted with it. */
  readonly home: string;
  /** Absolute, in `home`. */
  readonly dataset: string;
  readonly page: Page;
  /** Settings, state and logs of VS Code. */
  readonly userDataFolder: string;
}

type SampleOptions = Omit<WorkbenchOptions, 'open' | 'extension'>;

/**
 * Opens a copy of the sample data set for all tests of a file, and keeps a picture of what each of them saw last.
 *
 * @param name of the pictures
 * @param opened takes the window, before the first test
 * @param prepare changes the data set before it is opened
 * @param options of the window, in a folder that is deleted with it
 */
export function onSample(
  name: string,
  opened: (window: SampleWindow) => void,
  prepare: (dataset: string) => Promise<void> = () => Promise.resolve(),
  options: (home: string) => Promise<SampleOptions> = () => Promise.resolve({}),
): void {
  let home: string;
  let workbench: Workbench | undefined;
  before(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'likeness-e2e-'));
    const dataset = await makeDataset(home);
    await prepare(dataset);
    const extension = { developmentPath: projectRoot };
    workbench = await launchWorkbench({ ...(await options(home)), open: dataset, extension });
    const { page, userDataFolder } = workbench;
    opened({ home, dataset, page, userDataFolder });
  });
  after(async () => {
    await workbench?.stop();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });
  afterEach(async (context) => {
    // For whoever wants to know what a failed test looked at.
    if (workbench) await screenshot(workbench.page, `${name} ${'name' in context ? context.name : ''}`);
  });
}
