import { createHash } from 'node:crypto';
import type { LikenessError } from '../../core/errors.ts';
import { categoryColours, hexColour } from '../../core/drawing/categoryColours.ts';
import { picturesLeftOut } from '../../core/projection/mapErrors.ts';
import { RandomStream } from '../../core/random.ts';
import type { MapPageData, MapPageGrouping } from '../../protocol/mapPage.ts';
import type { MapReport } from '../../protocol/maps.ts';
import type { KnownCaptions } from '../captions/knownCaptions.ts';
import type { IndexStore } from '../store/indexStore.ts';
import { mapMeaning } from '../../protocol/mapMeaning.ts';
import { mapTitle, mapTrust } from './mapText.ts';
import { pageAssets, type PageAssets } from './pageAssets.ts';

/** Of all pictures in a page, as the index has them; a browser takes a few times as much to show it. */
export const PICTURE_LIMIT = 48 * 2 ** 20;
/** Pictures that are read from the index at once. */
const BATCH = 500;
const ORDER_STREAM = 0x7068;

/** Characters of a caption that a page holds: more than a person reads on a map. */
const CAPTION_LENGTH = 240;

/** What is known of the images beside the map. */
export interface PageSource {
  readonly store: Pick<IndexStore, 'readThumbnails'>;
  readonly captions: KnownCaptions['captions'] | undefined;
}

export interface WrittenPage {
  readonly html: string;
  readonly notices: readonly LikenessError[];
}

/**
 * A page that holds the map, its script, the thumbnails of its images and what is written about them, and loads nothing. Where all thumbnails would be
 * too much, those of the clusters' representatives and of images drawn at random are in it.
 *
 * @param limitBytes of the thumbnails together
 */
export async function mapPage(
  report: MapReport,
  { store, captions }: PageSource,
  between: (done: number) => Promise<void>,
  limitBytes = PICTURE_LIMIT,
): Promise<WrittenPage> {
  const { pictures, leftOut } = await readPictures(report, store, between, limitBytes);
  const written = captions && report.points.map((path) => captions.get(path) ?? []);
  const data: MapPageData = {
    paths: report.points,
    x: Array.from(report.x, rounded),
    y: Array.from(report.y, rounded),
    pictures,
    ...(written && { captions: written.map((own) => own.map(shortened)) }),
    groupings: groupingsOf(report),
    clusters: report.clusters.map(({ name, representative }) => ({
      name,
      representative: report.points.indexOf(representative),
    })),
  };
  const shown = pictures.filter((picture) => picture !== null).length;
  return {
    html: document(report, data, searchedOf(written), await pageAssets()),
    notices: leftOut ? [picturesLeftOut(shown, pictures.length, limitBytes)] : [],
  };
}

async function readPictures(
  { points, clusters, seed }: MapReport,
  store: Pick<IndexStore, 'readThumbnails'>,
  between: (done: number) => Promise<void>,
  limitBytes: number,
): Promise<{ readonly pictures: (string | null)[]; readonly leftOut: boolean }> {
  const first = clusters.map(({ representative }) => points.indexOf(representative));
  // In random order: whatever fits is spread over the map.
  const order = [...new Set([...first, ...new RandomStream(seed, ORDER_STREAM).shuffled([...points.keys()])])];
  const pictures = new Array<string | null>(points.length).fill(null);
  let bytes = 0;
  let leftOut = false;
  for (let start = 0; start < order.length && !leftOut; start += BATCH) {
    const rows = order.slice(start, start + BATCH);
    const thumbnails = store.readThumbnails(rows.map((row) => points[row]!));
    for (const row of rows) {
      const thumbnail = thumbnails.get(points[row]!);
      if (thumbnail === undefined) continue;
      leftOut ||= bytes + thumbnail.length > limitBytes;
      if (leftOut) break;
      bytes += thumbnail.length;
      pictures[row] = Buffer.from(thumbnail).toString('base64');
    }
    await between(Math.min(points.length, start + BATCH));
  }
  return { pictures, leftOut };
}

