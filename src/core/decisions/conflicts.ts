/** Conflicts that git's merge has left in `decisions.jsonl`. */

/** A conflict as it stands; line numbers count from 0. */
export interface Conflict {
  readonly start: number;
  /** Where the common ancestor's lines begin, if git was asked to show them. */
  readonly base: number | undefined;
  readonly middle: number;
  readonly end: number;
}

export interface Conflicts {
  readonly conflicts: readonly Conflict[];
  /** Markers that belong to no whole conflict. */
  readonly stray: readonly number[];
}

type Marker = '<' | '|' | '=' | '>';

/** Which marker a line is, if it is one. */
function markerOf(line: string): Marker | undefined {
  const found = /^(?:(<{7}|\|{7}|>{7})(?: .*)?|(={7}))\r?$/.exec(line);
  return (found?.[1] ?? found?.[2])?.charAt(0) as Marker | undefined;
}

export function findConflicts(lines: readonly string[]): Conflicts {
  const conflicts: Conflict[] = [];
  const stray: number[] = [];
  let open: { start: number; base?: number; middle?: number } | undefined;
  const give = () => {
    if (open) stray.push(...[open.start, open.base, open.middle].filter((place) => place !== undefined));
    open = undefined;
  };
  lines.forEach((line, place) => {
    const marker = markerOf(line);
    if (marker === undefined) return;
    if (marker === '<') {
      give();
      open = { start: place };
    } else if (open && marker === '|' && open.base === undefined && open.middle === undefined) open.base = place;
    else if (open && marker === '=' && open.middle === undefined) open.middle = place;
    else if (open?.middle !== undefined && marker === '>') {
      conflicts.push({ start: open.start, base: open.base, middle: open.middle, end: place });
      open = undefined;
    } else {
      give();
      stray.push(place);
    }
  });
  give();
  return { conflicts, stray };
}

/** The places of all markers. */
export function markerLines({ conflicts, stray }: Conflicts): ReadonlySet<number> {
  return new Set([
    ...stray,
    ...conflicts.flatMap(({ start, base, middle, end }) => [start, ...(base === undefined ? [] : [base]), middle, end]),
  ]);
}

/** The common ancestor's lines of each conflict: what they say has been changed on one side or both, and counts no more. */
export function ancestorLines({ conflicts }: Conflicts): ReadonlySet<number> {
  const places = new Set<number>();
  for (const { base, middle } of conflicts) {
    if (base !== undefined) for (let place = base + 1; place < middle; place++) places.add(place);
  }
  return places;
}
