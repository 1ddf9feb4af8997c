import { checkedEndpoint, HUB } from '../../core/hub/hubEndpoint.ts';
import type { HubConnection } from '../../protocol/hub.ts';

/** What VS Code and our settings say about the way to the hub; anything of the wrong type counts as not set. */
export interface ConnectionSettings {
  readonly endpoint: string;
  readonly offline: boolean;
  /** VS Code's `http.*`. */
  readonly proxy: unknown;
  readonly proxySupport: unknown;
  readonly proxyStrictSSL: unknown;
  readonly noProxy: unknown;
}

/** What the engine is told. What isn't set here, the environment says. */
export function hubConnection(settings: ConnectionSettings, token: string | undefined): HubConnection {
  const endpoint = settings.endpoint.trim();
  const { offline, proxy, proxySupport, proxyStrictSSL, noProxy } = settings;
  const isProxied = typeof proxy === 'string' && proxy.trim() !== '' && proxySupport !== 'off';
  const direct = Array.isArray(noProxy)
    ? noProxy.filter((host) => typeof host === 'string').flatMap(withSubdomains)
    : [];
  return {
    ...(endpoint !== '' && { endpoint }),
    ...(token !== undefined && { token }),
    ...(offline && { offline }),
    ...(isProxied && { proxy: proxy.trim() }),
    ...(direct.length > 0 && { noProxy: direct }),
    ...(proxyStrictSSL === false && { strictTls: false }),
  };
}

/** VS Code takes a domain for all below it, too; the engine, as Node does, for itself alone. */
function withSubdomains(host: string): string[] {
  const name = host.trim();
  if (name === '') return [];
  return /^[.*]/.test(name) ? [name] : [name, `.${name}`];
}

/** The hub that is asked: of the setting, else of the environment. Throws usage where its address can't be used. */
export function hubEndpoint(setting: string, environment: Readonly<Record<string, string | undefined>>): string {
  const named = [setting, environment['HF_ENDPOINT'] ?? ''].map((text) => text.trim()).find((text) => text !== '');
  return checkedEndpoint(named ?? HUB);
}

/** The part of VS Code's secret storage that is used. */
export interface Secrets {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
}

/** Tokens in VS Code's secret storage, each for the hub that it was given for: no mirror gets the one of another. */
export class HubTokens {
  readonly #secrets: Secrets;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  async of(endpoint: string): Promise<string | undefined> {
    return this.#secrets.get(keyOf(endpoint));
  }

  /** An empty one is forgotten. */
  async set(endpoint: string, token: string): Promise<void> {
    await (token === '' ? this.#secrets.delete(keyOf(endpoint)) : this.#secrets.store(keyOf(endpoint), token));
  }
}

/** What is wrong with a token as it was typed; undefined where nothing is. */
export function tokenProblem(text: string): string | undefined {
  // Sent in a header, which takes no others.
  return /^[\x21-\x7e]*$/.test(text.trim()) ? undefined : 'A token has no spaces in it; copy it again.';
}

function keyOf(endpoint: string): string {
  return `hub.token ${endpoint}`;
}
