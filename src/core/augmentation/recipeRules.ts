import { invalidAugmentation } from '../errors.ts';
import type { AugmentationRecipe } from './recipe.ts';

/** A check of one field: undefined where the value is good, else what it has to be. */
type Check = (value: unknown) => string | undefined;

/** A change of the colours by more than this leaves nothing of a picture. */
const LARGEST_STRENGTH = 10;

const between =
  (low: number, high: number): Check =>
  (value) =>
    isWithin(value, low, high) ? undefined : `a number from ${low} to ${high}`;
const rangeBetween =
  (low: number, high: number): Check =>
  (value) =>
    isRange(value) && value[0] >= low && value[1] <= high
      ? undefined
      : `two numbers from ${low} to ${high}, the smaller one first`;
const rangeAbove =
  (low: number, high = Infinity): Check =>
  (value) =>
    isRange(value) && value[0] > low && value[1] <= high
      ? undefined
      : `two numbers above ${low}${high === Infinity ? '' : ` and at most ${high}`}, the smaller one first`;
const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'true or false');
const fill: Check = (value) =>
  value === 'mean' || isWithin(value, 0, 1) ? undefined : '"mean" or a number from 0 to 1';

const probability = between(0, 1);
const strength = between(0, LARGEST_STRENGTH);

type Checks<Operation> = Readonly<Record<keyof Operation, Check>>;
type RecipeChecks = { readonly [Name in keyof AugmentationRecipe]-?: Checks<NonNullable<AugmentationRecipe[Name]>> };

const recipeChecks: RecipeChecks = {
  crop: { probability, area: rangeAbove(0, 1), aspectRatio: rangeAbove(0) },
  horizontalFlip: { probability },
  verticalFlip: { probability },
  quarterTurns: { probability },
  rotation: { probability, maximumDegrees: between(0, 180) },
  colourJitter: { probability, brightness: strength, contrast: strength, saturation: strength, hue: between(0, 0.5) },
  greyscale: { probability },
  blur: { probability, sigma: rangeAbove(0) },
  noise: { probability, deviation: rangeBetween(0, 1), monochrome: flag },
  cutout: { probability, area: rangeAbove(0, 1), aspectRatio: rangeAbove(0), fill },
};

/**
 * Checks what was read as a recipe and returns it.
 *
 * @throws invalidAugmentation with one sentence that names the field that is wrong, and what it has to be
 */
export function parseAugmentationRecipe(value: unknown): AugmentationRecipe {
  const fault = augmentationFault(value);
  if (fault !== undefined) throw invalidAugmentation(fault);
  return value as AugmentationRecipe;
}

/** What is wrong with what was read as a recipe: the field, and what it has to be. */
export function augmentationFault(value: unknown): string | undefined {
  if (!isRecord(value)) return 'it has to be an object in braces';
  for (const [operation, fields] of Object.entries(value)) {
    if (!isOperation(operation)) {
      return `"${operation}" is not one of the operations ${Object.keys(recipeChecks).join(', ')}`;
    }
    const fault = fieldsFault(operation, fields, recipeChecks[operation]);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function fieldsFault(operation: string, fields: unknown, checks: Readonly<Record<string, Check>>): string | undefined {
  if (!isRecord(fields)) return `"${operation}" has to be an object in braces`;
  // A misspelt field would otherwise be without effect, and nobody would know why.
  const unknown = Object.keys(fields).find((name) => !Object.hasOwn(checks, name));
  if (unknown !== undefined) {
    return `"${operation}.${unknown}" is not one of ${Object.keys(checks).join(', ')}`;
  }
  for (const [name, check] of Object.entries(checks)) {
    const expected = check(fields[name]);
    if (expected === undefined) continue;
    const state = Object.hasOwn(fields, name) ? 'has to be' : 'is missing, it has to be';
    return `"${operation}.${name}" ${state} ${expected}`;
  }
  return undefined;
}

function isOperation(name: string): name is keyof AugmentationRecipe {
  return Object.hasOwn(recipeChecks, name);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWithin(value: unknown, low: number, high: number): boolean {
  return typeof value === 'number' && value >= low && value <= high;
}

function isRange(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isFinite) && value[0] <= value[1];
}
