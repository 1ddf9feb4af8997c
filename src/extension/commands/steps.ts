import * as vscode from 'vscode';
import { back } from './askInTurn.ts';
import type { Back } from './askInTurn.ts';

/** One question of several. */
export interface StepOptions {
  readonly title: string;
  /** Counted from 1. */
  readonly step: number;
  readonly totalSteps: number;
  readonly placeholder: string;
}

export interface StepItem<T> extends vscode.QuickPickItem {
  readonly value: T;
}

/** Asks for one of several answers, the `current` one being chosen at first. Undefined when cancelled. */
export function pickStep<T>(
  options: StepOptions,
  items: readonly StepItem<T>[],
  current: T,
): Promise<T | Back | undefined> {
  const input = vscode.window.createQuickPick<StepItem<T>>();
  input.items = items;
  input.matchOnDescription = true;
  const active = items.filter(({ value }) => value === current);
  // Without any of them the first one stays.
  if (active.length > 0) input.activeItems = active;
  return ask(input, options, () => input.activeItems[0]?.value);
}

/** Asks for a text that `validate` finds nothing wrong with. Undefined when cancelled. */
export function inputStep(
  options: StepOptions,
  current: string,
  validate: (text: string) => string | undefined,
): Promise<string | Back | undefined> {
  const input = vscode.window.createInputBox();
  input.value = current;
  // A placeholder would be covered by what is there already.
  input.prompt = options.placeholder;
  const check = (): void => {
    input.validationMessage = validate(input.value);
  };
  input.onDidChangeValue(check);
  return ask(input, { ...options, placeholder: '' }, () =>
    validate(input.value) === undefined ? input.value : undefined,
  );
}

type StepInput<T> = vscode.QuickPick<StepItem<T>> | vscode.InputBox;

/** @param answer undefined while there is none that can be taken */
function ask<A, T>(
  input: StepInput<T>,
  { title, step, totalSteps, placeholder }: StepOptions,
  answer: () => A | undefined,
): Promise<A | Back | undefined> {
  Object.assign(input, { title, step, totalSteps, placeholder, buttons: [vscode.QuickInputButtons.Back] });
  return new Promise((resolve) => {
    input.onDidAccept(() => {
      const given = answer();
      if (given === undefined) return;
      resolve(given);
      input.dispose();
    });
    input.onDidTriggerButton((button) => {
      if (button !== vscode.QuickInputButtons.Back) return;
      resolve(back);
      input.dispose();
    });
    input.onDidHide(() => {
      resolve(undefined);
      input.dispose();
    });
    input.show();
  });
}
