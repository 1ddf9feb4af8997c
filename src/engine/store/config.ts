import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configKeys, parseConfig, unknownKeys, type DatasetConfig } from '../../core/config/datasetConfig.ts';
import { usefulRange } from '../../core/curation/thresholds.ts';
import {
  invalidConfig,
  messageOf,
  systemCodeOf,
  thresholdOutOfRange,
  unknownConfigKey,
  unreadableFile,
} from '../../core/errors.ts';
import { closestName } from '../../core/filters/closestName.ts';
import type { StoreNotice } from './indexStore.ts';
import { writeFailure } from './fileErrors.ts';
import { LIKENESS_FOLDER, makeLikenessFolder } from './locations.ts';

/** Reads a dataset's `config.json`; an empty configuration where there is none. Throws invalid-config, unreadable-file. */
export function readConfig(root: string): DatasetConfig {
  return validated(configFile(root), readRaw(configFile(root)));
}

/** What a person should know of a dataset's `config.json`; of one that can't be read, `readConfig` tells. */
export function configNotices(root: string): StoreNotice[] {
  const file = configFile(root);
  let raw: Record<string, unknown>;
  try {
    raw = readRaw(file);
  } catch {
    return [];
  }
  const unknown = unknownKeys(raw).map((key) => unknownConfigKey(file, key, closestName(key, configKeys)));
  const thresholds = Object.entries(validated(file, raw).thresholds ?? {}).flatMap(([kind, value]) => {
    const range = usefulRange(kind, value);
    return range === undefined ? [] : [thresholdOutOfRange(file, kind, value, range)];
  });
  return [...unknown, ...thresholds].map(({ code, message }) => ({ code, message }));
}

/** A key that is undefined is removed. */
export type ConfigChanges = { readonly [Key in keyof DatasetConfig]: DatasetConfig[Key] | undefined };

/**
 * Writes the given keys; one that is undefined is removed. Other keys stay as they are, also those that we don't know.
 * Nobody ever sees half a file. Throws invalid-config, read-only, disk-full.
 */
export function writeConfig(root: string, changes: ConfigChanges): void {
  const file = configFile(root);
  const text = configText(root, changes);
  try {
    makeLikenessFolder(root);
    replaceFile(file, text);
  } catch (error) {
    throw writeFailure(file, error) ?? error;
  }
}

/** What `writeConfig` writes. Throws invalid-config, unreadable-file. */
export function configText(root: string, changes: ConfigChanges): string {
  const file = configFile(root);
  const merged: Record<string, unknown> = { ...readRaw(file), ...changes };
  validated(file, merged);
  const others = Object.keys(merged).filter((key) => !(configKeys as readonly string[]).includes(key));
  const ordered = Object.fromEntries([...configKeys, ...others].map((key) => [key, merged[key]]));
  return `${JSON.stringify(ordered, undefined, 2)}\n`;
}

/** What a person sets of a dataset. */
export function configFile(root: string): string {
  return join(root, LIKENESS_FOLDER, 'config.json');
}

function readRaw(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return {};
    throw unreadableFile(file, error);
  }
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    validated(file, value);
    return value as Record<string, unknown>;
  } catch (error) {
    throw error instanceof SyntaxError ? invalidConfig(file, `it is not JSON (${messageOf(error)})`) : error;
  }
}

function validated(file: string, value: unknown): DatasetConfig {
  const result = parseConfig(value);
  if ('fault' in result) throw invalidConfig(file, result.fault);
  return result.config;
}

function replaceFile(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text, { flush: true });
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}
