import { computed, effect, signal } from '@preact/signals';
import { imagesOf } from '../../src/core/curation/answers.ts';
import type { Finding } from '../../src/core/curation/findings.ts';
import type { ShownImage } from '../../src/protocol/reviewView.ts';
import { blobUrls, PictureCache } from '../shared/pictureCache.ts';
import { answers, host, state } from './host.ts';
import { listed, places } from './list.ts';

/** So many images are known and kept: those of the findings around the one that is looked at. */
const KEPT = 160;
/** Findings whose pictures are fetched before they are looked at. */
const AHEAD = 4;
/** Images of a finding that are shown, and fetched ahead. */
export const SHOWN = 24;

const thumbnails = new PictureCache((paths) => host.call('review/thumbnails', { paths }), blobUrls);
const previews = new PictureCache(async (paths) => {
  const found = await Promise.all(paths.map((path) => host.call('review/preview', { path })));
  return found.flatMap((picture) => picture ?? []);
}, blobUrls);
let recent: string[] = [];

/** What is known of images, by their paths. */
export const images = signal<ReadonlyMap<string, ShownImage>>(new Map());
const asked = new Set<string>();
/** Pictures that the browser has been told to load; it keeps what is still referred to. */
const loading = new Map<string, HTMLImageElement>();

export function thumbnailOf(path: string): Promise<string | undefined> {
  return thumbnails.get(version(), path);
}

/** A reduced picture of what the page can't show by itself. */
export function previewOf(path: string): Promise<string | undefined> {
  return previews.get(version(), path);
}

/** So that pictures that are shown beside a finding stay as long as those of it. */
export function keepThumbnails(paths: readonly string[]): void {
  keep(paths);
}

/** Fetches what is shown of a finding and of those that come next. */
export function fetchAround(finding: Finding): void {
  const place = places.value.get(finding.id) ?? 0;
  const next: Finding[] = [];
  for (let i = place + 1; i < listed.value.length && next.length < AHEAD; i++) {
    const other = listed.value[i]!;
    if (!answers.peek().has(other.id)) next.push(other);
  }
  const before = listed.value[place - 1];
  const paths = [finding, ...next, ...(before ? [before] : [])].flatMap((other) => imagesOf(other).slice(0, SHOWN));
  keep(paths);
  for (const path of paths) void thumbnailOf(path);
  void fetchImages(paths);
}

const relabelled = computed(() => [...answers.value.values()].filter(({ action }) => action === 'relabel').length);
effect(() => {
  // Of another check, or with other classes: what is known of images is asked again where they are looked at.
  if (relabelled.value + (state.value?.check?.version ?? 0) >= 0) asked.clear();
});

async function fetchImages(paths: readonly string[]): Promise<void> {
  const missing = [...new Set(paths)].filter((path) => !asked.has(path));
  if (missing.length === 0) return;
  for (const path of missing) asked.add(path);
  try {
    const found = await host.call('review/images', { paths: missing });
    const next = new Map(images.value);
    for (const image of found) next.set(image.path, image);
    for (const path of next.keys()) {
      if (next.size <= 2 * KEPT) break;
      if (recent.includes(path)) continue;
      next.delete(path);
      asked.delete(path);
    }
    images.value = next;
    for (const { url } of found) if (url !== undefined) preload(url);
  } catch {
    // Who looks at them again asks again.
    for (const path of missing) asked.delete(path);
  }
}

function preload(url: string): void {
  if (loading.has(url)) return;
  const picture = new Image();
  picture.src = url;
  // Decoded before it is looked at; one that can't be is told where it is shown.
  picture.decode().catch(() => undefined);
  loading.set(url, picture);
  if (loading.size > 32) loading.delete(loading.keys().next().value!);
}

function keep(paths: readonly string[]): void {
  const added = new Set(paths);
  recent = [...recent.filter((path) => !added.has(path)), ...added];
  if (recent.length <= 2 * KEPT) return;
  recent = recent.slice(-KEPT);
  thumbnails.keep(version(), recent);
  previews.keep(version(), recent);
}

function version(): string {
  return String(state.peek()?.check?.version ?? 0);
}
