import type { LikenessError } from '../../core/errors.ts';
import { hubAnswer, repositoryGated, repositoryNotFound, revisionNotFound } from '../../core/hub/hubErrors.ts';
import { nextCursor, parseRevision, parseTree, type HubFile, type HubRevision } from '../../core/hub/hubListing.ts';
import type { HubReference } from '../../core/hub/hubReference.ts';
import { readText, type HttpAnswer, type HttpClient } from './httpClient.ts';
import type { HubSettings } from './hubSettings.ts';
import { assertNotPassing, PassingRefusal, retried, type Sleep } from './retry.ts';

/** A repository at a commit. */
export interface HubRepository extends HubRevision {
  /** `OWNER/NAME` */
  readonly repository: string;
  readonly files: readonly HubFile[];
}

type Revision = Pick<HubReference, 'repository' | 'revision'>;

/** Answers of the interface are far smaller. */
const LONGEST_ANSWER = 16 * 2 ** 20;
/** A page holds a thousand files. */
const MAX_PAGES = 100;

/** The hub's programming interface, as far as it is needed. */
export class HubApi {
  readonly #client: HttpClient;
  readonly #settings: HubSettings;
  readonly #sleep: Sleep;

  constructor(client: HttpClient, settings: HubSettings, sleep: Sleep) {
    this.#client = client;
    this.#settings = settings;
    this.#sleep = sleep;
  }

  /**
   * Lists a repository. Rejects with repository-not-found, repository-gated, hub-unreachable, hub-busy, hub-answer or
   * cancelled.
   */
  async list(reference: Revision, signal: AbortSignal): Promise<HubRepository> {
    const { repository, revision } = reference;
    const { endpoint } = this.#settings;
    const base = `${endpoint}/api/models/${repository}`;
    const about = await this.#ask(new URL(`${base}/revision/${encodeURIComponent(revision)}`), reference, signal);
    const parsed = parseRevision(about.json);
    if (parsed === undefined) throw hubAnswer(endpoint, `doesn't say which commit ${repository} is at`);
    const files: HubFile[] = [];
    let cursor: string | undefined = '';
    for (let page = 0; cursor !== undefined; page++) {
      if (page === MAX_PAGES) throw hubAnswer(endpoint, `lists ${repository} without end`);
      const address = new URL(`${base}/tree/${parsed.commit}?recursive=true`);
      if (cursor !== '') address.searchParams.set('cursor', cursor);
      const { json, link } = await this.#ask(address, { repository, revision: parsed.commit }, signal);
      const found = parseTree(json);
      if (found === undefined) throw hubAnswer(endpoint, `doesn't list the files of ${repository}`);
      files.push(...found);
      cursor = nextCursor(link);
    }
    return { repository, ...parsed, files };
  }

  async #ask(address: URL, about: Revision, signal: AbortSignal): Promise<{ json: unknown; link: string | undefined }> {
    const { endpoint } = this.#settings;
    return retried(
      async () => {
        const answer = await this.#client.get(address, { signal, headers: { Accept: 'application/json' } });
        assertNotPassing(answer);
        if (answer.status !== 200) {
          answer.body.destroy();
          throw refusal(answer, about, this.#settings);
        }
        const text = await readText(answer, LONGEST_ANSWER);
        try {
          return { json: JSON.parse(text) as unknown, link: answer.header('Link') };
        } catch {
          throw hubAnswer(endpoint, `answers with something that isn't JSON`);
        }
      },
      { address: endpoint, signal, sleep: this.#sleep },
    );
  }
}

/** Where a file of a repository is downloaded from. */
export function fileAddress({ endpoint }: HubSettings, { repository, commit }: HubRepository, path: string): URL {
  return new URL(`${endpoint}/${repository}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`);
}

/** What it means that a file isn't handed out; a plain error where asking again may help. */
export function fileRefusal(answer: HttpAnswer, { repository, commit }: HubRepository, settings: HubSettings): Error {
  // Whoever the hub sends on to works with addresses that run out; the hub makes new ones.
  const isHub = answer.address.origin === new URL(settings.endpoint).origin;
  return isHub ? refusal(answer, { repository, revision: commit }, settings) : new PassingRefusal(answer);
}

/** What a refusal means, by the hub's own code where it gives one. */
function refusal(
  { status, header }: Pick<HttpAnswer, 'status' | 'header'>,
  { repository, revision }: Revision,
  { endpoint, token }: HubSettings,
): LikenessError {
  const hasToken = token !== undefined;
  const code = header('X-Error-Code');
  if (code === 'GatedRepo' || (status === 403 && code === undefined)) {
    return repositoryGated(repository, `${endpoint}/${repository}`, hasToken);
  }
  if (code === 'RevisionNotFound' || code === 'EntryNotFound') return revisionNotFound(repository, revision);
  // The hub tells nobody which private repositories there are: it answers 401 for what doesn't exist, too.
  if (code === 'RepoNotFound' || status === 401 || status === 404) {
    return repositoryNotFound(repository, endpoint, hasToken);
  }
  return hubAnswer(endpoint, `answers ${status} to a question about ${repository}`);
}
