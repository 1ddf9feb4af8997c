import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HubSettings } from '../src/engine/hub/hubSettings.ts';

export interface RepositoryContent {
  readonly files: Readonly<Record<string, Uint8Array | string>>;
  readonly licence?: string;
  /** Files are handed out to this token only; the listing is open. */
  readonly gatedFor?: string;
}

/** What goes wrong with one request. */
export type Fault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly dropAfter: number }
  /** Other bytes of the same length. */
  | 'damaged'
  /** More bytes than there are, without saying how many. */
  | 'endless'
  /** Ranges are not understood. */
  | 'no-ranges'
  | { readonly redirect: string };

export interface SeenRequest {
  /** The second server stands for whomever the hub sends large files to. */
  readonly server: 'hub' | 'cdn';
  readonly path: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

interface StoredFile {
  readonly path: string;
  readonly bytes: Buffer;
  readonly oid: string;
  /** Where Git LFS keeps it. */
  readonly sha256: string | undefined;
}

interface Commit {
  readonly id: string;
  readonly files: readonly StoredFile[];
  readonly licence: string | undefined;
}

interface Repository {
  readonly commits: Map<string, Commit>;
  main: Commit;
  gatedFor: string | undefined;
}

/** A Hugging Face hub on this machine: its programming interface, its files, its redirects to another host for large ones. */
export class HubServer {
  /** Every request so far, in order. */
  readonly seen: SeenRequest[] = [];
  /** Files of a page of the listing. */
  pageSize = 1000;
  /** Milliseconds before each 16 KiB, so that a download can be watched and stopped. */
  slowness = 0;
  /** Waited for before a connection is dropped: what a client has received and not yet read is lost with it. */
  beforeDrop: (sent: number) => Promise<void> = () => sleep(20);
  readonly #hub: Server;
  readonly #cdn: Server;
  readonly #repositories = new Map<string, Repository>();
  readonly #faults: { readonly path: RegExp; readonly faults: Fault[] }[] = [];

  private constructor() {
    this.#hub = createServer((request, response) => void this.#serve('hub', request, response));
    this.#cdn = createServer((request, response) => void this.#serve('cdn', request, response));
  }

  static async start(context: { after(end: () => void): void }): Promise<HubServer> {
    const server = new HubServer();
    const both = [server.#hub, server.#cdn];
    await Promise.all(both.map((one) => new Promise<void>((done) => one.listen(0, '127.0.0.1', done))));
    context.after(() => {
      for (const one of both) {
        one.closeAllConnections();
        one.close();
      }
    });
    return server;
  }

  get endpoint(): string {
    return originOf(this.#hub);
  }

  get cdn(): string {
    return originOf(this.#cdn);
  }

  /** How the engine reaches it. */
  settings(changes: Partial<HubSettings> = {}): HubSettings {
    return { endpoint: this.endpoint, token: undefined, offline: false, proxies: {}, strictTls: true, ...changes };
  }

  /** Commits a content, which `main` means from then on; returns the commit. */
  commit(name: string, { files, licence, gatedFor }: RepositoryContent): string {
    const stored = Object.entries(files).map(([path, content]) => storedFile(path, Buffer.from(content as Uint8Array)));
    const id = createHash('sha1')
      .update(JSON.stringify([licence, stored.map(({ path, oid }) => [path, oid])]))
      .digest('hex');
    const commit = { id, files: stored, licence };
    const repository = this.#repositories.get(name) ?? { commits: new Map<string, Commit>(), main: commit, gatedFor };
    repository.commits.set(id, commit);
    repository.main = commit;
    repository.gatedFor = gatedFor;
    this.#repositories.set(name, repository);
    return id;
  }

  /** The next requests for such a path go wrong, one after another in these ways. */
  fail(path: RegExp, ...faults: Fault[]): void {
    this.#faults.push({ path, faults });
  }

  async #serve(server: SeenRequest['server'], request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.endpoint);
    const { authorization, range, 'if-range': ifRange } = request.headers;
    const path = decodeURIComponent(url.pathname);
    this.seen.push({ server, path, authorization, range, ifRange: ifRange as string | undefined });
    const fault = this.#faults.find((entry) => entry.path.test(path) && entry.faults.length > 0)?.faults.shift();
    if (typeof fault === 'object' && 'status' in fault) {
      response.writeHead(fault.status, fault.headers ?? {}).end();
      return;
    }
    if (typeof fault === 'object' && 'redirect' in fault) {
      response.writeHead(302, { Location: fault.redirect }).end();
      return;
    }
    if (server === 'cdn') await this.#blob(path, request, response, fault);
    else if (path.startsWith('/api/models/')) this.#api(path.slice('/api/models/'.length), url, request, response);
    else await this.#resolve(path, request, response, fault);
  }

  #api(path: string, url: URL, request: IncomingMessage, response: ServerResponse): void {
    const [, name = '', kind = '', revision = ''] = /^([^/]+\/[^/]+)\/(revision|tree)\/(.+)$/.exec(path) ?? [];
    const repository = this.#repositories.get(name);
    if (repository === undefined) {
      refuse(response, request.headers.authorization === undefined ? 401 : 404, 'RepoNotFound');
      return;
    }
    const commit = commitOf(repository, revision);
    if (commit === undefined) {
      refuse(response, 404, 'RevisionNotFound');
      return;
    }
    if (kind === 'revision') {
      answer(response, {
        id: name,
        sha: commit.id,
        cardData: commit.licence === undefined ? {} : { license: commit.licence },
      });
      return;
    }
    const start = Number(url.searchParams.get('cursor') ?? 0);
    const end = start + this.pageSize;
    const folder = { type: 'directory', oid: '0'.repeat(40), size: 0, path: 'onnx' };
    const page = commit.files.slice(start, end).map(({ path: file, bytes, oid, sha256 }) => ({
      type: 'file',
      path: file,
      size: bytes.length,
      oid,
      ...(sha256 !== undefined && { lfs: { oid: sha256, size: bytes.length, pointerSize: 134 } }),
    }));
    const next = `<${this.endpoint}${url.pathname}?recursive=true&cursor=${end}>; rel="next"`;
    answer(response, start === 0 ? [folder, ...page] : page, end < commit.files.length ? { Link: next } : {});
  }

  async #resolve(path: string, request: IncomingMessage, response: ServerResponse, fault: Fault | undefined) {
    const [, name = '', revision = '', file = ''] = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path) ?? [];
    const repository = this.#repositories.get(name);
    const commit = repository && commitOf(repository, revision);
    const stored = commit?.files.find((candidate) => candidate.path === file);
    if (repository === undefined || commit === undefined || stored === undefined) {
      refuse(response, 404, 'EntryNotFound');
      return;
    }
    const { authorization } = request.headers;
    if (repository.gatedFor !== undefined && authorization !== `Bearer ${repository.gatedFor}`) {
      refuse(response, authorization === undefined ? 401 : 403, 'GatedRepo');
      return;
    }
    response.setHeader('X-Repo-Commit', commit.id);
    if (stored.sha256 === undefined) {
      await this.#send(stored.bytes, `"${stored.oid}"`, request, response, fault);
      return;
    }
    response.setHeader('X-Linked-Etag', `"${stored.sha256}"`);
    response.setHeader('X-Linked-Size', String(stored.bytes.length));
    response.writeHead(302, { Location: `${this.cdn}/blobs/${stored.sha256}` }).end();
  }

