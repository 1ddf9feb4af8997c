/**
 * Finds the images that a table speaks of: by path, by path relative to the table's own folder, or by name, with or without
 * its extension, where only one image is called so.
 *
 * @param paths of all images, relative to the root
 * @param folder of the table, relative to the root; '' for the root
 */
export function imageFinder(paths: readonly string[], folder: string): (image: string) => string | undefined {
  const known = new Set(paths);
  const byName = new Map<string, string | undefined>();
  for (const path of paths) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const stem = name.replace(/\.[^.]*$/, '');
    // Undefined: more than one image is called so.
    for (const key of new Set([name, stem])) byName.set(key, byName.has(key) ? undefined : path);
  }
  return (image) => {
    const beside = folder === '' ? image : `${folder}/${image}`;
    return known.has(image) ? image : known.has(beside) ? beside : byName.get(image);
  };
}