function shortened(caption: string): string {
  // Not in the middle of an emoji.
  const signs = Array.from(caption);
  return signs.length > CAPTION_LENGTH ? `${signs.slice(0, CAPTION_LENGTH).join('').trimEnd()}…` : caption;
}

/** Four digits are finer than a screen. */
function rounded(value: number): number {
  return Number(value.toFixed(4));
}

function groupingsOf({ labels, splits, cluster, clusters }: MapReport): MapPageGrouping[] {
  const named = (name: string, noun: string, values: readonly (string | undefined)[]): MapPageGrouping => {
    const counts = new Map<string, number>();
    for (const value of values) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
    const names = [...counts].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
    const numbers = new Map(names.map(([value], i) => [value, i]));
    return {
      name,
      noun,
      categories: coloured(names.map(([value]) => value)),
      of: values.map((value) => (value === undefined ? -1 : numbers.get(value)!)),
    };
  };
  const all = [
    named('Class', 'class', labels),
    named('Split', 'split', splits),
    { name: 'Cluster', noun: 'cluster', categories: coloured(clusters.map((one) => one.name)), of: [...cluster] },
  ];
  return all.filter(({ categories }) => categories.length > 0);
}

function coloured(names: readonly string[]): MapPageGrouping['categories'] {
  const colours = categoryColours(names.length);
  return names.map((name, i) => ({ name, colour: hexColour(colours[i]!) }));
}

/** Nothing but what has these hashes runs or styles, pictures come from the page itself, and nothing is loaded. */
function policyOf({ script, style }: PageAssets): string {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
}

/** What else than paths and classes a word is looked for in. @param written about each image */
function searchedOf(written: readonly (readonly string[])[] | undefined): string {
  if (written === undefined) return ' or cluster';
  const isCut = written.some((own) => own.some((caption) => shortened(caption) !== caption));
  return isCut ? ', cluster or the beginning of a caption' : ', cluster or caption';
}

function document(report: MapReport, data: MapPageData, searched: string, { script, style }: PageAssets): string {
  const own = { script: `\n${script.replaceAll('</script', '<\\/script')}`, style: `\n${style}` };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(own)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(mapTitle(report))}</title>
<style>${own.style}</style>
</head>
<body>
<header>
<h1>${escaped(mapTitle(report))}</h1>
<p>${escaped(mapTrust(report))}</p>
<details><summary>What the map means, and keys</summary>
<p>${escaped(mapMeaning(report.method))}</p>
<p>Drag to move, turn the wheel or pinch to zoom; further in, dots become pictures. Click a dot for its picture. With the map in focus: arrows go from image to image, Shift with arrows moves the map, Enter opens the picture. Anywhere: + and − zoom, 0 shows all, / searches.</p>
</details>
</header>
<main>
<div id="stage">
<canvas id="map" tabindex="0" role="application" aria-label="Map of the images; arrow keys go from image to image"></canvas>
<div id="zoom"><button id="zoom-in" aria-label="Zoom in">+</button><button id="zoom-out" aria-label="Zoom out">−</button><button id="fit">Show all</button></div>
<div id="tooltip" hidden></div>
</div>
<aside>
<label>Search path, class${searched}<input id="search" type="search" placeholder="Enter goes to the next"></label>
<label>Colour by<select id="colour"></select></label>
<div id="row"><span id="counts" class="faint" aria-live="polite"></span><button id="show-all">Check all</button></div>
<ul id="legend"></ul>
</aside>
</main>
<dialog id="picture" aria-label="Picture"><div id="card"></div><button id="close">Close</button></dialog>
<div id="status" role="status"></div>
<script id="data" type="application/json">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>
<script>${own.script}</script>
</body>
</html>
`;
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replaceAll(/[&<>"]/g, (sign) => entities[sign]!);
}
