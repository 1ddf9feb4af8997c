interface Part {
  area: number;
  annotations: number;
}

/** What the annotations of one image say: how large a part each class has. */
export class AnnotatedClasses<Class extends string | number | bigint> {
  readonly #parts = new Map<Class, Part>();

  /** @param area in any unit that is the same for the whole image */
  add(name: Class, area: number): void {
    const part = this.#parts.get(name) ?? { area: 0, annotations: 0 };
    part.area += Number.isFinite(area) && area > 0 ? area : 0;
    part.annotations++;
    this.#parts.set(name, part);
  }

  get annotations(): number {
    return [...this.#parts.values()].reduce((sum, { annotations }) => sum + annotations, 0);
  }

  classes(): Class[] {
    return [...this.#parts.keys()];
  }

  /** Only the classes that are wanted. */
  only(isWanted: (name: Class) => boolean): AnnotatedClasses<Class> {
    const kept = new AnnotatedClasses<Class>();
    for (const [name, part] of this.#parts) if (isWanted(name)) kept.#parts.set(name, part);
    return kept;
  }

  /** Whether there are annotations of classes that are called differently. */
  severalNames(nameOf: (name: Class) => string): boolean {
    return this.#parts.size > 1 && new Set(this.classes().map(nameOf)).size > 1;
  }

  /** The class with the largest area together, of equal ones the first by name; undefined without annotations. */
  largest(nameOf: (name: Class) => string): string | undefined {
    const areas = new Map<string, number>();
    for (const [name, { area }] of this.#parts) areas.set(nameOf(name), (areas.get(nameOf(name)) ?? 0) + area);
    const [first] = [...areas].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    return first?.[0];
  }
}
