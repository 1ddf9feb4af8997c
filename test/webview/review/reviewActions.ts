import type { Page } from 'playwright-core';
import type { Fake } from './fakeReview.ts';

declare const fake: Fake;

/** What tests do on the page, and look for. */
export class ReviewSteps {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Waits until a finding is looked at. */
  async finding(id: string): Promise<void> {
    await this.#page.locator(`#finding-${id}[data-current=true]`).waitFor();
  }

  /** What was asked for last, once it was. */
  async lastCall(method: string): Promise<unknown> {
    await this.#page.waitForFunction((name) => fake.calls.some((call) => call.method === name), method);
    return this.#page.evaluate((name) => fake.calls.findLast((call) => call.method === name)?.params, method);
  }

  async callsOf(method: string): Promise<number> {
    return this.#page.evaluate((name) => fake.calls.filter((call) => call.method === name).length, method);
  }

  async choose(control: string, option: string): Promise<void> {
    await this.chooseAndStay(control, option);
    // While one is in the select, arrows belong to that.
    await this.#page.locator('.rows').focus();
  }

  async chooseAndStay(control: string, option: string): Promise<void> {
    const select = this.#page.locator(`vscode-single-select[aria-label="${control}"]`);
    await select.click();
    await select.locator('.option', { hasText: option }).click();
  }
}
