/** What a step has set in a configuration, which it puts back also where other settings were changed since. */
import { isDeepStrictEqual } from 'node:util';
import type { SettingEdit } from '../../core/decisions/history.ts';

type Settings = Readonly<Record<string, unknown>>;

/** What two texts of a configuration tell otherwise; undefined where one of them is none. Without a text nothing is set. */
export function changedSettings(before: string, after: string): SettingEdit | undefined {
  const [old, now] = [settingsOf(before), settingsOf(after)];
  if (old === undefined || now === undefined) return undefined;
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  const changed = keys.filter((key) => !isDeepStrictEqual(old[key], now[key]));
  return { before: only(old, changed), after: only(now, changed) };
}

/**
 * What has to be set for the settings of a configuration to be those after an edit, undefined for those that go; undefined where they
 * aren't those before it.
 */
export function wantedSettings(text: string, { before, after }: SettingEdit): Settings | undefined {
  const settings = settingsOf(text);
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  if (settings === undefined || !keys.every((key) => isDeepStrictEqual(settings[key], before[key]))) return undefined;
  return Object.fromEntries(keys.map((key) => [key, after[key]]));
}

function only(settings: Settings, keys: readonly string[]): Settings {
  return Object.fromEntries(keys.filter((key) => key in settings).map((key) => [key, settings[key]]));
}

function settingsOf(text: string): Settings | undefined {
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Settings) : undefined;
  } catch {
    return undefined;
  }
}
