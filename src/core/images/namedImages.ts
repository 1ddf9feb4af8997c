/**
 * Those of the images that are named: by their paths, or by that of a folder, which stands for all images below it. They stay
 * in their order; what is named twice counts once.
 *
 * @param named relative to the root, with `/`
 * @returns the images, how many names there were, and how many of them are no image and no folder of one
 */
export function namedImages<Image extends { readonly path: string }>(
  images: readonly Image[],
  named: readonly string[],
): { readonly images: Image[]; readonly names: number; readonly missing: number } {
  const wanted = new Set(named.map(plainPath));
  const met = new Set<string>();
  const kept = images.filter(({ path }) => {
    const reached = namesOf(path).filter((name) => wanted.has(name));
    for (const name of reached) met.add(name);
    return reached.length > 0;
  });
  return { images: kept, names: wanted.size, missing: wanted.size - met.size };
}

/** A path and the folders that it lies in. */
function namesOf(path: string): string[] {
  const names = [path];
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) names.push(path.slice(0, end));
  return names;
}

const plainPath = (path: string): string => path.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
