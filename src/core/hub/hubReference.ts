import { invalidHubReference } from './hubErrors.ts';

/** What is meant in a repository of the Hugging Face hub. */
export interface HubReference {
  /** `OWNER/NAME` */
  readonly repository: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  /** Path of an ONNX file within the repository, with `/`; undefined leaves the choice to us. */
  readonly file: string | undefined;
}

/** What a reference to the hub begins with. */
const PREFIX = 'hf:';
export const DEFAULT_REVISION = 'main';

const NAME = /^[A-Za-z0-9](?:[\w.-]{0,94}[A-Za-z0-9_])?$/;
const COMMIT = /^[0-9a-f]{40}$/;
/** A page of the hub: a repository, its files at a revision, or one of them. */
const PAGE =
  /^https?:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\/([^/?#]+\/[^/?#]+)(?:\/(?:tree|blob|resolve)\/([^/?#]+)(?:\/([^?#]+))?)?\/?(?:[?#].*)?$/;

export function isHubReference(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** Reads `hf:OWNER/NAME[@REVISION][#FILE]`. Throws usage. */
export function parseHubReference(text: string): HubReference {
  const [, repository = '', revision = DEFAULT_REVISION, file] =
    /^hf:([^@#]+)(?:@([^#]+))?(?:#(.+))?$/.exec(text) ?? [];
  const names = repository.split('/');
  const isGood =
    names.length === 2 &&
    names.every((name) => NAME.test(name) && !name.includes('..')) &&
    // A git reference can't hold these, and none of them may change the path of a request or of a file.
    !/[\s~^:?*[\\]|\.\.|^\/|\/$|\/\//.test(revision) &&
    (file === undefined || isSafePath(file));
  if (!isGood) throw invalidHubReference(text);
  return { repository, revision, file };
}

/** Where a card says that its encoder came from, if that is the hub. A card is data from anywhere. */
export function hubSource(source: string): HubReference | undefined {
  return isHubReference(source) ? typedHubReference(source) : undefined;
}

/**
 * Reads what a person typed or pasted: `OWNER/NAME[@REVISION][#FILE]`, with or without `hf:` before it, or the address of a
 * repository's page or of a file of it. Undefined where it names no repository.
 */
export function typedHubReference(text: string): HubReference | undefined {
  const trimmed = text.trim();
  const page = PAGE.exec(trimmed);
  const written = page === null ? trimmed.replace(/^(?!hf:)/, PREFIX) : fromPage(page);
  try {
    return parseHubReference(written);
  } catch {
    return undefined;
  }
}

/** The same as text; the default revision is left out. */
export function formatHubReference({ repository, revision, file }: HubReference): string {
  return `${PREFIX}${repository}${revision === DEFAULT_REVISION ? '' : `@${revision}`}${file === undefined ? '' : `#${file}`}`;
}

/** True for the full name of a commit, which always means the same files. */
export function isCommit(revision: string): boolean {
  return COMMIT.test(revision);
}

/**
 * True where what was added, with its commit and file, is what a reference means. Which commit a branch or a tag means
 * nobody knows here, but for the default one, where any will do.
 */
export function isMeantBy(reference: HubReference, added: HubReference): boolean {
  const { repository, revision, file } = reference;
  return (
    repository === added.repository &&
    (revision === DEFAULT_REVISION || revision === added.revision) &&
    (file === undefined || file === added.file)
  );
}

/** What `encodeURIComponent` made of a text, as it was; anything else as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function fromPage([, repository = '', revision, file]: RegExpExecArray): string {
  const path = file?.replace(/\/+$/, '');
  const isModel = path?.toLowerCase().endsWith('.onnx') === true;
  const at = revision === undefined ? '' : `@${decoded(revision)}`;
  return `${PREFIX}${repository}${at}${isModel ? `#${decoded(path)}` : ''}`;
}

/** A path that stays inside its folder on every platform. A repository is data from anywhere. */
export function isSafePath(path: string): boolean {
  if (/[\\:*?"<>|\u0000-\u001f]/.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
