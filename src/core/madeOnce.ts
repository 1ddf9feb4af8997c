/** Makes something when it is first asked for: what takes its time to make needn't be made while the extension is loaded. */
export function madeOnce<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
