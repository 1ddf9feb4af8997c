import { categoryOf, count, data, element, make, NO_CATEGORY } from './data.ts';
import { redraw } from './drawing.ts';
import { reach, select } from './current.ts';
import { applyHidden, groupOf, isMatch, isShown, state } from './state.ts';

const legend = element('legend') as HTMLUListElement;
const search = element('search') as HTMLInputElement;

/** The categories of what the images are coloured by, each of which can be hidden or shown alone. */
export function fillLegend(): void {
  const by = groupOf();
  if (by === undefined) return;
  const counts = new Map<number, number>();
  for (const category of by.of) counts.set(category, (counts.get(category) ?? 0) + 1);
  const present = [...by.categories.keys(), -1].filter((category) => counts.has(category));
  const off = state.hidden[state.grouping]!;
  legend.replaceChildren(
    ...present.map((category) => {
      const { name, colour } = by.categories[category] ?? { name: `no ${by.noun}`, colour: NO_CATEGORY };
      const item = make('li');
      const label = make('label');
      const box = make('input');
      box.type = 'checkbox';
      box.checked = !off.has(category);
      box.onchange = () => {
        if (box.checked) off.delete(category);
        else off.add(category);
        changed();
      };
      const swatch = make('span', '', 'swatch');
      swatch.style.backgroundColor = colour;
      label.append(box, swatch, make('span', name, 'name'), make('span', String(counts.get(category)), 'faint'));
      const only = make('button', 'only');
      only.setAttribute('aria-label', `Show only ${name}`);
      only.onclick = () => {
        off.clear();
        for (const other of present) if (other !== category) off.add(other);
        fillLegend();
        changed();
      };
      item.append(label, only);
      return item;
    }),
  );
}

export function showAll(): void {
  for (const set of state.hidden) set.clear();
  fillLegend();
  changed();
}

function changed(): void {
  applyHidden();
  select(-1);
  redraw();
  tellCount();
}

export function tellCount(): void {
  const shown = data.paths.filter((_, point) => isShown(point) && isMatch(point)).length;
  element('counts').textContent = `${shown.toLocaleString('en')} of ${count.toLocaleString('en')} images`;
}

/** Fades whatever has nothing of the text in its path, its captions or its categories. */
export function find(): void {
  const wanted = search.value.trim().toLowerCase();
  const isWanted = (point: number) =>
    [
      data.paths[point]!,
      ...(data.captions?.[point] ?? []),
      ...data.groupings.map((by) => categoryOf(point, by).name),
    ].some((text) => text.toLowerCase().includes(wanted));
  state.matches = wanted === '' ? undefined : Uint8Array.from(data.paths, (_, point) => (isWanted(point) ? 1 : 0));
  changed();
}

/** The next image that is searched for, from the current one on. */
export function findNext(): void {
  for (let step = 1; step <= count; step++) {
    const point = (Math.max(state.current, -1) + step) % count;
    if (!isShown(point) || !isMatch(point)) continue;
    reach(point);
    return;
  }
}
