import type { MapPageData, MapPageGrouping } from '../../src/protocol/mapPage.ts';

/** What the page was written with. */
export const data = JSON.parse(element('data').textContent) as MapPageData;
export const count = data.paths.length;

/** Of what belongs to no category. */
export const NO_CATEGORY = '#969aa2';

export function element(id: string): HTMLElement {
  return document.getElementById(id)!;
}

export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  text = '',
  className = '',
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className !== '') made.className = className;
  return made;
}

export function categoryOf(point: number, by: MapPageGrouping | undefined): { name: string; colour: string } {
  const category = by?.categories[by.of[point]!];
  return category ?? { name: by === undefined ? '' : `no ${by.noun}`, colour: NO_CATEGORY };
}

/** Undefined where the picture was left out. */
export function sourceOf(point: number): string | undefined {
  const bytes = data.pictures[point] ?? null;
  return bytes === null ? undefined : `data:image/webp;base64,${bytes}`;
}