  async #blob(path: string, request: IncomingMessage, response: ServerResponse, fault: Fault | undefined) {
    const all = [...this.#repositories.values()].flatMap(({ commits }) => [...commits.values()]);
    const stored = all.flatMap(({ files }) => files).find(({ sha256 }) => path === `/blobs/${sha256}`);
    if (stored === undefined) refuse(response, 404, 'EntryNotFound');
    else await this.#send(stored.bytes, `"blob-${stored.oid}"`, request, response, fault);
  }

  async #send(
    bytes: Buffer,
    tag: string,
    { headers }: IncomingMessage,
    response: ServerResponse,
    fault: Fault | undefined,
  ) {
    const [, first] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? [];
    const isSame = headers['if-range'] === undefined || headers['if-range'] === tag;
    const start = first !== undefined && isSame && fault !== 'no-ranges' ? Number(first) : 0;
    if (start > 0 && start >= bytes.length) {
      response.writeHead(416, { 'Content-Range': `bytes */${bytes.length}` }).end();
      return;
    }
    const body = Buffer.from(bytes.subarray(start));
    if (fault === 'damaged') body.writeUInt8(body.readUInt8(body.length - 1) ^ 1, body.length - 1);
    response.writeHead(start > 0 ? 206 : 200, {
      ETag: tag,
      'Accept-Ranges': 'bytes',
      ...(fault !== 'endless' && { 'Content-Length': String(body.length) }),
      ...(start > 0 && { 'Content-Range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
    });
    const limit = typeof fault === 'object' && 'dropAfter' in fault ? fault.dropAfter : Infinity;
    const sent = fault === 'endless' ? Buffer.concat([body, body]) : body;
    const step = Math.min(16 * 1024, limit);
    for (let offset = 0; offset < sent.length; offset += step) {
      if (response.destroyed) return;
      if (offset >= limit) {
        await this.beforeDrop(limit);
        response.destroy();
        return;
      }
      if (this.slowness > 0) await sleep(this.slowness);
      response.write(sent.subarray(offset, offset + step));
    }
    response.end();
  }
}

/** Waits until a file has a size, for half a minute. */
export async function untilSize(file: string, bytes: number): Promise<void> {
  for (let tries = 0; tries < 6000; tries++) {
    if (statSync(file, { throwIfNoEntry: false })?.size === bytes) return;
    await sleep(5);
  }
  throw new Error(`${file} has not come to ${bytes} bytes`);
}

function commitOf({ commits, main }: Repository, revision: string): Commit | undefined {
  return revision === 'main' ? main : commits.get(revision);
}

function storedFile(path: string, bytes: Buffer): StoredFile {
  const oid = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  const isLarge = /\.onnx|\.bin$|_data/.test(path);
  return { path, bytes, oid, sha256: isLarge ? createHash('sha256').update(bytes).digest('hex') : undefined };
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'X-Error-Code': code, 'X-Error-Message': code }).end('{"error":"no"}');
}

function answer(response: ServerResponse, document: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(200, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(document));
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
