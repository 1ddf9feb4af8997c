/**
 * What a key binding, a task or another extension gives with a command, so that nothing is asked that it answers: in the
 * first argument as `{"folder": …, "settings": {…}}`, which is all that a key binding has, or as an argument of its own.
 *
 * @param keys of which at least one is in an argument of its own: VS Code passes other things there, such as the selection
 */
export function settingsGiven<S extends object>(
  argument: unknown,
  second: unknown,
  keys: readonly (keyof S & string)[],
): S | undefined {
  if (isPlainObject(argument) && isPlainObject(argument['settings'])) return argument['settings'] as S;
  return isPlainObject(second) && keys.some((key) => key in second) ? (second as S) : undefined;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
