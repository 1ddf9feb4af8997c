import { asObject } from '../json/asObject.ts';
import { isSafePath } from './hubReference.ts';

/** How the content of a file is told: by SHA-256 where Git LFS keeps it, else by git's own hash of a blob. */
export interface ContentHash {
  readonly algorithm: 'sha256' | 'git-blob';
  readonly hex: string;
}

/** A file of a repository at a commit. */
export interface HubFile {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  readonly size: number;
  readonly hash: ContentHash;
}

/** What the hub says about a repository at a revision. */
export interface HubRevision {
  /** 40 hex digits. */
  readonly commit: string;
  /** As the repository states it: `apache-2.0`, or the name of a licence of its own. */
  readonly licence: string | undefined;
}

/** The hub's answer to `/api/models/ID/revision/REVISION`, or undefined where it isn't one. */
export function parseRevision(answer: unknown): HubRevision | undefined {
  const { sha, cardData, tags } = asObject(answer);
  if (typeof sha !== 'string' || !/^[0-9a-f]{40}$/.test(sha)) return undefined;
  const { license, license_name: name } = asObject(cardData);
  const stated = asText(license) ?? licenceTag(tags);
  return { commit: sha, licence: stated === 'other' ? (asText(name) ?? stated) : stated };
}

/**
 * A page of `/api/models/ID/tree/COMMIT?recursive=true`, or undefined where it isn't one. Files that can't be stored under
 * their name on every platform are left out, and so are those whose content can't be checked.
 */
export function parseTree(answer: unknown): HubFile[] | undefined {
  if (!Array.isArray(answer)) return undefined;
  return answer.flatMap((entry): HubFile[] => {
    const { type, path, size, oid, lfs } = asObject(entry);
    if (type !== 'file' || typeof path !== 'string' || !isSafePath(path)) return [];
    const large = asObject(lfs);
    const bytes = large.size ?? size;
    const hash = hashOf(large.oid, 'sha256', 64) ?? hashOf(oid, 'git-blob', 40);
    return isSize(bytes) && hash !== undefined ? [{ path, size: bytes, hash }] : [];
  });
}

/** The cursor of the next page in a `Link` header; undefined on the last one. */
export function nextCursor(link: string | undefined): string | undefined {
  const address = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(link ?? '')?.[1];
  const cursor = /[?&]cursor=([^&#]*)/.exec(address ?? '')?.[1];
  return cursor === undefined ? undefined : decodeURIComponent(cursor.replaceAll('+', ' '));
}

function hashOf(value: unknown, algorithm: ContentHash['algorithm'], digits: number): ContentHash | undefined {
  const isHash = typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/.test(value);
  return isHash ? { algorithm, hex: value } : undefined;
}

function licenceTag(tags: unknown): string | undefined {
  const tag: unknown = Array.isArray(tags)
    ? tags.find((item) => typeof item === 'string' && item.startsWith('license:'))
    : undefined;
  return typeof tag === 'string' ? asText(tag.slice('license:'.length)) : undefined;
}

function asText(value: unknown): string | undefined {
  // Printed on a terminal: one line, and nothing that moves the cursor.
  const text = typeof value === 'string' ? value.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '').trim() : '';
  return text === '' ? undefined : text.slice(0, 100);
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
