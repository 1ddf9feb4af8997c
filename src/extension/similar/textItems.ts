import path from 'node:path';
import type { QuickPickItem } from 'vscode';
import { parseTextQuery } from '../../core/neighbors/textQuery.ts';
import type { CaptionReading } from '../../protocol/captions.ts';
import type { SearchedText } from './textHistory.ts';

/** A row of the box that asks for words: what a search would be for. */
export interface WordItem extends QuickPickItem, SearchedText {
  /** One that the results are to be like besides, absolute. */
  readonly image: string | undefined;
}

export interface AskedWords {
  /** What stands in the box. */
  readonly typed: string;
  readonly before: readonly SearchedText[];
  /** One that the results may be like besides. */
  readonly image: string | undefined;
  /** It was called on that image. */
  readonly onlyWithImage: boolean;
  /** What would read captions; undefined where there are none. */
  readonly reading: CaptionReading | undefined;
  /** The search before was one of captions. */
  readonly captionsFirst: boolean;
}

/** What can be done with the words that stand in the box, and what was searched for before. */
export function wordItems(asked: AskedWords): WordItem[] {
  const { before, image, onlyWithImage, reading } = asked;
  const typed = asked.typed.trim();
  const others = before.filter(({ line, captions }) => line !== typed && (!captions || reading !== undefined));
  return [
    ...(typed === '' ? [] : itemsFor(typed, asked)),
    ...others.map(({ line, captions }, i) => ({
      label: captions ? `$(quote) ${line}` : line,
      description: [...(captions ? ['in captions'] : []), ...(i === 0 ? ['searched before'] : [])].join(' · '),
      ...{ line, captions },
      image: onlyWithImage ? image : undefined,
    })),
  ];
}

/** VS Code filters the items by the words: always shown. */
function itemsFor(typed: string, { image, onlyWithImage, reading, captionsFirst }: AskedWords): WordItem[] {
  const hasTexts = parseTextQuery(typed).texts.length > 0;
  const common = { line: typed, alwaysShow: true };
  const items: WordItem[] = [];
  if (hasTexts && !onlyWithImage) {
    const place = reading !== undefined && { description: 'in images' };
    items.push({ ...common, label: `$(search) ${typed}`, ...place, image: undefined, captions: false });
    if (reading !== undefined) items.push({ ...common, ...inCaptions(`$(quote) ${typed}`, reading), image: undefined });
  }
  if (image !== undefined) {
    const name = path.basename(image);
    const both = `$(file-media) ${typed}, like ${name}`;
    items.push({ ...common, label: both, description: 'words and image', image, captions: false });
    if (reading !== undefined) {
      items.push({ ...common, ...inCaptions(`$(quote) ${typed}, like the caption of ${name}`, reading), image });
    }
  }
  // An order that tells nothing else stays as it is.
  return captionsFirst ? items.toSorted((a, b) => Number(b.captions) - Number(a.captions)) : items;
}

/**
 * The row that stays chosen where others come in beside it. One that was first for want of captions makes way where these come first.
 *
 * @param before the rows until then @param chosen one of them
 */
export function stillChosen(
  items: readonly WordItem[],
  before: readonly WordItem[],
  chosen: WordItem,
  { typed, captionsFirst }: Pick<AskedWords, 'typed' | 'captionsFirst'>,
): WordItem | undefined {
  if (captionsFirst && chosen === before[0] && chosen.line === typed.trim()) return items[0];
  const { line, captions, image } = chosen;
  return items.find((one) => one.line === line && one.captions === captions && one.image === image);
}

function inCaptions(label: string, reading: CaptionReading) {
  const reader = 'by' in reading ? { description: `in captions, read by ${reading.by}` } : unread(reading);
  return { label, ...reader, captions: true };
}

function unread({ fault }: { readonly fault: string }) {
  return { description: 'in captions', detail: fault };
}
