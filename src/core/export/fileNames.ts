/** Names for folders and files that every file system takes, none twice. */

/** Digits of a content id that tell files of one name apart. */
const SUFFIX_DIGITS = 8;
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;
const FORBIDDEN = /[<>:"/\\|?*\p{Cc}]/gu;
/** Characters, of which one may take four of the 255 bytes that file systems have for a name. */
const LONGEST = 60;

/**
 * A folder for each name, none of which leads out of the folder that they lie in.
 *
 * @param names sorted, each once
 * @param reserved folders that are somebody else's, in lower case
 */
export function folderNames(names: readonly string[], reserved: readonly string[] = []): ReadonlyMap<string, string> {
  const taken = new Set(reserved);
  // Those that may be called as they are come first, so that no other one takes their name.
  const plainFirst = [...names].sort((a, b) => Number(safeName(a) !== a) - Number(safeName(b) !== b));
  return new Map(plainFirst.map((name) => [name, freeName(safeName(name), '', taken)]));
}

/**
 * A name for each file of a folder: its own, or, where several are called the same, also in another case, one with the
 * beginning of its content id. Copies of one name and content are counted.
 *
 * @param keyOf what must differ between names, as all of it or what is before the ending
 */
export function fileNames(
  files: readonly { readonly name: string; readonly content: string }[],
  keyOf: (name: string) => string = (name) => name,
): string[] {
  const counts = new Map<string, number>();
  const keys = files.map(({ name }) => folded(keyOf(name)));
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  const taken = new Set(keys.filter((key) => counts.get(key) === 1));
  return files.map(({ name, content }, i) => {
    if (counts.get(keys[i]!) === 1) return name;
    const { stem, ending } = parted(name);
    return freeName(`${stem}-${content.slice(0, SUFFIX_DIGITS)}`, ending, taken, keyOf);
  });
}

/** What is before the ending of a file's name, and the ending with its dot. */
export function parted(name: string): { readonly stem: string; readonly ending: string } {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? { stem: name, ending: '' } : { stem: name.slice(0, dot), ending: name.slice(dot) };
}

function freeName(stem: string, ending: string, taken: Set<string>, keyOf = (name: string) => name): string {
  for (let count = 1; ; count++) {
    const name = `${stem}${count === 1 ? '' : `-${count}`}${ending}`;
    const key = folded(keyOf(name));
    if (taken.has(key)) continue;
    taken.add(key);
    return name;
  }
}

function safeName(name: string): string {
  const plain = Array.from(name.replace(FORBIDDEN, '_')).slice(0, LONGEST).join('');
  const whole = plain.trim().replace(/[. ]+$/, '');
  return whole === '' || RESERVED.test(whole) ? `${whole}_` : whole;
}

/** Equal where a file system may take two names for the same. */
function folded(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
