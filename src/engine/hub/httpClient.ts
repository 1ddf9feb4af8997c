import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https';
import { cancelled } from '../../core/errors.ts';
import { isLoopback } from '../../core/hub/hubEndpoint.ts';
import { hubAnswer, proxyUnsupported, redirectRefused } from '../../core/hub/hubErrors.ts';
import { version } from '../version.ts';
import { isSocks, proxyOf } from './hubProxies.ts';
import type { HubSettings } from './hubSettings.ts';

/** An answer of which only the head has been read. Whoever gets it reads `body` to its end, or destroys it. */
export interface HttpAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: IncomingMessage;
  /** Where the answer came from, after redirects. */
  readonly address: URL;
}

export interface HttpQuestion {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

const MAX_REDIRECTS = 10;
/** A connection on which nothing moves for so long is given up. */
const SILENCE_MS = 30_000;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Asks the hub and whomever it sends on to, through proxies where such are set. */
export class HttpClient {
  readonly #settings: HubSettings;
  readonly #agents: { readonly 'http:': HttpAgent; readonly 'https:': HttpsAgent };
  /** Of SOCKS proxies, which Node knows nothing of, by their addresses. */
  readonly #socksAgents = new Map<string, HttpAgent>();

  /** Throws hub-unreachable where a proxy is set that this Node can't use. */
  constructor(settings: HubSettings) {
    this.#settings = settings;
    const { proxies, strictTls } = settings;
    const known = Object.fromEntries(Object.entries(proxies).filter(([, proxy]) => !isSocks(proxy)));
    const isProxied = Object.keys(known).some((name) => name.toLowerCase() !== 'no_proxy');
    if (isProxied && !supportsProxies(process.versions.node)) throw proxyUnsupported(process.versions.node);
    // The types know this option later than Node does.
    const options = { keepAlive: true, ...(isProxied && { proxyEnv: known }) };
    this.#agents = {
      'http:': new HttpAgent(options),
      'https:': new HttpsAgent({ ...options, rejectUnauthorized: strictTls }),
    };
  }

  /**
   * Sends a GET request and follows redirects; the token goes to the hub's own address only. Rejects with hub-answer,
   * cancelled, or the network's error.
   */
  async get(address: URL, { headers = {}, signal }: HttpQuestion): Promise<HttpAnswer> {
    const own = new URL(this.#settings.endpoint);
    let target = address;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const { token } = this.#settings;
      const isOwn = target.origin === own.origin;
      const body = await this.#send(target, signal, {
        ...headers,
        'User-Agent': `likeness/${version}`,
        // Hashes and ranges are of the bytes as they are.
        'Accept-Encoding': 'identity',
        ...(isOwn && token !== undefined && { Authorization: `Bearer ${token}` }),
      });
      const status = body.statusCode ?? 0;
      const { location } = body.headers;
      if (!REDIRECTS.has(status) || location === undefined) {
        return { status, header: (name) => textOf(body.headers[name.toLowerCase()]), body, address: target };
      }
      body.destroy();
      const next = URL.parse(location, target.href);
      if (next === null) throw hubAnswer(target.origin, 'sends the download on to something that is no address');
      const isSafe = next.protocol === 'https:' || (next.protocol === 'http:' && isLoopback(next) && isLoopback(own));
      if (!isSafe) throw redirectRefused(target.origin, next.origin === 'null' ? next.protocol : next.origin);
      target = next;
    }
    throw hubAnswer(address.origin, 'sends the download on and on in a circle');
  }

  dispose(): void {
    for (const agent of [...Object.values(this.#agents), ...this.#socksAgents.values()]) agent.destroy();
  }

  async #agentFor(target: URL): Promise<HttpAgent> {
    const proxy = proxyOf(target, this.#settings.proxies);
    if (proxy === undefined || !isSocks(proxy)) return this.#agents[target.protocol === 'https:' ? 'https:' : 'http:'];
    // Hardly anybody needs it.
    const { SocksProxyAgent } = await import('socks-proxy-agent');
    const agent = this.#socksAgents.get(proxy) ?? new SocksProxyAgent(proxy, { keepAlive: true, timeout: SILENCE_MS });
    this.#socksAgents.set(proxy, agent);
    return agent;
  }

  async #send(target: URL, signal: AbortSignal, headers: RequestOptions['headers']): Promise<IncomingMessage> {
    const agent = await this.#agentFor(target);
    return new Promise((resolve, reject) => {
      const isHttps = target.protocol === 'https:';
      const { strictTls: rejectUnauthorized } = this.#settings;
      const options = { agent, headers: headers ?? {}, signal, timeout: SILENCE_MS, rejectUnauthorized };
      const request = (isHttps ? httpsRequest : httpRequest)(target, options, (body: IncomingMessage) => {
        // Whoever reads it is told; until somebody does, a broken connection must not end the process.
        body.on('error', () => undefined);
        resolve(body);
      });
      request.on('timeout', () => request.destroy(silence()));
      request.on('error', (error) => {
        reject(signal.aborted ? cancelled() : error);
      });
      request.end();
    });
  }
}

/** A file's text in memory, where it is no longer than allowed. Rejects with the network's error, or hub-answer. */
export async function readText({ body, address }: HttpAnswer, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > limit) {
      body.destroy();
      throw hubAnswer(address.origin, 'answers with far more than was asked for');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Node takes proxies from 22.21 and 24.5 on. */
export function supportsProxies(node: string): boolean {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21);
}

function silence(): Error {
  return Object.assign(new Error(`nothing has arrived for ${SILENCE_MS / 1000} s`), { code: 'ETIMEDOUT' });
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}
