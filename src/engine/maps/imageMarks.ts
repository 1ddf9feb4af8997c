/** What people have decided of single images. */
export interface ImageMarks {
  /** By path. */
  readonly tags: ReadonlyMap<string, ReadonlySet<string>>;
  readonly excluded: ReadonlySet<string>;
}

/** Reads the text of `decisions.jsonl`. Lines about something else, or of another form, are passed over. */
export function readImageMarks(text: string): ImageMarks {
  const tags = new Map<string, Set<string>>();
  const excluded = new Set<string>();
  for (const line of text.split('\n')) {
    const { path, action, value } = parsed(line);
    if (typeof path !== 'string') continue;
    if (action === 'exclude') excluded.add(path);
    else if (action === 'keep') excluded.delete(path);
    else if (action === 'tag' && typeof value === 'string' && value !== '') {
      const own = tags.get(path) ?? new Set();
      tags.set(path, own.add(value));
    } else if (action === 'untag' && typeof value === 'string') {
      tags.get(path)?.delete(value);
    }
  }
  for (const [path, own] of tags) if (own.size === 0) tags.delete(path);
  return { tags, excluded };
}

interface DecisionLine {
  readonly path?: unknown;
  readonly action?: unknown;
  readonly value?: unknown;
}

function parsed(line: string): DecisionLine {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    // A half-written line, or a conflict's marker.
    return {};
  }
}
